"""A member asks from their phone, an officer answers in the admin, and the member sees it: in a real browser."""

import pytest
from django.urls import reverse

from handbook.feedback.models import FeedbackThread
from tests.api.conftest import operation, token_for
from tests.handbook.notices.test_notices_browser import DESK, PHONE, fits, playwright, pytestmark, screens

__all__ = ["pytestmark", "screens"]  # how a browser is opened, and where it is skipped

ASK = """async ([url, token, query, variables, name]) => {
  const response = await fetch(url + "/graphql", {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: "Bearer " + token },
    body: JSON.stringify({ query, variables, operationName: name }),
  });
  return (await response.json()).data;
}"""


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_member_asks_on_a_phone_an_officer_answers_and_the_member_sees_it(live_server, screens, province, folk):
    phone = screens(folk.member, PHONE)
    phone.goto(f"{live_server.url}/healthz")
    token = token_for(folk.member)

    def ask(name, document="feedback", **variables):
        return phone.evaluate(ASK, [live_server.url, token, operation(document), variables, name])

    asked = {"subject": "Đường làng hỏng", "body": "Bao giờ sửa?", "to": "TB01X", "clientId": "may-1"}
    for _ in range(2):  # the line broke, and the phone sends it again
        sent = ask("SendFeedback", input=asked)["sendFeedback"]
        assert (sent["errors"], sent["thread"]["assignedTo"]["code"]) == ([], "TB01X")
    assert FeedbackThread.objects.count() == 1

    desk = screens(folk.commune, DESK)
    errors = []
    desk.on("pageerror", lambda error: errors.append(str(error)))
    desk.goto(live_server.url + reverse("feedback:index"))
    desk.keyboard.press("j")
    with desk.expect_navigation():
        desk.keyboard.press("Enter")
    assert desk.get_by_text("Bao giờ sửa?").is_visible()
    desk.keyboard.press("a")
    desk.keyboard.type("Trong tháng này.")
    with desk.expect_navigation():
        desk.get_by_role("button", name="Gửi trả lời").click()
    assert errors == []

    (edge,) = ask("MyFeedback", first=20)["feedbackThreads"]["edges"]
    assert edge["node"]["status"] == "answered"
    assert [message["body"] for message in edge["node"]["messages"]] == ["Bao giờ sửa?", "Trong tháng này."]

    # The same screens fit a phone: many cell committees have no computer.
    hand = screens(folk.commune, PHONE)
    for address in (
        reverse("feedback:index") + "?part=settled",
        reverse("feedback:thread", args=[FeedbackThread.objects.get().pk]),
        reverse("feedback:numbers"),
    ):
        hand.goto(live_server.url + address)
        assert fits(hand), address
    playwright.expect(hand.get_by_role("heading", name="Đảng ủy xã 01")).to_be_visible()

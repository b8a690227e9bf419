"""Who has done what a notice asks: one rule, wherever it is asked."""

import itertools

import pytest
from django.urls import reverse
from django.utils import timezone

from handbook.notices import actions
from handbook.notices.actions import Content
from handbook.notices.done import SEEN, asked_by, having, lacking
from handbook.notices.models import NoticeReceipt, NoticeText
from handbook.notices.reach import people_of, receipts_of
from handbook.notices.tasks import tell_due
from messaging import push as drain
from organizations.models import Member
from tests.conftest import make_member, make_user
from tests.handbook.notices.conftest import HOUR, tell, told

pytestmark = pytest.mark.django_db
QUESTION = {"question": "Dự họp?", "answers": ("Có", "Không")}
ASKED = {
    (): {},
    ("acknowledged",): {"requires_acknowledgement": True},
    ("answered",): QUESTION,
    ("acknowledged", "answered"): {"requires_acknowledgement": True, **QUESTION},
}
FACTS = ("delivered", "read", "acknowledged", "answered")
SOME = [kept for n in range(len(FACTS) + 1) for kept in itertools.combinations(FACTS, n)]


@pytest.mark.parametrize("asks_again", [False, True])
@pytest.mark.parametrize("asked", ASKED)
def test_the_rule_in_sql_and_in_python_are_equal(province, write, asked, asks_again):
    """Members with every mixture of facts, once on one version, once spread over two."""
    notice = write(unit="TB01X", **ASKED[asked])
    content = Content(title="B", body="b", **ASKED[asked])
    notice = actions.correct_notice(actor="test", notice=notice, content=content, asks_again=asks_again)
    now, expected = timezone.now(), {}
    for number, (first, second) in enumerate(itertools.product(SOME, SOME[::5])):
        member = make_member(f"D{number}", province.units.TB01XA)
        for version, facts in ((1, first), (2, second)):
            NoticeReceipt.objects.create(
                notice=notice, member=member, version=version, **{f"{fact}_at": now for fact in facts}
            )
        counted = set(second) if asks_again else {*first, *second}
        expected[member.pk] = {*(asked or ("read",))} <= counted
    facts = asked_by(notice.current)
    assert facts == (asked or SEEN)
    done = {pk for pk, is_done in expected.items() if is_done}
    assert 0 < len(done) < len(expected)
    assert {row["member_id"] for row in having(notice, facts)} == done
    known = receipts_of(notice, list(expected))
    assert {pk for pk in expected if not lacking(facts, known.get(pk, {}))} == done
    assert {each.member.pk for each in people_of(notice, province.units.TB01XA) if each.is_done} == done


def test_acknowledged_is_half_where_an_answer_is_asked_as_well(clock, province, staff, write, person, provider, client):
    """Reminders, the list to call and who is told in person agree; a text is for who has not even seen it."""
    acknowledged, answered, both, nothing = (person("TB01XA") for _ in range(4))
    for number, each in enumerate((acknowledged, answered, both, nothing)):
        Member.objects.filter(pk=each.own.pk).update(phone=f"09000000{number}")
    asks = {"requires_acknowledgement": True, **QUESTION}
    notice = write(unit="TB01X", title="Đại hội", urgent=True, **asks)
    drain.send_due(seconds=30)
    provider.messages.clear()
    for each in (acknowledged, both):
        tell(each.own, told(notice, "acknowledged"))
    for each in (answered, both):
        tell(each.own, told(notice, "answered", answer="Có"))

    actions.remind_notice(actor="test", notice=notice)
    drain.send_due(seconds=30)
    reminded = {message.address for message in provider.messages}
    assert reminded == {each.phones[0] for each in (acknowledged, answered, nothing)}

    client.force_login(staff.secretary)
    page = client.get(reverse("notices:people", args=[notice.pk, province.units.TB01XA.pk]))
    lacks = {each.member.pk: each.lacks for each in page.context["waiting"]}
    assert lacks[acknowledged.own.pk] == ("answered",)
    assert lacks[answered.own.pk] == ("acknowledged",)
    assert lacks[nothing.own.pk] == ("acknowledged", "answered")
    assert [each.member.pk for each in page.context["done"]] == [both.own.pk]

    actions.set_text_budget(actor="test", organization=province.units.TB01X, per_month=10)
    clock.shift(HOUR)
    assert tell_due()["texts"] == 1
    assert NoticeText.objects.get().member == nothing.own


def test_who_has_only_seen_it_can_be_told_in_person(client, province, staff, write):
    """They wait in the list, so the button is there, and afterwards they are done."""
    member = make_member("DV1", province.units.TB01XA, make_user("dv1"))
    notice = write(unit="TB01X", requires_acknowledgement=True)
    tell(member, told(notice))
    client.force_login(staff.secretary)
    address = reverse("notices:people", args=[notice.pk, province.units.TB01XA.pk])
    assert member in [each.member for each in client.get(address).context["waiting"]]
    client.post(address, {"member": member.pk})
    assert [each.member for each in client.get(address).context["done"]] == [member]
    receipt = NoticeReceipt.objects.get()
    assert receipt.acknowledged_at == receipt.told_at

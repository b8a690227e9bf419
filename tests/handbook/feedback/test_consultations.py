"""Opinions on drafts: who is asked, until when, what they say, and what becomes of it."""

from __future__ import annotations

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from docx import Document

from audit.models import AuditEntry
from handbook.feedback import actions
from handbook.feedback.models import Consultation, Opinion
from handbook.feedback.push import CONSULTATION
from messaging.models import Push
from messaging.subjects import subject_now
from organizations.scope import scope_of
from tests.api.conftest import Api
from tests.handbook.feedback.conftest import DAY, HOUR

pytestmark = pytest.mark.django_db
DRAFT = "Lời mở đầu\n# Nhiệm vụ\nLàm đường\n\n# Tổ chức thực hiện\nGiao xã"


@pytest.fixture
def write(folk, province, clock):
    """A function that keeps a draft of the commune's: open from now for three days, meeting after two."""

    def make(actor=None, unit="TB01X", *, opens=0, **fields):
        now = timezone.now()
        facts = {
            "title": "Nghị quyết về đường làng",
            "summary": "Xin ý kiến",
            "text": DRAFT,
            "opens_at": now + opens * HOUR,
            "closes_at": now + 3 * DAY,
            "meets_at": now + 2 * DAY,
        }
        return actions.save_consultation(
            actor=actor or folk.commune, organization=getattr(province.units, unit), **facts | fields
        )

    return make


@pytest.fixture
def asked(write, folk):
    return actions.open_consultation(actor=folk.commune, consultation=write())


def say(user, consultation, body="Rõ hơn", **fields):
    return actions.give_opinion(
        member=user.own, scope=scope_of(user), consultation_id=consultation.pk, body=body, **fields
    )


def test_the_sections_of_a_draft(write):
    sections = write().sections.values_list("number", "title", "body")
    assert list(sections) == [
        (1, "Mở đầu", "Lời mở đầu"),
        (2, "Nhiệm vụ", "Làm đường"),
        (3, "Tổ chức thực hiện", "Giao xã"),
    ]


def test_who_may_ask(write, folk, refused):
    for who in (folk.secretary, folk.elsewhere, folk.member):
        with refused("FORBIDDEN", "organization"):
            write(who)
    draft = write()
    for who in (folk.secretary, folk.elsewhere):
        with refused("NOT_FOUND", "id"):
            actions.open_consultation(actor=who, consultation=draft)
    for fields, field, code in (
        ({"title": " "}, "title", "REQUIRED"),
        ({"text": " "}, "text", "REQUIRED"),
        ({"closes_at": timezone.now()}, "closes_at", "INVALID"),
    ):
        with refused(code, field):
            write(**fields)


def test_what_is_open_is_not_changed_any_more(asked, folk, refused, province):
    with refused("CONFLICT"):
        actions.save_consultation(
            actor=folk.commune,
            organization=province.units.TB01X,
            title="Khác",
            summary="",
            text="x",
            opens_at=asked.opens_at,
            closes_at=asked.closes_at,
            consultation=asked,
        )
    with refused("CONFLICT"):
        actions.open_consultation(actor=folk.commune, consultation=asked)


def test_the_subtree_is_asked_and_nobody_else(write, folk, refused, clock):
    draft = write(opens=1)
    with refused("NOT_FOUND", "id"):
        say(folk.member, draft)
    opened = actions.open_consultation(actor=folk.commune, consultation=draft)
    with refused("NOT_FOUND", "id"):  # not yet
        say(folk.member, opened)
    clock.shift(HOUR)
    for who in (folk.member, folk.neighbour, folk.secretary, folk.commune):
        assert say(who, opened).in_meeting is False
    with refused("NOT_FOUND", "id"):
        say(folk.stranger, opened)


def test_by_section_once_before_and_in_the_meeting(asked, folk, refused, clock):
    first = say(folk.member, asked, section=2, client_id="1")
    assert (first.section.title, first.in_meeting) == ("Nhiệm vụ", False)
    assert say(folk.member, asked, section=2, client_id="1") == first
    with refused("INVALID", "section"):
        say(folk.member, asked, section=9)
    with refused("REQUIRED", "body"):
        say(folk.member, asked, body=" ")
    clock.shift(2 * DAY)
    assert say(folk.member, asked).in_meeting is True
    clock.shift(DAY)
    with refused("EXPIRED"):
        say(folk.member, asked)
    assert Opinion.objects.count() == 2


def test_what_a_phone_wrote_without_a_line_counts_by_the_phones_time(asked, folk, refused, clock):
    """The meeting begins after two days, opinions end after three, and come up to a day later."""
    start = timezone.now()
    clock.shift(2 * DAY)
    before = say(folk.member, asked, said_at=start + DAY)
    assert (before.in_meeting, before.said_at, before.sent_at) == (False, start + DAY, start + 2 * DAY)
    ahead = say(folk.member, asked, said_at=start + 9 * DAY)  # a clock that runs ahead
    assert (ahead.in_meeting, ahead.said_at) == (True, start + 2 * DAY)
    clock.shift(2 * DAY - HOUR)  # the meeting is over; in the village hall there was no line
    late = say(folk.member, asked, said_at=start + 2 * DAY + HOUR)
    assert (late.in_meeting, late.sent_at) == (True, start + 4 * DAY - HOUR)
    for said_at in (None, start + 3 * DAY, start - HOUR):  # not in time, or nobody says so
        with refused("EXPIRED"):
            say(folk.member, asked, said_at=said_at)
    clock.shift(HOUR)
    with refused("EXPIRED"):
        say(folk.member, asked, said_at=start + 2 * DAY + HOUR)


def test_who_looks_at_names_is_in_the_audit(client, folk, asked, clock):
    client.force_login(folk.commune)
    address = reverse("feedback:consultation", args=[asked.pk])
    entries = AuditEntry.objects.filter(act="read_opinion_names").order_by("seq")
    client.get(address)
    assert not entries.exists()  # no name was there
    say(folk.member, asked)
    for _ in range(2):
        client.get(address)
    client.get(reverse("feedback:consultation_docx", args=[asked.pk]))
    assert [(entry.actor, entry.target_id, entry.detail["kind"]) for entry in entries] == [
        ("vp-xa", str(asked.pk), "screen"),
        ("vp-xa", str(asked.pk), "docx"),
    ]


def test_the_screen_of_opinions_costs_the_same_however_many(client, folk, asked, clock):
    client.force_login(folk.commune)
    address = reverse("feedback:consultation", args=[asked.pk])
    cell, counts = folk.member.own.cell, []
    client.get(address)
    for count in (3, 120):
        Opinion.objects.bulk_create(
            Opinion(
                consultation=asked,
                section=section,
                member=folk.member.own,
                cell=cell,
                body=f"Ý {n}",
                sent_at=timezone.now(),
            )
            for n in range(count)
            for section in (None, asked.sections.get(number=2))
        )
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address).content.decode()
            client.get(address, {"section": 2, "p": 2})
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert page.count('name="opinion"') == 50 and "Nhiệm vụ (123" in page
    assert "Giao xã" in client.get(address, {"section": 3}).content.decode()
    for wrong in ("9", "x"):
        assert client.get(address, {"section": wrong}).status_code == 404


def test_ended_early_it_takes_no_more(asked, folk, refused):
    actions.end_consultation(actor=folk.commune, consultation=asked)
    with refused("EXPIRED"):
        say(folk.member, asked)


def test_marking_needs_a_reason_for_no(asked, folk, refused):
    opinion = say(folk.member, asked)
    with refused("REQUIRED", "reason"):
        actions.settle_opinion(actor=folk.commune, opinion=opinion, verdict="not_taken", reason=" ")
    with refused("INVALID", "verdict"):
        actions.settle_opinion(actor=folk.commune, opinion=opinion, verdict="new", reason="x")
    with refused("NOT_FOUND", "id"):
        actions.settle_opinion(actor=folk.elsewhere, opinion=opinion, verdict="taken", reason="")
    settled = actions.settle_opinion(actor=folk.commune, opinion=opinion, verdict="not_taken", reason="Đã có")
    assert (settled.verdict, settled.reason, settled.settled_by) == ("not_taken", "Đã có", folk.commune)


def test_phones_are_told_once_when_its_time_has_come(write, folk, clock):
    draft = write(opens=2)
    actions.open_consultation(actor=folk.commune, consultation=draft)
    assert not Push.objects.exists() and subject_now(CONSULTATION, str(draft.pk)) is None
    clock.shift(2 * HOUR)
    assert [actions.run_clock()["asked"], actions.run_clock()["asked"]] == [1, 0]
    assert Push.objects.filter(subject_kind=CONSULTATION).count() == 1
    assert subject_now(CONSULTATION, str(draft.pk)).audience == {f"member:{draft.organization_id}"}


def test_over_graphql_as_each_visitor(asked, folk, write, province):
    api = Api()
    write(title="Nháp")

    def listed(user):
        data = api.data("consultations", {"first": 100}, name="Consultations", user=user)["consultations"]
        return [edge["node"]["title"] for edge in data["edges"]]

    for user in (folk.member, folk.secretary, folk.commune):
        assert listed(user) == [asked.title]
    for user in (folk.stranger, province.contributor):
        assert listed(user) == []
        found = api.data("consultations", {"id": str(asked.pk)}, name="Consultation", user=user)
        assert found == {"consultation": None}
    answer = api("consultations", {"first": 9}, name="Consultations")
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    give = {"consultationId": str(asked.pk), "section": 2, "body": "Rõ hơn", "clientId": "1"}
    for user, code in ((None, "UNAUTHENTICATED"), (folk.stranger, "NOT_FOUND"), (province.contributor, "NOT_FOUND")):
        done = api.data("consultations", give, name="GiveOpinion", user=user)["giveOpinion"]
        assert (done["opinion"], done["errors"][0]["code"]) == (None, code)
    assert not Opinion.objects.exists()
    done = api.data("consultations", give, name="GiveOpinion", user=folk.member)["giveOpinion"]
    assert (done["errors"], done["opinion"]["section"]) == ([], 2)
    written = {**give, "clientId": "2", "saidAt": "2026-11-24T08:30:00+07:00"}
    done = api.data("consultations-offline", written, name="GiveOpinionWritten", user=folk.neighbour)["giveOpinion"]
    assert (done["errors"], done["opinion"]["saidAt"]) == ([], "2026-11-24T08:30:00+07:00")
    Opinion.objects.filter(member=folk.neighbour.own).delete()
    actions.settle_opinion(actor=folk.commune, opinion=Opinion.objects.get(), verdict="taken", reason="Đúng")
    found = api.data("consultations", {"id": str(asked.pk)}, name="Consultation", user=folk.member)["consultation"]
    assert [each["title"] for each in found["sections"]] == ["Mở đầu", "Nhiệm vụ", "Tổ chức thực hiện"]
    (own,) = found["opinions"]
    assert (own["verdict"], own["reason"], own["inMeeting"]) == ("taken", "Đúng", False)
    other = api.data("consultations", {"id": str(asked.pk)}, name="Consultation", user=folk.neighbour)["consultation"]
    assert other["opinions"] == []  # nobody reads another's


def test_the_secretary_writes_opens_collects_and_takes_it_along(client, folk, province):
    client.force_login(folk.commune)
    now = timezone.localtime()
    facts = {
        "organization": province.units.TB01X.pk,
        "title": "Nghị quyết",
        "summary": "",
        "text": DRAFT,
        "opens_at": f"{now - HOUR:%Y-%m-%dT%H:%M}",
        "closes_at": f"{now + DAY:%Y-%m-%dT%H:%M}",
        "meets_at": "",
    }
    assert (
        client.post(reverse("feedback:consultation_new"), facts | {"closes_at": facts["opens_at"]}).status_code == 200
    )
    response = client.post(reverse("feedback:consultation_new"), facts)
    consultation = Consultation.objects.get()
    address = reverse("feedback:consultation", args=[consultation.pk])
    assert response.url == address
    edit = reverse("feedback:consultation_edit", args=[consultation.pk])
    assert "# Nhiệm vụ" in client.get(edit).content.decode()
    client.post(edit, facts | {"title": "Nghị quyết sửa"})
    client.post(address, {"act": "open"})
    assert client.get(edit).status_code == 404
    first, second = say(folk.member, consultation, "Rõ hơn", section=2), say(folk.neighbour, consultation, "Đồng ý")
    client.post(address, {"act": "taken", "opinion": str(first.pk), "reason": "Bổ sung điều 2"})
    client.post(address, {"act": "not_taken", "opinion": str(second.pk), "reason": ""})
    assert client.post(address, {"act": "taken", "opinion": "x"}).status_code == 404
    assert list(Opinion.objects.order_by("verdict").values_list("verdict", flat=True)) == ["new", "taken"]
    page = client.get(address, {"section": 2}).content.decode()
    assert "2 ý kiến, 1 chưa xem xét" in page and "Bổ sung điều 2" in page and "Đồng ý" not in page
    assert "Đồng ý" in client.get(address).content.decode()
    assert (
        consultation.title != "Nghị quyết sửa"
        and "Nghị quyết sửa" in client.get(reverse("feedback:consultations")).content.decode()
    )
    file = client.get(reverse("feedback:consultation_docx", args=[consultation.pk]))
    document = Document(io.BytesIO(file.content))
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert [text for text in texts if text in ("Ý kiến chung", "Nhiệm vụ", "Tổ chức thực hiện")] == [
        "Ý kiến chung",
        "Nhiệm vụ",
        "Tổ chức thực hiện",
    ]
    cells = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows[1:]]
    assert cells == [
        [f"{folk.neighbour.own.full_name}, Chi bộ 01A (trước cuộc họp)", "Đồng ý", "Chưa xem xét", ""],
        [f"{folk.member.own.full_name}, Chi bộ 01A (trước cuộc họp)", "Rõ hơn", "Tiếp thu", "Bổ sung điều 2"],
    ]
    client.post(address, {"act": "end"})
    assert Consultation.objects.get().state == "ended"


def test_for_an_officer_elsewhere_it_does_not_exist(client, folk, asked):
    client.force_login(folk.elsewhere)
    for name in ("consultation", "consultation_edit", "consultation_docx"):
        assert client.get(reverse(f"feedback:{name}", args=[asked.pk])).status_code == 404
    assert asked.title not in client.get(reverse("feedback:consultations")).content.decode()

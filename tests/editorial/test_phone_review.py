"""Review from a phone: one link, one person, one text. Whatever else is tried ends in one page, and in the audit."""

from __future__ import annotations

import datetime
import re
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core import signing
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import AuditEntry
from audit.refusals import Refused
from editorial.enums import Decision, LinkEnd, RequestState
from editorial.models import Approval, RequestDecision, ReviewLink
from editorial.models.approval import text_digest
from editorial.phone_review import access, actions, tokens
from editorial.phone_review.sending import PUSHED, send_missing, waiting_matters
from editorial.requests import actions as requests
from editorial.tasks import send_review_links
from messaging.enums import PushCategory
from messaging.models import Push, TextDelivery, TwinMessage
from messaging.subjects import subject_now
from organizations.models import Member, Position
from tests.editorial.test_requests import standin, thing  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db

PHONES = {"thuongtruc1": "0900000001", "thuongtruc2": "0900000002", "thuongtruc3": "0900000003"}
TITLE = "Hướng dẫn sinh hoạt chi bộ"
START = datetime.datetime(2026, 11, 24, 2, 0, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _fresh_counts():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def committee(province):
    for username, phone in PHONES.items():
        Member.objects.filter(user__username=username).update(phone=phone)
    return province


@pytest.fixture
def waiting(committee, draft, approve):
    """A text that has come to the committee, whose people have their links."""
    return approve(draft(TITLE, summary="Tóm tắt"), steps=2)


def texts_to(username):
    return TwinMessage.objects.filter(address=PHONES[username])


def queries_of(run):
    with CaptureQueriesContext(connection) as asked:
        found = run()
    return len(asked), found


def token_of(username="thuongtruc1"):
    return next(
        found[1] for each in texts_to(username) if (found := re.search(r"/duyet/([\w-]+)/", each.text)) is not None
    )


def link_of(username="thuongtruc1"):
    return ReviewLink.objects.filter(person__username=username).latest("pk")


def address_of(token, end=""):
    return f"/duyet/{token}/{end}"


@pytest.fixture
def confirmed(commit):
    """A function that gives a telephone whose owner has confirmed by a code."""

    def telephone(username="thuongtruc1"):
        client, token = Client(), token_of(username)
        with commit():
            assert client.post(address_of(token, "ma/")).status_code == 200
        code = re.search(r"\d{6}", texts_to(username).first().text)[0]
        answer = client.post(address_of(token, "xac-nhan/"), {"code": code})
        assert (answer.status_code, answer["Location"]) == (302, address_of(token))
        return client

    return telephone


def decide(client, token, decision="approve", comment="", digest=None):
    sent = {"decision": decision, "comment": comment, "digest": link_of().digest if digest is None else digest}
    return client.post(address_of(token), sent)


def refusals():
    return list(AuditEntry.objects.filter(outcome="refused", target_type="editorial.reviewlink").order_by("seq"))


# --- sending


def test_who_decides_gets_one_link_that_names_no_title_and_is_not_kept(committee, waiting):
    assert ReviewLink.objects.count() == 3
    assert (send_missing(), send_review_links()) == (0, 0)
    token = token_of()
    until = timezone.localtime(link_of().expires_at).strftime("%H:%M %d/%m/%Y")
    assert texts_to("thuongtruc1").get().text == (
        f"Sổ tay: có bài viết chờ đồng chí duyệt. Mở http://localhost:8000/duyet/{token}/ để đọc và quyết định. "
        f"Dùng được đến {until}; chỉ đồng chí mở được."
    )
    assert link_of().expires_at - link_of().sent_at == datetime.timedelta(hours=72)
    # Control of the next line: the link is in the store by its digest.
    assert link_of().token_digest == tokens.token_digest(token)
    kept = [
        *ReviewLink.objects.values(),
        *Push.objects.values(),
        *TextDelivery.objects.values(),
        *AuditEntry.objects.values(),
    ]
    assert token not in str(kept)
    sent = AuditEntry.objects.filter(act="send_review_link").values_list("actor", "target", "unit")
    assert list(sent) == [("review_links", TITLE, committee.units.TB.path)] * 3


def test_who_wrote_it_who_decided_and_who_cannot_be_reached_gets_none(committee, draft, approve, commit):
    Member.objects.filter(user=committee.thuongtruc2).update(phone="")
    page = draft(TITLE)
    page.save_revision(user=committee.thuongtruc3)
    page.refresh_from_db()
    approve(page, steps=2)
    assert [link.person for link in ReviewLink.objects.all()] == [committee.thuongtruc1]


def test_a_text_that_is_edited_while_it_waits_gets_one_new_link_when_it_rests(waiting, commit):
    """Autosave overwrites the revision that waits, every half second."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        old = token_of()
        content = {**waiting.latest_revision.content, "summary": "Sửa tại chỗ"}
        waiting.revisions.filter(pk=waiting.latest_revision_id).update(content=content)
        assert Client().get(address_of(old)).status_code == 404
        assert refusals()[-1].detail["reason"] == LinkEnd.SUPERSEDED
        assert send_missing() == 0
        clock.shift(datetime.timedelta(minutes=16))
        with commit():
            assert send_missing() == 3
        assert send_missing() == 0
        assert token_of() != old
        assert (Client().get(address_of(token_of())).status_code, Client().get(address_of(old)).status_code) == (
            200,
            404,
        )


# --- the walk


def test_confirm_read_approve(waiting, commit):
    client, token = Client(), token_of()
    page = client.get(address_of(token))
    assert page.status_code == 200
    assert TITLE not in page.content.decode()
    assert "ba số cuối 001" in page.content.decode()
    assert "<script" not in page.content.decode()
    with commit():
        client.post(address_of(token, "ma/"))
    code = re.search(r"\d{6}", texts_to("thuongtruc1").first().text)[0]
    wrong = client.post(address_of(token, "xac-nhan/"), {"code": f"{(int(code) + 1) % 1_000_000:06}"})
    assert wrong.status_code == 403
    assert "Mã không đúng" in wrong.content.decode()
    assert [(each.act, each.actor, each.detail["code"]) for each in refusals()] == [
        ("confirm_review_code", "anonymous", "UNAUTHENTICATED")
    ]
    assert client.post(address_of(token, "xac-nhan/"), {"code": f"{code[:3]} {code[3:]}"}).status_code == 302
    cookie = client.cookies["duyet"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (address_of(token), True, "Lax")
    read = client.get(address_of(token))
    html = read.content.decode()
    assert f"<h1>{TITLE}</h1>" in html
    assert '<text x="10" y="60">Nguyễn Văn THUONGTRUC1</text>' in html
    assert "hình micro" in html
    assert "<script" not in html
    assert "/admin/" not in html
    assert {
        name: read[name] for name in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag", "Content-Security-Policy")
    } == {
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Robots-Tag": "noindex, nofollow, noarchive",
        "Content-Security-Policy": "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    }
    done = decide(client, token, comment=" Nhất trí ")
    assert (done.status_code, done["Location"]) == (302, "/duyet/xong/phe-duyet/")
    assert "Đã ghi nhận: Phê duyệt" in client.get(done["Location"]).content.decode()
    approval = Approval.objects.get(person__username="thuongtruc1")
    assert (approval.decision, approval.comment, approval.revision_id, approval.digest) == (
        Decision.APPROVE,
        "Nhất trí",
        waiting.latest_revision_id,
        text_digest(waiting.latest_revision_id),
    )
    acts = AuditEntry.objects.filter(outcome="done", actor="thuongtruc1").order_by("seq").values_list("act", flat=True)
    assert list(acts) == ["confirm_review_code", "approve", "decide_by_review_link"]
    assert client.get(address_of(token)).status_code == 404


def test_a_return_needs_a_reason_and_what_was_typed_stays(waiting, confirmed):
    client, token = confirmed(), token_of()
    answer = decide(client, token, "return", "   ")
    assert answer.status_code == 400
    assert "Hãy ghi lý do trả lại" in answer.content.decode()
    refused = AuditEntry.objects.filter(outcome="refused").latest("seq")
    assert (refused.act, refused.actor, refused.detail["channel"]) == ("decide", "thuongtruc1", "phone")
    assert not Approval.objects.filter(person__username="thuongtruc1").exists()
    assert decide(client, token, "return", "Thiếu số liệu")["Location"] == "/duyet/xong/tra-lai/"
    assert Approval.objects.get(person__username="thuongtruc1").comment == "Thiếu số liệu"
    # The step is settled: the others' links lead nowhere.
    assert Client().get(address_of(token_of("thuongtruc2"))).status_code == 404
    assert refusals()[-1].detail["reason"] == LinkEnd.SETTLED


def test_a_decision_counts_for_the_text_that_was_shown(waiting, confirmed):
    answer = decide(confirmed(), token_of(), digest="0" * 64)
    assert answer.status_code == 409
    assert "vừa được sửa" in answer.content.decode()
    assert not Approval.objects.filter(person__username="thuongtruc1").exists()
    assert link_of().used_at is None


def test_what_is_no_page_is_decided_by_its_own_act(committee, standin, thing, confirmed, commit):  # noqa: F811
    with commit():
        asked = requests.ask(actor=committee.board, thing=thing, organization=committee.units.TB, required=2)
    standin.template = "editorial/includes/way.html"
    client, token = confirmed(), token_of()
    assert "có thông báo chờ" in texts_to("thuongtruc1").last().text
    assert "Thứ cần duyệt" in client.get(address_of(token)).content.decode()
    assert decide(client, token).status_code == 302
    made = RequestDecision.objects.get()
    assert (made.person, made.decision, made.request) == (committee.thuongtruc1, Decision.APPROVE, asked)
    # The third link leads nowhere once two have approved.
    second = confirmed("thuongtruc2")
    assert decide(second, token_of("thuongtruc2"), digest=asked.digest).status_code == 302
    asked.refresh_from_db()
    assert asked.state == RequestState.APPROVED
    assert standin.went_on == [thing.pk]
    assert Client().get(address_of(token_of("thuongtruc3"))).status_code == 404
    assert refusals()[-1].detail["reason"] == LinkEnd.SETTLED


def test_looking_for_what_is_missing_costs_the_same_however_much_waits(committee, draft, approve):
    def put(number):
        approve(draft(f"{TITLE} {number}"), steps=2)

    put(1)
    one, sent = queries_of(send_missing)
    listed, matters = queries_of(lambda: list(waiting_matters()))
    assert (sent, len(matters)) == (0, 1)
    put(2)
    put(3)
    assert queries_of(send_missing) == (one, 0)
    many, matters = queries_of(lambda: list(waiting_matters()))
    assert (many, len(matters)) == (listed, 3)


def test_a_member_who_cannot_be_reached_is_not_asked_about_each_minute(committee, waiting):
    one, _sent = queries_of(send_missing)
    Member.objects.filter(user=committee.thuongtruc3).update(phone="", email="")
    ReviewLink.objects.filter(person=committee.thuongtruc3).delete()
    assert queries_of(send_missing) == (one, 0)
    Member.objects.filter(user=committee.thuongtruc3).update(email="ba@example.vn")
    assert send_missing() == 1


# --- what leads nowhere


def expire(province, page):
    ReviewLink.objects.update(expires_at=timezone.now())


def revoked_by_the_board(province, page):
    actions.revoke(actor=province.board, link_id=link_of().pk)


def revoked_by_the_person(province, page):
    actions.revoke(actor=province.thuongtruc1, link_id=link_of().pk)


def used(province, page):
    link = link_of()
    actions.decide(link_id=link.pk, decision="approve", comment="", digest=link.digest, address="")


def superseded(province, page):
    page.title = "Bản sửa"
    page.save_revision(user=province.board)


def settled(province, page):
    for name in ("thuongtruc2", "thuongtruc3"):
        link = link_of(name)
        actions.decide(link_id=link.pk, decision="approve", comment="", digest=link.digest, address="")


def no_right(province, page):
    Position.objects.filter(member__user=province.thuongtruc1).update(valid_to=datetime.date(2026, 1, 1))


def closed_account(province, page):
    province.thuongtruc1.is_active = False
    province.thuongtruc1.save()


ENDS = {
    expire: LinkEnd.EXPIRED,
    revoked_by_the_board: LinkEnd.REVOKED,
    revoked_by_the_person: LinkEnd.REVOKED,
    used: LinkEnd.USED,
    superseded: LinkEnd.SUPERSEDED,
    settled: LinkEnd.SETTLED,
    no_right: LinkEnd.NO_RIGHT,
    closed_account: LinkEnd.NO_RIGHT,
}


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_a_link_that_is_over_looks_like_none_at_all_and_is_logged(end, waiting, committee, confirmed, monkeypatch):
    client, token = confirmed(), token_of()
    digest = link_of().digest
    end(committee, waiting)
    before = list(Approval.objects.values_list("pk", "decision", "voided_at"))
    never_was = Client().get(address_of("x" * 32))
    assert never_was.status_code == 404
    count = len(refusals())
    for answer in (
        client.get(address_of(token)),
        Client().get(address_of(token)),
        decide(client, token, digest=digest),
        client.post(address_of(token, "ma/")),
        client.post(address_of(token, "huy/")),
    ):
        assert (answer.status_code, answer.content) == (404, never_was.content)
    assert [(each.act, each.detail["reason"], each.detail["person"]) for each in refusals()[count:]] == [
        ("open_review_link", ENDS[end], "thuongtruc1")
    ] * 5
    assert list(Approval.objects.values_list("pk", "decision", "voided_at")) == before
    # Control: without this guard the link would open (as far as the person can still be reached).
    matter = access.Matter(organization=committee.units.TB, title="", kind="", digest=digest)
    monkeypatch.setattr(access, "standing", lambda link: matter)
    assert Client().get(address_of(token)).status_code == (409 if end is closed_account else 200)


def test_another_person_who_is_signed_in_gets_nothing(waiting, committee, signed_in, monkeypatch):
    token = token_of()
    for person in (committee.thuongtruc2, committee.board, committee.admin):
        answer = signed_in(person).get(address_of(token))
        assert (answer.status_code, answer.content) == (404, Client().get(address_of("x" * 32)).content)
        last = refusals()[-1]
        assert (last.actor, last.detail["reason"]) == (person.username, LinkEnd.OTHER_PERSON)
    assert signed_in(committee.thuongtruc1).get(address_of(token)).status_code == 200


def test_what_one_confirmed_never_opens_what_another_was_sent(waiting, committee, confirmed, commit, monkeypatch):
    first, token2 = confirmed(), token_of("thuongtruc2")
    stolen = Client()
    stolen.cookies["duyet"] = first.cookies["duyet"].value
    assert TITLE not in stolen.get(address_of(token2)).content.decode()
    answer = decide(stolen, token2)
    assert answer.status_code == 403
    assert TITLE not in answer.content.decode()
    assert (refusals()[-1].act, refusals()[-1].actor) == ("decide_by_review_link", "anonymous")
    assert not Approval.objects.filter(person__in=(committee.thuongtruc1, committee.thuongtruc2)).exists()
    # Control: were the cookie bound to no link, it would open the other's.
    with monkeypatch.context() as patch:
        patch.setattr(access, "_confirmed_value", lambda link: "anyone")
        stolen.cookies["duyet"] = access.signing.dumps("anyone", salt=access.SALT)
        assert TITLE in stolen.get(address_of(token2)).content.decode()
    # A code for one link confirms no other.
    with commit():
        Client().post(address_of(token_of("thuongtruc3"), "ma/"))
    code = re.search(r"\d{6}", texts_to("thuongtruc3").first().text)[0]
    assert Client().post(address_of(token2, "xac-nhan/"), {"code": code}).status_code == 403


def test_a_file_opens_by_the_link_that_showed_it_alone(waiting, committee, confirmed, monkeypatch):
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    from editorial.phone_review import reading

    name = default_storage.save("documents/duyet.txt", ContentFile("nội dung".encode()))
    first, second = confirmed(), confirmed("thuongtruc2")
    shown = (waiting.pk, waiting.latest_revision_id, name)
    signed = access.signing.dumps((link_of().pk, *shown), salt=reading.SALT)
    opened = first.get(address_of(token_of(), f"tep/{signed}/"))
    assert (opened.status_code, b"".join(opened.streaming_content).decode()) == (200, "nội dung")
    assert opened["Cache-Control"] == "no-store"
    read = AuditEntry.objects.get(act="read_file")
    assert (read.actor, read.detail["channel"]) == ("thuongtruc1", "phone")
    assert second.get(address_of(token_of("thuongtruc2"), f"tep/{signed}/")).status_code == 404
    assert Client().get(address_of(token_of(), f"tep/{signed}/")).status_code == 403
    # A name signed for the admin's review page is none here.
    admin = access.signing.dumps(shown, salt="editorial.reading")
    assert first.get(address_of(token_of(), f"tep/{admin}/")).status_code == 404


def test_confirming_lasts_an_hour_and_no_longer_than_the_password(waiting, committee, confirmed):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = confirmed()
        clock.shift(datetime.timedelta(minutes=59))
        assert TITLE in client.get(address_of(token_of())).content.decode()
        clock.shift(datetime.timedelta(minutes=2))
        assert TITLE not in client.get(address_of(token_of())).content.decode()
        client = confirmed()
        committee.thuongtruc1.set_password("mat-khau-moi-2026")
        committee.thuongtruc1.save()
        assert TITLE not in client.get(address_of(token_of())).content.decode()


# --- limits


def test_five_codes_an_hour_and_five_tries_at_each(waiting, commit):
    with time_machine.travel(START, tick=False):
        ReviewLink.objects.update(expires_at=START + datetime.timedelta(hours=1))
        token, client = token_of(), Client()
        for _each in range(5):
            with commit():
                assert client.post(address_of(token, "ma/")).status_code == 200
        answer = client.post(address_of(token, "ma/"))
        assert answer.status_code == 429
        assert "Đã xin mã quá nhiều lần" in answer.content.decode()
        code = re.search(r"\d{6}", texts_to("thuongtruc1").first().text)[0]
        wrong = f"{(int(code) + 1) % 1_000_000:06}"
        tries = [client.post(address_of(token, "xac-nhan/"), {"code": wrong}).status_code for _each in range(5)]
        assert tries == [403] * 5
        assert client.post(address_of(token, "xac-nhan/"), {"code": code}).status_code == 403


def test_guessing_at_links_is_held_back_and_does_not_fill_the_audit(waiting):
    with time_machine.travel(START, tick=False):
        before = AuditEntry.objects.count()
        answers = [Client().get(address_of(f"{number:032}")).status_code for number in range(33)]
        assert answers == [404] * 30 + [429] * 3
        assert AuditEntry.objects.count() == before + 1  # that one was held back


# --- taking back and sending again


def test_only_the_person_and_the_board_take_a_link_back(waiting, committee):
    for person in (committee.contributor, committee.desk, committee.thuongtruc2):
        with pytest.raises(Refused) as refusal:
            actions.revoke(actor=person, link_id=link_of().pk)
        assert refusal.value.code == "NOT_FOUND"
    assert link_of().revoked_at is None


def pushed_address(link):
    return urlsplit(subject_now(PUSHED, str(link.pk)).data["url"]).path


def test_a_push_carries_the_link_to_its_person_alone(waiting, committee, commit, signed_in):
    link = link_of()
    push = Push.objects.get(subject_id=str(link.pk))
    assert (push.subject_kind, push.category, push.urgent) == (PUSHED, PushCategory.REVIEW, False)
    told = subject_now(PUSHED, push.subject_id)
    assert (told.accounts, told.text) == ({link.person_id}, "Có bài viết chờ đồng chí duyệt. Mở để đọc và quyết định.")
    address, client = pushed_address(link), Client()
    assert TITLE not in client.get(address).content.decode()  # it asks for a code first
    with commit():
        client.post(f"{address}ma/")
    code = re.search(r"\d{6}", texts_to("thuongtruc1").first().text)[0]
    assert client.post(f"{address}xac-nhan/", {"code": code}).status_code == 302
    assert TITLE in client.get(address).content.decode()
    # Confirmed for this one: it is neither another's nor does another's cookie serve.
    assert TITLE not in client.get(pushed_address(link_of("thuongtruc2"))).content.decode()
    assert signed_in(committee.thuongtruc2).get(address).status_code == 404
    assert client.post(address, {"decision": "approve", "comment": "", "digest": link.digest}).status_code == 302
    assert Approval.objects.filter(person=link.person, step__isnull=False).exists()
    assert subject_now(PUSHED, push.subject_id) is None
    assert client.get(address).status_code == 404


def test_a_push_dies_with_the_token_that_was_sent(waiting, committee, commit):
    link = link_of()
    address = pushed_address(link)
    assert Client().get(address).status_code == 200
    with commit():
        actions.send_again(actor=committee.thuongtruc1, link_id=link.pk)
    assert Client().get(address).status_code == 404
    link.refresh_from_db()
    assert Push.objects.filter(subject_id=str(link.pk)).count() == 2
    assert Client().get(pushed_address(link)).status_code == 200
    with commit():
        actions.revoke(actor=committee.thuongtruc1, link_id=link.pk)
    assert subject_now(PUSHED, str(link.pk)) is None


@pytest.mark.parametrize(
    "forged",
    [
        lambda link: signing.dumps([link.pk, link.token_digest], salt="another"),
        lambda link: signing.dumps([link.pk, link.token_digest], key="another key", salt=tokens.SALT),
        lambda link: signing.dumps([link_of("thuongtruc2").pk, link.token_digest], salt=tokens.SALT),
        lambda link: tokens.signed_token(link)[:-1],
        lambda link: link.token_digest,
    ],
)
def test_what_the_installation_did_not_sign_for_a_link_opens_nothing(forged, waiting):
    assert Client().get(address_of(tokens.signed_token(link_of()))).status_code == 200  # control
    assert Client().get(address_of(forged(link_of()))).status_code == 404


def test_sent_again_the_former_link_leads_nowhere(waiting, committee, confirmed, commit):
    client, old = confirmed(), token_of()
    cookie = client.cookies["duyet"].value
    with commit():
        actions.send_again(actor=committee.board, link_id=link_of().pk)
    new = token_of()
    assert new != old
    assert Client().get(address_of(old)).status_code == 404
    client.cookies.clear()
    client.cookies["duyet"] = cookie
    assert TITLE not in client.get(address_of(new)).content.decode()
    assert Client().get(address_of(new)).status_code == 200
    used(committee, waiting)
    with pytest.raises(Refused):
        actions.send_again(actor=committee.board, link_id=link_of().pk)


def test_the_screen_shows_each_their_own_and_the_board_all(waiting, committee, open_screen, signed_in):
    counts = {
        name: open_screen(getattr(committee, name), "editorial_review_links").content.decode().count("st-row__title")
        for name in ("thuongtruc1", "board", "contributor")
    }
    assert counts == {"thuongtruc1": 1, "board": 3, "contributor": 0}
    client = signed_in(committee.board)
    sent = {"link": link_of().pk, "act": "revoke"}
    assert client.post("/admin/editorial/review-links/", sent).status_code == 302
    assert link_of().revoked_at is not None
    assert AuditEntry.objects.get(act="revoke_review_link").actor == "btv1"


def test_giving_up_on_the_telephone(waiting, confirmed):
    client, token = confirmed(), token_of()
    assert client.post(address_of(token, "huy/"))["Location"] == "/duyet/xong/da-huy/"
    assert client.get(address_of(token)).status_code == 404

"""Releases: approved as one, out as one, back as one; and no item slips out of one by another way."""

from __future__ import annotations

import contextlib
import datetime
import importlib

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.db import transaction
from django.utils import timezone
from wagtail.models import Locale

from audit.models import AuditEntry
from audit.refusals import Refused
from cms.models import Article, Category, ContentPage
from editorial import actions as editorial
from editorial import gate, publisher
from editorial.amendments import actions as amendments
from editorial.enums import Decision, ReleaseState
from editorial.models import Approval, ApprovalRequest, Release, ReleaseItem, RequestDecision
from editorial.models.steps import undecided_by
from editorial.releases import actions
from editorial.requests import actions as requests
from editorial.requests.subjects import digest_of
from publishing.models import Change, Publication, PublishedItem

pytestmark = pytest.mark.django_db


def titles():
    return sorted(PublishedItem.objects.out().values_list("title", flat=True))


def refused(call, code):
    """It is refused, and nothing but that has changed."""

    def state():
        return (
            list(Release.objects.order_by("pk").values_list("state", flat=True)),
            list(ReleaseItem.objects.order_by("pk").values_list("page", "revision", "is_open", "position")),
            Change.objects.count(),
            Publication.objects.count(),
            Approval.objects.standing().count(),
            RequestDecision.objects.count(),
            titles(),
        )

    before = state()
    with pytest.raises(Refused) as refusal, transaction.atomic():
        call()
    assert refusal.value.code == code
    assert state() == before
    return refusal.value.message


def test_it_is_approved_once_and_everything_is_out(province, compose, submit, vote):
    release = compose("Một", "Hai", "Ba")
    submit(release)
    assert vote(release, people=1).state == ReleaseState.WAITING
    assert titles() == []
    assert finish(release, province.thuongtruc2).state == ReleaseState.SCHEDULED
    assert publisher.publish_due().done == 1
    release.refresh_from_db()
    assert release.state == ReleaseState.OUT
    assert titles() == ["Ba", "Hai", "Một"]
    assert [each.page.live for each in release.items.select_related("page")] == [True, True, True]
    assert Publication.objects.count() == Change.objects.count() == 3
    last = AuditEntry.objects.order_by("-seq").first()
    assert (last.act, last.detail["items"]) == ("publish_release", 3)
    assert publisher.publish_due().done == 0


def finish(release, person):
    """One more approval, without what follows its commit."""
    request = ApprovalRequest.objects.about(release).waiting().get()
    requests.decide(actor=person, request_id=request.pk, digest=request.digest, decision=Decision.APPROVE)
    release.refresh_from_db()
    return release


def test_it_goes_out_with_the_commit_of_the_last_approval(compose, submit, vote):
    release = compose("Một", "Hai")
    submit(release)
    assert vote(release).state == ReleaseState.OUT
    assert titles() == ["Hai", "Một"]


def test_it_waits_for_its_time(compose, submit, vote, monkeypatch):
    later = timezone.now() + datetime.timedelta(hours=3)
    release = compose("Một", due_at=later)
    submit(release)
    assert vote(release).state == ReleaseState.SCHEDULED
    assert publisher.publish_due().done == 0
    monkeypatch.setattr(timezone, "now", lambda: later + datetime.timedelta(seconds=1))
    assert publisher.publish_due().done == 1
    assert titles() == ["Một"]
    assert Publication.objects.get().due_at == later


def test_one_item_that_fails_keeps_all_of_them_back(compose, submit, vote, monkeypatch, province):
    """And it stays due, is shown as failed, and goes out whole once it can."""
    release = compose("Một", "Hai", "Ba")
    submit(release)
    vote(release, people=1)
    finish(release, province.thuongtruc2)
    real, calls = gate._send_out, []

    def breaks(text, *args, **kwargs):
        calls.append(text.title)
        if text.title == "Ba":
            raise RuntimeError("đĩa đầy")
        return real(text, *args, **kwargs)

    monkeypatch.setattr(gate, "_send_out", breaks)
    report = publisher.publish_due()
    assert (report.done, report.failed) == (0, 1)
    assert calls == ["Một", "Hai", "Ba"]
    release.refresh_from_db()
    assert (release.state, release.attempts, release.last_error) == (ReleaseState.SCHEDULED, 1, "đĩa đầy")
    assert release.has_failed
    assert titles() == [] and not ContentPage.objects.filter(live=True).exists()
    monkeypatch.setattr(gate, "_send_out", real)
    Release.objects.update(next_attempt_at=None)
    assert publisher.publish_due().done == 1
    assert titles() == ["Ba", "Hai", "Một"]


def test_an_edit_of_any_item_voids_the_approval_of_all(province, compose, submit, vote, ready):
    release = compose("Một", "Hai", due_at=timezone.now() + datetime.timedelta(days=1))
    submit(release)
    vote(release)
    assert release.state == ReleaseState.SCHEDULED
    page = release.items.first().page.specific
    page.title = "Một, đã sửa"
    page.save_revision(user=province.board)
    release.refresh_from_db()
    assert release.state == ReleaseState.DRAFT
    assert list(release.items.values_list("revision", flat=True)) == [None, None]
    assert "Một, đã sửa" in refused(lambda: submit(release), "CONFLICT")  # its board has not read that


def test_text_overwritten_in_place_does_not_go_out(province, compose, submit, vote, monkeypatch):
    """Even where nobody told the release of it: the gate makes the digest anew."""
    release = compose("Một", "Hai")
    submit(release)
    vote(release, people=1)
    finish(release, province.thuongtruc2)
    revision = release.items.first().revision
    revision.content["title"] = "Chèn thêm"
    revision.save(update_fields=["content"])
    assert publisher.publish_due().failed == 1
    assert titles() == []


def test_no_approval_no_release_whatever_its_row_says(province, compose, submit):
    release = compose("Một")
    submit(release)
    Release.objects.update(state=ReleaseState.SCHEDULED)
    ApprovalRequest.objects.update(state="approved")
    assert publisher.publish_due().failed == 1
    assert titles() == []


def test_control_without_the_gate_it_would_be_out(province, compose, submit, monkeypatch):
    release = compose("Một")
    submit(release)
    Release.objects.update(state=ReleaseState.SCHEDULED)
    monkeypatch.setattr(gate, "refuse_unapproved_thing", lambda thing, act: None)
    assert publisher.publish_due().done == 1
    assert titles() == ["Một"]


def test_an_item_does_not_slip_out_by_another_way(province, compose, submit, vote):
    later = timezone.now() + datetime.timedelta(days=1)
    release = compose("Một", "Hai", due_at=later)
    page = release.items.first().page
    submit(release)
    revision = release.items.first().revision

    def decide():
        editorial.decide(
            actor=province.thuongtruc1, page_id=page.pk, revision_id=revision.pk, decision=Decision.APPROVE
        )

    def emergency():
        editorial.emergency_publish(
            actor=province.admin, page_id=page.pk, revision_id=revision.pk, reason="Cần đăng ngay bây giờ"
        )

    for pending in (ReleaseState.WAITING, ReleaseState.SCHEDULED):
        refused(decide, "CONFLICT")
        refused(emergency, "CONFLICT")
        refused(lambda: gate.publish(revision, actor=province.board, due_at=timezone.now()), "CONFLICT")
        assert not undecided_by(province.thuongtruc1).exists()
        if pending == ReleaseState.WAITING:
            vote(release)
    for step in gate.missing_approvals(revision):
        assert step.given == 0
    refused(lambda: gate.plan(revision, actor=province.board), "FORBIDDEN")


def test_control_without_that_rule_an_emergency_takes_one_out_of_it(province, compose, submit, monkeypatch):
    release = compose("Một", "Hai")
    submit(release)
    item = release.items.first()
    monkeypatch.setattr(gate, "refuse_in_release", lambda page, act: None)
    editorial.emergency_publish(
        actor=province.admin, page_id=item.page_id, revision_id=item.revision_id, reason="Cần đăng ngay bây giờ"
    )
    assert titles() == ["Một"]


def test_what_is_not_ready_is_named(province, compose, submit, draft, approve):
    raw = draft("Bài chưa qua bàn")
    release = compose(pages=[raw])
    assert "Bài chưa qua bàn" in refused(lambda: submit(release), "CONFLICT")
    empty = compose(pages=[draft("Khác")])
    actions.remove_item(actor=province.board, release=empty, page_id=empty.items.get().page_id)
    refused(lambda: submit(empty), "REQUIRED")


def test_a_release_that_asks_less_than_the_steps_of_its_items_is_refused(province, compose, submit):
    release = compose("Một")
    Release.objects.update(required=1)
    release.refresh_from_db()
    assert "0/2" in refused(lambda: submit(release), "CONFLICT")


def test_a_page_is_in_one_open_release(province, compose, draft):
    page = draft("Một")
    first = compose(pages=[page])
    second = actions.save_release(
        actor=province.board, title="Khác", organization=province.units.TB, required=2, due_at=None
    )
    assert "Bản tin tháng" in refused(
        lambda: actions.add_item(actor=province.board, release=second, page=page), "CONFLICT"
    )
    actions.discard_release(actor=province.board, release=first)
    actions.add_item(actor=province.board, release=second, page=page)


def test_what_has_a_time_of_its_own_is_not_taken(province, compose, draft, approve):
    page = draft("Một", go_live_at=timezone.now() + datetime.timedelta(days=1))
    approve(page)
    release = compose(pages=[draft("Hai")])
    refused(lambda: actions.add_item(actor=province.board, release=release, page=page), "CONFLICT")


def test_only_the_board_composes(province, compose, draft, signed_in):
    release = compose(pages=[draft("Một")])
    for person in (province.contributor, province.desk, province.other_desk, province.thuongtruc1):
        refused(lambda person=person: actions.submit_release(actor=person, release=release), "FORBIDDEN")
        refused(lambda person=person: actions.discard_release(actor=person, release=release), "FORBIDDEN")
        assert signed_in(person).get(f"/admin/editorial/releases/{release.pk}/").status_code == 302


def test_who_wrote_an_item_has_no_say_on_the_release(province, compose, submit, draft, approve):
    page = draft("Thường trực sửa sau cùng")
    page.save_revision(user=province.thuongtruc1)
    approve(page, steps=2)
    release = compose(pages=[page])
    submit(release)
    request = ApprovalRequest.objects.about(release).get()
    refused(
        lambda: requests.decide(
            actor=province.thuongtruc1, request_id=request.pk, digest=request.digest, decision=Decision.APPROVE
        ),
        "FORBIDDEN",
    )


def test_returning_it_brings_it_back_to_its_composer(compose, submit, vote):
    release = compose("Một")
    submit(release)
    assert vote(release, people=1, decision=Decision.RETURN, comment="Đổi thứ tự").state == ReleaseState.DRAFT
    submit(release)
    assert vote(release).state == ReleaseState.OUT


def test_taking_it_back_voids_what_was_given(province, compose, submit, vote):
    release = compose("Một", due_at=timezone.now() + datetime.timedelta(days=1))
    submit(release)
    vote(release)
    actions.take_back_release(actor=province.board, release=release)
    release.refresh_from_db()
    assert release.state == ReleaseState.DRAFT
    assert ApprovalRequest.objects.get().state == "lapsed"
    assert publisher.publish_due().done == 0


def test_both_languages_or_none(province, compose, submit, ready):
    release = compose("Một", all_languages=True)
    assert "Một" in refused(lambda: submit(release), "CONFLICT")


@pytest.fixture
def translated(province, approve):
    """A function that gives a page its English, written by hand, and takes it as far as is asked."""

    def make(page, steps):
        english = page.specific.copy_for_translation(Locale.objects.get(language_code="en"), copy_parents=True)
        english.title = f"{page.title} in English"
        english.save_revision(user=province.contributor)
        approve(english, steps=steps)
        return ContentPage.objects.get(pk=english.pk)

    return make


def test_both_languages_in_the_release_go_out_together(province, compose, submit, vote, ready, translated):
    [page] = ready("Một")
    release = compose(pages=[page, translated(page, 2)], all_languages=True)
    submit(release)
    assert vote(release).state == ReleaseState.OUT
    assert titles() == ["Một", "Một in English"]


def test_a_translation_of_what_is_out_goes_out_by_itself(province, compose, submit, vote, draft, approve, translated):
    page = approve(draft("Một"))
    release = compose(pages=[translated(page, 2)], all_languages=True)
    submit(release)
    assert vote(release).state == ReleaseState.OUT
    assert titles() == ["Một", "Một in English"]


def test_an_old_translation_is_no_other_language(province, compose, submit, draft, approve, translated):
    """It is out, but of the text that this release replaces."""
    page = approve(draft("Một"))
    english = translated(page, 4)
    assert english.live
    page = ContentPage.objects.get(pk=page.pk).specific
    page.title = "Một, bản mới"
    page.save_revision(user=province.contributor)
    approve(page, steps=2)
    release = compose(pages=[ContentPage.objects.get(pk=page.pk)], all_languages=True)
    message = refused(lambda: submit(release), "CONFLICT")
    assert message.startswith("Bản dịch “Một in English” của “Một, bản mới” đã cũ")
    english = english.specific.get_latest_revision_as_object()
    english.title = "One, mended"
    english.save_revision(user=province.contributor)
    approve(english, steps=2)
    actions.add_item(actor=province.board, release=release, page=ContentPage.objects.get(pk=english.pk))
    assert submit(release).state == ReleaseState.WAITING


def test_an_old_translation_does_not_go_out_as_one(province, compose, submit, draft, approve, translated):
    page = approve(draft("Một"))
    english = translated(page, 2)
    page = ContentPage.objects.get(pk=page.pk).specific
    page.title = "Một, bản mới"
    page.save_revision(user=province.contributor)
    approve(page)
    release = compose(pages=[english], all_languages=True)
    assert "Một in English" in refused(lambda: submit(release), "CONFLICT")


def published(page):
    """All that a reader gets of a page, and who gets it."""
    item = PublishedItem.objects.get(page_id=page.pk)
    facts = {name: getattr(item, name) for name in ("title", "summary", "slug", "payload", "card", "revision_id")}
    keys = sorted(item.audiences.values_list("key", flat=True))
    return facts | {"audiences": keys, "files": sorted(item.files.values_list("storage_name", "sha256"))}


def test_rolling_back_restores_exactly(province, compose, submit, vote, draft, approve, ready):
    old = draft("Bản cũ", summary="Tóm tắt cũ")
    approve(old)
    old.refresh_from_db()
    before = published(old)
    old = old.specific
    old.title, old.summary, old.clearance = "Bản mới", "Tóm tắt mới", "committee"
    old.save_revision(user=province.contributor)
    approve(old, steps=2)
    release = compose(pages=[ContentPage.objects.get(pk=old.pk), *ready("Bài thêm")])
    submit(release)
    vote(release)
    assert titles() == ["Bài thêm", "Bản mới"]
    assert published(old) != before
    actions.roll_back_release(actor=province.board, release=release, reason="Sai số liệu")
    assert titles() == ["Bản cũ"]
    assert published(old) == before
    release.refresh_from_db()
    assert release.state == ReleaseState.ROLLED_BACK
    assert Article.objects.get(pk=old.pk).title == "Bản cũ"
    refused(lambda: actions.roll_back_release(actor=province.board, release=release, reason="Lần nữa"), "CONFLICT")


def test_what_is_newer_is_not_rolled_over(province, compose, submit, vote, approve):
    release = compose("Một", "Hai")
    submit(release)
    vote(release)
    page = release.items.first().page.specific
    page.title = "Một, bản sau"
    page.save_revision(user=province.contributor)
    approve(page)
    assert "Một, bản sau" in refused(
        lambda: actions.roll_back_release(actor=province.board, release=release, reason="Nhầm"), "CONFLICT"
    )
    actions.recall_release(actor=province.board, release=release, reason="Nhầm")
    assert titles() == []


@pytest.fixture
def edited(province, approve, draft):
    """A function that makes a page with one text out and another that waits for its committee."""

    def make(title, **fields):
        page = draft(f"{title}, bản cũ", **fields)
        approve(page)
        page = Article.objects.get(pk=page.pk)
        page.title, page.expire_at = f"{title}, bản mới", None
        page.save_revision(user=province.contributor)
        approve(page, steps=2)
        return Article.objects.get(pk=page.pk)

    return make


def roll_back(province, release):
    return actions.roll_back_release(actor=province.board, release=release, reason="Sai số liệu")


@pytest.mark.parametrize("act", [amendments.withdraw, amendments.recall])
def test_what_was_taken_from_readers_since_is_not_revived(province, compose, submit, vote, edited, act):
    """That was decided by itself: of the rest they get back what they had, and of this nothing."""
    first, second = edited("Một"), edited("Hai")
    release = compose(pages=[first, second])
    submit(release)
    vote(release)
    act(actor=province.board, page_id=first.pk, reason="Lộ bí mật")
    before = published(first)
    assert roll_back(province, release) == ["Một, bản mới"]
    assert titles() == ["Hai, bản cũ"]
    assert published(first) == before
    assert not ContentPage.objects.get(pk=first.pk).live
    assert AuditEntry.objects.filter(act="put_back").count() == 1
    detail = AuditEntry.objects.get(act="roll_back_release").detail
    assert (detail["left"], detail["expired"]) == ([first.pk], [])


def test_what_was_new_and_withdrawn_since_leaves_no_stub(province, compose, submit, vote):
    release = compose("Một")
    submit(release)
    vote(release)
    amendments.withdraw(actor=province.board, page_id=release.items.get().page_id, reason="Nhầm")
    assert roll_back(province, release) == []
    assert PublishedItem.objects.get().ending == "recalled"


def test_an_earlier_text_that_has_expired_since_does_not_come_back(
    province, compose, submit, vote, edited, monkeypatch
):
    """Without the release it would be gone by now: nothing stands in its place, and the rest is rolled back."""
    first, second = edited("Một", expire_at=timezone.now() + datetime.timedelta(hours=2)), edited("Hai")
    release = compose(pages=[first, second])
    submit(release)
    vote(release)
    later = timezone.now() + datetime.timedelta(hours=3)
    monkeypatch.setattr(timezone, "now", lambda: later)
    publisher.publish_due()
    assert titles() == ["Hai, bản mới", "Một, bản mới"]
    assert roll_back(province, release) == ["Một, bản mới"]
    assert titles() == ["Hai, bản cũ"]
    assert PublishedItem.objects.get(page_id=first.pk).ending == "recalled"
    assert AuditEntry.objects.get(act="roll_back_release").detail["expired"] == [first.pk]


def test_an_earlier_text_that_cannot_be_as_it_was_is_named(province, compose, submit, vote, edited):
    """And then nothing is rolled back."""
    release = compose(pages=[edited("Một"), edited("Hai")])
    submit(release)
    vote(release)
    province.source.allowed_categories.add(Category.objects.create(slug="khac", name="Khác"))
    item = release.items.get(page__draft_title="Hai, bản mới")
    item.before.content["category"] = Category.objects.create(slug="cu", name="Cũ").pk
    item.before.save(update_fields=["content"])
    said = refused(lambda: roll_back(province, release), "INVALID")
    assert said.startswith("Không trả lại được bản trước của “Hai, bản mới”: Nguồn “Ban Tuyên giáo” không được dùng")


def test_the_screen_says_what_did_not_come_back(province, compose, submit, vote, edited, signed_in):
    first = edited("Một")
    release = compose(pages=[first])
    submit(release)
    vote(release)
    amendments.withdraw(actor=province.board, page_id=first.pk, reason="Nhầm")
    address = f"/admin/editorial/releases/{release.pk}/"
    answer = signed_in(province.board).post(address, {"act": "roll_back", "reason": "Nhầm"}, follow=True)
    said = [str(message) for message in answer.context["messages"]]
    assert said == [
        "Đã quay lại như trước “Bản tin tháng”. Người đọc không có lại, vì đã gỡ hoặc đã hết hạn: “Một, bản mới”."
    ]


@pytest.mark.parametrize(
    ("act", "right", "button"),
    [
        (actions.roll_back_release, "roll_back_release", 'value="roll_back"'),
        (actions.recall_release, "recall", 'value="recall"'),
    ],
)
def test_each_way_back_has_a_right_of_its_own(province, compose, submit, vote, signed_in, act, right, button):
    release = compose("Một")
    submit(release)
    vote(release)
    group = province.board.groups.get()
    address = f"/admin/editorial/releases/{release.pk}/"
    assert button in signed_in(province.board).get(address).content.decode()
    group.permissions.remove(group.permissions.get(content_type__app_label="editorial", codename=right))
    board = type(province.board).objects.get(pk=province.board.pk)
    refused(lambda: act(actor=board, release=release, reason="Nhầm"), "FORBIDDEN")
    shown = signed_in(board).get(address).content.decode()
    assert button not in shown and "Đưa cả đợt trở lại" in shown
    other = {actions.recall_release, actions.roll_back_release} - {act}
    other.pop()(actor=board, release=release, reason="Nhầm")
    assert titles() == []


def test_who_could_roll_back_before_it_was_a_right_still_can(province):
    """The migration gives it to whoever may recall."""
    migration = importlib.import_module("editorial.migrations.0009_right_to_roll_back")
    Permission.objects.get(codename="roll_back_release").delete()
    province.contributor.user_permissions.add(Permission.objects.get(codename="recall"))
    migration.give_to_who_had_it(apps, None)
    migration.give_to_who_had_it(apps, None)
    right = Permission.objects.get(codename="roll_back_release")
    assert (right.content_type.app_label, right.content_type.model) == ("editorial", "release")
    assert list(right.group_set.values_list("name", flat=True)) == ["Ban Biên tập"]
    assert list(right.user_set.all()) == [province.contributor]


def linking_to(page, other, title):
    """The same draft, with a link to another page in its text."""
    link = f'<p><a linktype="page" id="{other.pk}">{title}</a></p>'
    page.body = page.body.stream_block.to_python([{"type": "text", "value": link}])
    page.save_revision(user=page.owner)
    return page


def link_in(page):
    [block] = PublishedItem.objects.get(page_id=page.pk).payload["body"]
    return block["value"]


def address_of(page, title):
    return f'<p><a href="sotay:content/{PublishedItem.objects.get(page_id=page.pk).pk}" rel="noopener">{title}</a></p>'


@pytest.fixture
def linked(draft, approve):
    """Two drafts that link to each other and wait for their committee."""
    first, second = draft("Một"), draft("Hai")
    linking_to(first, second, "hai")
    linking_to(second, first, "một")
    return [approve(page, steps=2).specific for page in (first, second)]


def test_items_of_a_release_link_to_each_other_whatever_their_order(province, compose, submit, vote, linked, signed_in):
    first, second = linked
    release = compose(pages=linked)
    shown = signed_in(province.board).get(f"/admin/editorial/releases/{release.pk}/preview/").content.decode()
    assert shown.count('href="sotay:content/') == 2
    submit(release)
    vote(release)
    assert link_in(first) == address_of(second, "hai")
    assert link_in(second) == address_of(first, "một")


def test_also_to_one_that_was_out_before_and_comes_back(province, compose, submit, vote, linked):
    """It keeps the id under which phones knew it."""
    first, second = linked
    release = compose(pages=linked)
    submit(release)
    vote(release)
    known = PublishedItem.objects.get(page_id=second.pk).pk
    actions.recall_release(actor=province.board, release=release, reason="Nhầm")
    again = []
    for page in linked:
        page = Article.objects.get(pk=page.pk)
        page.title += ", lần hai"
        page.save_revision(user=province.contributor)
        again.append(page)
    release = compose(pages=[through_desk_and_board(province, page) for page in again])
    submit(release)
    vote(release)
    assert PublishedItem.objects.get(page_id=second.pk).pk == known
    assert link_in(first) == address_of(second, "hai")


def through_desk_and_board(province, page):
    editorial.submit(actor=province.contributor, page_id=page.pk)
    for person in (province.desk, province.board):
        page.refresh_from_db()
        editorial.decide(actor=person, page_id=page.pk, revision_id=page.latest_revision_id, decision=Decision.APPROVE)
    return Article.objects.get(pk=page.pk)


def test_control_one_by_one_the_first_would_link_to_nothing(province, compose, submit, vote, linked, monkeypatch):
    first, second = linked
    release = compose(pages=linked)
    submit(release)
    monkeypatch.setattr(gate, "going_out", lambda ids: contextlib.nullcontext())
    vote(release)
    assert link_in(first) == '<p><a rel="noopener">hai</a></p>'
    assert link_in(second) == address_of(first, "một")


def test_what_comes_back_does_not_link_to_what_goes(province, compose, submit, vote, draft, approve):
    """The earlier text linked to a page that was not out yet: rolled back, it is what it was, without a link."""
    new, old = draft("Mới"), draft("Cũ")
    linking_to(old, new, "mới")
    approve(old)
    before = published(old)
    assert link_in(old) == '<p><a rel="noopener">mới</a></p>'
    old = Article.objects.get(pk=old.pk)
    old.title = "Cũ, bản sau"
    old.save_revision(user=province.contributor)
    release = compose(pages=[approve(old, steps=2), approve(new, steps=2)])
    submit(release)
    vote(release)
    assert link_in(old) == address_of(new, "mới")
    roll_back(province, release)
    assert published(old) == before


def test_recalling_needs_a_reason_and_takes_everything(province, compose, submit, vote):
    release = compose("Một", "Hai")
    submit(release)
    vote(release)
    refused(lambda: actions.recall_release(actor=province.board, release=release, reason=" "), "REQUIRED")
    actions.recall_release(actor=province.board, release=release, reason="Nhầm đợt")
    assert titles() == []
    assert Change.objects.filter(act="remove").count() == 2
    assert AuditEntry.objects.filter(act="recall").count() == 2


def test_the_digest_holds_all_that_is_approved(province, compose, submit):
    release = compose("Một", "Hai")
    submit(release)
    release.refresh_from_db()
    digests = {digest_of(release)}
    for name, value in (
        ("title", "Khác"),
        ("note", "Khác"),
        ("required", 3),
        ("all_languages", True),
        ("due_at", timezone.now()),
        ("organization", province.units.TB01),
    ):
        changed = Release.objects.get(pk=release.pk)
        setattr(changed, name, value)
        digests.add(digest_of(changed))
    first = release.items.first()
    ReleaseItem.objects.filter(pk=first.pk).update(position=99)
    digests.add(digest_of(release))
    first.delete()
    digests.add(digest_of(release))
    assert len(digests) == 9


@pytest.mark.parametrize("words", ["đảng bộ", "dang bo", "họp đảng"])
def test_drafts_that_could_join_are_found_however_their_titles_are_typed(province, compose, draft, open_screen, words):
    found = draft("Đảng bộ tỉnh họp")
    draft("Tin khác")
    answer = open_screen(province.board, "editorial_release", compose(pages=[]).pk, q=words)
    assert [page.pk for page in answer.context["found"]] == [found.pk]


def test_the_screens_lead_through_it(province, ready, signed_in, commit):
    pages = ready("Một", "Hai")
    board = signed_in(province.board)
    assert "Chưa có đợt phát hành nào" in board.get("/admin/editorial/releases/").content.decode()
    sent = {"title": "", "organization": province.units.TB.pk, "required": 2}
    bad = board.post("/admin/editorial/releases/add/", sent)
    assert bad.status_code == 400 and bad.context["form"].errors.keys() == {"title"}
    past = sent | {"title": "Bản tin", "due_at": "2020-01-01 08:00"}
    assert "Giờ phát hành đã qua" in board.post("/admin/editorial/releases/add/", past).content.decode()
    made = board.post("/admin/editorial/releases/add/", sent | {"title": "Bản tin tháng 11"})
    release = Release.objects.get()
    address = f"/admin/editorial/releases/{release.pk}/"
    assert (made.status_code, made["Location"]) == (302, address)
    shown = board.get(address).content.decode()
    assert all(page.draft_title in shown for page in pages)
    for page in pages:
        board.post(address, {"act": "add", "page": page.pk})
    board.post(address, {"act": "down", "page": pages[0].pk})
    assert list(release.items.values_list("page", flat=True)) == [pages[1].pk, pages[0].pk]
    assert "Mục lục" in board.get(f"{address}preview/").content.decode()
    board.post(address, {"act": "submit"})
    assert "0/2 phê duyệt" in board.get(address).content.decode()
    request = ApprovalRequest.objects.get()
    for person in (province.thuongtruc1, province.thuongtruc2):
        page = f"/admin/editorial/request/{request.pk}/"
        reader = signed_in(person)
        read = reader.get(page).content.decode()
        assert "Mục lục" in read and "Hai" in read
        with commit():
            reader.post(page, {"decision": "approve", "digest": request.digest})
    assert titles() == ["Hai", "Một"]
    unsaid = board.post(address, {"act": "recall", "reason": ""})
    assert unsaid.status_code == 400 and "Hãy ghi lý do" in unsaid.content.decode()
    board.post(address, {"act": "roll_back", "reason": "Nhầm"})
    assert titles() == []
    release.refresh_from_db()
    assert release.state == ReleaseState.ROLLED_BACK
    assert board.post(address, {"act": "xyz"}).status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_the_screen_costs_the_same_however_many_items(
    province, compose, signed_in, count, django_assert_max_num_queries
):
    release = compose(*[f"Bài {n}" for n in range(count)])
    board = signed_in(province.board)
    board.get(f"/admin/editorial/releases/{release.pk}/")
    with django_assert_max_num_queries(QUERIES):
        board.get(f"/admin/editorial/releases/{release.pk}/")


QUERIES = 24

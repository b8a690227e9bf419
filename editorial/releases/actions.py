"""Composing a release, putting it before its committee, and taking it back. The gate sends it out."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import lock_order, record
from audit.enums import RefusalCode
from audit.refusals import Refused
from cms.models import ContentPage
from editorial import gate
from editorial.enums import RELEASE_TRANSITIONS, ScheduledAct
from editorial.models import Release, ReleaseItem, ReleasePart, Schedule
from editorial.permissions import ENDING_RIGHTS, may_compose_releases
from editorial.releases.languages import lacks_a_language
from editorial.releases.parts import kind_of, things_of
from editorial.requests import actions as requests
from organizations.models import Organization
from publishing.enums import Ending
from publishing.models import Publication

# So that one release is one transaction of seconds, and a person can still read it.
MOST_ITEMS = 300


@transaction.atomic
def save_release(
    *,
    actor: Any,
    title: str,
    organization: Organization,
    required: int,
    due_at: datetime.datetime | None,
    note: str = "",
    all_languages: bool = False,
    release: Release | None = None,
) -> Release:
    """Begin a release, or change what it is called, who approves it and when it goes out."""
    act = "compose_release"
    if release is None:
        _refuse_who_may_not(actor, act)
        found = Release(created_by=actor)
    else:
        found = _locked(actor, release, act)
    title = " ".join(title.split())
    if not title:
        raise Refused(RefusalCode.REQUIRED, _("Hãy đặt tên cho đợt phát hành."), field="title", act=act)
    if due_at is not None and due_at <= timezone.now():
        raise Refused(
            RefusalCode.INVALID, _("Giờ phát hành đã qua. Hãy chọn giờ sau."), field="due_at", act=act, target=found
        )
    found.title, found.note, found.organization, found.required = title[:255], note.strip(), organization, required
    found.due_at, found.all_languages = due_at, all_languages
    found.save()
    record(act, actor=actor, target=found, detail={"title": found.title, "due_at": due_at})
    return found


@transaction.atomic
def add_item(*, actor: Any, release: Release, page: ContentPage) -> ReleaseItem:
    """Put a page at the end of a release. Refused where it is in another, or has a time of its own."""
    act = "compose_release"
    gate.lock_page(page.pk)
    found = _locked(actor, release, act)
    if other := Release.objects.filter(items__page=page.pk, items__is_open=True).first():
        raise Refused(
            RefusalCode.CONFLICT,
            _("“%(page)s” đã nằm trong đợt phát hành “%(release)s”.") % {"page": page.draft_title, "release": other},
            act=act,
            target=found,
        )
    _refuse_scheduled(page, act)
    if found.items.count() >= MOST_ITEMS:
        raise Refused(
            RefusalCode.INVALID,
            _("Một đợt phát hành có nhiều nhất %(most)d bài. Hãy lập đợt khác.") % {"most": MOST_ITEMS},
            act=act,
            target=found,
        )
    last = found.items.order_by("-position").values_list("position", flat=True).first() or 0
    item = ReleaseItem.objects.create(release=found, page_id=page.pk, position=last + 1)
    record(act, actor=actor, target=found, detail={"page": page.pk, "title": page.draft_title, "role": "add"})
    return item


@transaction.atomic
def remove_item(*, actor: Any, release: Release, page_id: int) -> None:
    """Take a page out of a release that is being composed."""
    found = _locked(actor, release, "compose_release")
    removed, _rows = found.items.filter(page=page_id).delete()
    if removed:
        record("compose_release", actor=actor, target=found, detail={"page": page_id, "role": "remove"})


@transaction.atomic
def add_part(*, actor: Any, release: Release, thing: models.Model) -> ReleasePart:
    """Let something that is no page go out with a release: a draft of the person's own, in no other release."""
    act = "compose_release"
    lock_order()
    found = _locked(actor, release, act)
    kind = kind_of(thing)
    if not kind.candidates(actor).filter(pk=thing.pk).exists():
        raise Refused(
            RefusalCode.NOT_FOUND, _("Không tìm thấy bản nháp này, hoặc bạn không được gửi nó."), act=act, target=found
        )
    if other := Release.objects.open_with(thing):
        raise Refused(
            RefusalCode.CONFLICT,
            _("“%(page)s” đã nằm trong đợt phát hành “%(release)s”.") % {"page": kind.title(thing), "release": other},
            act=act,
            target=found,
        )
    part = ReleasePart.objects.create(
        release=found, thing_type=ContentType.objects.get_for_model(thing), thing_id=str(thing.pk)
    )
    record(act, actor=actor, target=found, detail={"part": str(thing.pk), "title": kind.title(thing), "role": "add"})
    return part


@transaction.atomic
def remove_part(*, actor: Any, release: Release, part_id: int) -> None:
    """Take something that is no page out of a release that is being composed."""
    found = _locked(actor, release, "compose_release")
    part = found.parts.filter(pk=part_id).first()
    if part is not None:
        part.delete()
        record("compose_release", actor=actor, target=found, detail={"part": part.thing_id, "role": "remove"})


@transaction.atomic
def move_item(*, actor: Any, release: Release, page_id: int, down: bool) -> None:
    """Change places with the item before, or after."""
    found = _locked(actor, release, "compose_release")
    items = list(found.items.all())
    at = next((place for place, item in enumerate(items) if item.page_id == page_id), None)
    to = None if at is None else at + (1 if down else -1)
    if at is None or to is None or not 0 <= to < len(items):
        return
    items[at], items[to] = items[to], items[at]
    for place, item in enumerate(items, 1):
        item.position = place
    ReleaseItem.objects.bulk_update(items, ["position"])
    record("compose_release", actor=actor, target=found, detail={"page": page_id, "to": to + 1})


@transaction.atomic
def discard_release(*, actor: Any, release: Release) -> None:
    """Give up a release that was not submitted; its items are free again."""
    found = _locked(actor, release, "discard_release")
    _move_to(found, "discard_release")
    found.items.update(is_open=False)
    found.parts.update(is_open=False)
    record("discard_release", actor=actor, target=found)


@transaction.atomic
def submit_release(*, actor: Any, release: Release) -> Release:
    """Put a release before its committee, with the texts that its pages have now.

    Raises Refused, naming the first item that is not ready: unfinished, not yet through its own steps before the
    committee's, or without the other language, or beside an old translation, where both are asked for.
    """
    act = "submit_release"
    pages = {item.page_id: gate.lock_page(item.page_id) for item in release.items.order_by("page_id")}
    found = _locked(actor, release, act)
    items = list(found.items.all())
    parts = [thing for _part, thing in things_of(found)]
    if not items and not parts:
        raise Refused(RefusalCode.REQUIRED, _("Đợt phát hành chưa có bài nào. Hãy thêm bài."), act=act, target=found)
    if found.due_at is not None and found.due_at <= timezone.now():
        raise Refused(
            RefusalCode.INVALID, _("Giờ phát hành đã qua. Hãy chọn giờ sau."), field="due_at", act=act, target=found
        )
    for item in items:
        item.revision = _ready_text(found, pages[item.page_id], act)
    for thing in parts:
        _refuse_unready_part(found, thing, act)
    if found.all_languages and (problem := lacks_a_language(list(pages.values()))):
        raise Refused(RefusalCode.CONFLICT, problem, act=act, target=found)
    ReleaseItem.objects.bulk_update(items, ["revision"])
    for thing in parts:
        kind_of(thing).hold(thing, actor)
    _move_to(found, act)
    requests.ask(actor=actor, thing=found, organization=found.organization, required=found.required)
    return found


@transaction.atomic
def take_back_release(*, actor: Any, release: Release) -> Release:
    """Call off a release that waits, for approval or for its time, to change it. Its approvals lapse."""
    found = _locked(actor, release, "reopen_release")
    requests.lapse(actor=actor, thing=found)
    found.refresh_from_db()
    return found


def reopen(release: Release) -> None:
    """Back to composing, because it was returned, taken back, or an item of it was changed. For subjects alone."""
    _move_to(release, "reopen_release")
    release.items.update(revision=None)
    for _part, thing in things_of(release):
        kind_of(thing).let_go(thing)


def schedule_approved(release: Release) -> None:
    """Its committee has approved: it goes out at its time, or now where it has none or that has passed."""
    _move_to(release, "approve_release")


@transaction.atomic
def item_changed(*, actor: Any, page: ContentPage) -> bool:
    """A page was edited: the release in which it waits was approved as it was, and waits no longer."""
    release = Release.objects.pending_with(page.pk)
    return release is not None and requests.lapse(actor=actor, thing=release)


@transaction.atomic
def recall_release(*, actor: Any, release: Release, reason: str) -> None:
    """Take all of a release from its readers, as one (thu hồi)."""
    act = "recall_release"
    items = _lock_all(release)
    found, reason = _ending(actor, release, act, reason)
    for item in items:
        gate.take_out(item.page_id, actor=actor, ending=Ending.RECALLED, reason=reason)
    _take_parts_back(found, actor, reason)
    record(act, actor=actor, target=found, detail={"reason": reason, "items": len(items)})


@transaction.atomic
def roll_back_release(*, actor: Any, release: Release, reason: str) -> list[str]:
    """Give readers, as one, what they had of each page before the release; what is newer than it stands in the way.

    Returns the titles of what they had then and do not get again: what was withdrawn, replaced or expired after the release
    stays as it is, for that was decided by itself; and of what would have expired by now, nothing comes back.
    """
    act = "roll_back_release"
    items = _lock_all(release)
    found, reason = _ending(actor, release, act, reason)
    now = timezone.now()
    back, gone, left, expired = [], [], [], []
    for item in items:
        page = ContentPage.objects.get(pk=item.page_id)
        if page.live and page.live_revision_id != item.revision_id:
            raise Refused(
                RefusalCode.CONFLICT,
                _("“%(page)s” đã có bản mới hơn đợt này. Hãy thu hồi cả đợt, hoặc gỡ bản mới trước.") % {"page": page},
                act=act,
                target=found,
            )
        if item.before is None:
            gone.append(item)
        elif not page.live:
            left.append(page)
        elif (expire_at := item.before.as_object().expire_at) and expire_at <= now:
            gone.append(item)
            expired.append(page)
        else:
            back.append(item)
    # What goes goes first: a text that comes back must not link to it.
    for item in gone:
        gate.take_out(item.page_id, actor=actor, ending=Ending.RECALLED, reason=reason)
    for item in back:
        _put_back(item, actor, found, act)
    _take_parts_back(found, actor, reason)
    kept = {"left": [page.pk for page in left], "expired": [page.pk for page in expired]}
    record(act, actor=actor, target=found, detail={"reason": reason, "items": len(items), **kept})
    return [page.title for page in (*left, *expired)]


def _put_back(item: ReleaseItem, actor: Any, release: Release, act: str) -> None:
    """Raise Refused, naming the page, where its earlier text may not be read as it was: a lost file, a lost category."""
    try:
        gate.put_back(item.page_id, item.before, actor=actor)
    except Refused as refusal:
        raise Refused(
            refusal.code,
            _("Không trả lại được bản trước của “%(page)s”: %(problem)s. Hãy thu hồi cả đợt, hoặc sửa điều này trước.")
            % {"page": item.page, "problem": refusal.message.rstrip(".")},
            act=act,
            target=release,
        ) from refusal


def _take_parts_back(release: Release, actor: Any, reason: str) -> None:
    for _part, thing in things_of(release):
        kind_of(thing).take_back(thing, actor, reason)


def _refuse_unready_part(release: Release, thing: models.Model, act: str) -> None:
    if problem := kind_of(thing).problem(thing, release):
        raise Refused(
            RefusalCode.CONFLICT,
            _("“%(page)s” chưa trình cùng đợt được: %(problem)s.")
            % {"page": kind_of(thing).title(thing), "problem": problem.rstrip(".")},
            act=act,
            target=release,
        )


def _lock_all(release: Release) -> list[ReleaseItem]:
    items = list(release.items.select_related("before").order_by("page_id"))
    for item in items:
        gate.lock_page(item.page_id)
    return items


def _ending(actor: Any, release: Release, act: str, reason: str) -> tuple[Release, str]:
    """What both ways back ask first."""
    found = _locked(actor, release, act)
    reason = reason.strip()
    if not actor.has_perm(ENDING_RIGHTS[act]):
        raise Refused(
            RefusalCode.FORBIDDEN, _("Bạn không có quyền thu hồi hay quay lại đợt phát hành."), act=act, target=found
        )
    if not reason:
        raise Refused(RefusalCode.REQUIRED, _("Hãy ghi lý do."), field="reason", act=act, target=found)
    found.ended_at, found.end_reason = timezone.now(), reason
    _move_to(found, act, "ended_at", "end_reason")
    return found, reason


def _locked(actor: Any, release: Release, act: str) -> Release:
    """The release as it is now, where the person composes releases and the act is possible in its state."""
    found = Release.objects.select_for_update().filter(pk=release.pk).first()
    _refuse_who_may_not(actor, act)
    if found is None:
        raise Refused(RefusalCode.NOT_FOUND, _("Không tìm thấy đợt phát hành này."), act=act)
    if found.state not in RELEASE_TRANSITIONS[act]:
        raise Refused(
            RefusalCode.CONFLICT,
            _("Đợt phát hành đang ở trạng thái “%(state)s” nên không làm được việc này. Hãy tải lại trang.")
            % {"state": found.get_state_display()},
            act=act,
            target=found,
        )
    return found


def _move_to(release: Release, act: str, *fields: str) -> None:
    """Go to the next state by compare-and-set: of two who try at once, one succeeds."""
    before = release.state
    release.state = RELEASE_TRANSITIONS[act][before]
    values = {field: getattr(release, field) for field in fields}
    retried = {"attempts": 0, "next_attempt_at": None, "last_error": ""}
    if not Release.objects.filter(pk=release.pk, state=before).update(state=release.state, **values, **retried):
        raise Refused(
            RefusalCode.CONFLICT,
            _("Đợt phát hành vừa được người khác thay đổi. Hãy tải lại trang."),
            act=act,
            target=release,
        )


def _refuse_who_may_not(actor: Any, act: str) -> None:
    if not may_compose_releases(actor):
        raise Refused(RefusalCode.FORBIDDEN, _("Chỉ Ban Biên tập được lập đợt phát hành."), act=act)


def _refuse_scheduled(page: ContentPage, act: str) -> None:
    if Schedule.objects.pending().filter(page=page.pk, act=ScheduledAct.PUBLISH).exists():
        raise Refused(
            RefusalCode.CONFLICT,
            _("“%(page)s” đã được duyệt và hẹn giờ riêng. Hãy hủy lịch đăng của bài trước.")
            % {"page": page.draft_title},
            act=act,
            target=page,
        )


def _ready_text(release: Release, page: ContentPage, act: str) -> Any:
    """The page's latest text, where it may go before the committee."""
    revision = page.get_latest_revision()
    _refuse_scheduled(page, act)
    problem = ""
    if revision is None or Publication.objects.filter(revision_id=revision.pk).exists():
        problem = _("bản này đã đăng rồi; hãy sửa, hoặc bỏ bài khỏi đợt")
    elif shortcomings := revision.as_object().shortcomings():
        problem = str(shortcomings[0][1])
    elif missing := gate.missing_approvals(revision, within=release):
        problem = "; ".join(str(each) for each in missing)
    if problem:
        raise Refused(
            RefusalCode.CONFLICT,
            _("“%(page)s” chưa trình cùng đợt được: %(problem)s.")
            % {"page": page.draft_title, "problem": problem.rstrip(".")},
            act=act,
            target=release,
        )
    return revision

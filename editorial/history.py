"""Who changed what of a page, when, and where it came from; and any two of its texts side by side."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.admin.compare import StreamFieldComparison
from wagtail.models import PageLogEntry, Revision, TaskState, get_default_page_content_type

from audit.models import AuditEntry
from cms.models import ContentPage
from editorial.models import Approval, FeedItem
from editorial.models.steps import decided_by
from editorial.moments import moment
from editorial.permissions import works_on
from publishing.models import Publication

# How what handbook.feedback hands to ``ingest_item`` is called.
FROM_FEEDBACK = "feedback:"
# How Wagtail marks what was added and what was taken away.
MARKED = re.compile(r'class="[^"]*\b(addition|deletion)\b')


@dataclasses.dataclass
class Text:
    """One saved text of a page, as its history tells it."""

    revision: Revision
    who: str
    origin: str
    changed: list[str]
    before: Revision | None
    marks: list[str]
    # What its readers are told was put right, where it is a correction.
    corrections: list[str]

    @property
    def at(self) -> datetime.datetime:
        """When it was saved."""
        return self.revision.created_at


def readable_revisions(page: ContentPage, user: Any) -> QuerySet[Revision]:
    """The texts of a page that exist for this person, as ``permissions.may_read`` says one by one; the newest first."""
    revisions = page.revisions.order_by("-created_at", "-pk")
    if works_on(user, page):
        return revisions
    came = TaskState.objects.filter(
        decided_by(user),
        workflow_state__base_content_type=get_default_page_content_type(),
        workflow_state__object_id=str(page.pk),
    )
    decided = Approval.objects.filter(page=page, person_id=user.pk)
    return revisions.filter(pk__in=came.values("revision")) | revisions.filter(pk__in=decided.values("revision"))


def history_of(page: ContentPage, found: list[Revision], earlier: Revision | None, user: Any) -> list[Text]:
    """These revisions, newest first, each with what differs from the one after it; the last with ``earlier``.

    The names of what changed come from the stored contents, which are read once: a comparison of objects would ask
    the database for each of them.
    """
    fields = _fields(page)
    ledger = Publication.objects.filter(revision_id__in=[each.pk for each in found])
    out = set(ledger.values_list("revision_id", flat=True))
    origins = _origins(page, with_titles=works_on(user, page))
    texts = []
    for revision, before in zip(found, [*found[1:], earlier], strict=True):
        marks = []
        if revision.pk == page.live_revision_id and page.live:
            marks.append(_("đang đăng"))
        elif revision.pk in out:
            marks.append(_("đã từng đăng"))
        if revision.pk == page.latest_revision_id:
            marks.append(_("bản mới nhất"))
        texts.append(
            Text(
                revision=revision,
                who=_name_of(revision),
                origin=origins.get(revision.pk, "") or ("" if before else origins.get(None, "")),
                changed=_changed(fields, before, revision) if before else [],
                before=before,
                marks=marks,
                corrections=corrections_since(before, revision) if before else [],
            )
        )
    return texts


def corrections_since(before: Revision, after: Revision) -> list[str]:
    """The notes of the corrections that the later text has and the earlier has not: they are in no field of the form."""
    known = before.content.get("corrections") or []
    return [each["note"] for each in after.content.get("corrections") or [] if each not in known]


def differences(page: ContentPage, before: Revision, after: Revision, request: Any) -> list[Any]:
    """What differs, as Wagtail's own comparison tells it: one entry a field, in the form's order."""
    panel = type(page).get_edit_handler().get_bound_panel(instance=page, request=request, form=None)
    old, new = before.as_object(), after.as_object()
    found = [compare(old, new) for compare in panel.get_comparison()]
    for each in found:
        if isinstance(each, StreamFieldComparison):
            _tell_kinds_apart(each.val_a, each.val_b)
    return [each for each in found if _differs(each)]


def is_order_only(comparison: Any) -> bool:
    """Whether the parts of a field are the same and stand in another order: Wagtail's comparison marks nothing then."""
    return isinstance(comparison, StreamFieldComparison) and MARKED.search(comparison.htmldiff()) is None


def _differs(comparison: Any) -> bool:
    if isinstance(comparison, StreamFieldComparison):
        # Tables of Wagtail's have no equality of their own; what is stored of them does.
        block = comparison.field.stream_block
        return _stored(block.get_prep_value(comparison.val_a)) != _stored(block.get_prep_value(comparison.val_b))
    return comparison.has_changed()


def _tell_kinds_apart(old: Any, new: Any) -> None:
    """Give a part that became one of another kind under its old id a new one: Wagtail would compare text with a picture.

    The editing form never does that; what programmes write may.
    """
    kinds = {child.id: child.block_type for child in old}
    for child in new:
        if kinds.get(child.id, child.block_type) != child.block_type:
            child.id = f"{child.id} {child.block_type}"


def _fields(page: ContentPage) -> dict[str, str]:
    """The fields of the editing form, in its order, with their names for people."""
    panel = type(page).get_edit_handler().get_bound_panel(instance=page, request=None, form=None)
    fields = {}
    for compare in panel.get_comparison():
        field = compare.args[0]
        label = getattr(field, "verbose_name", None) or compare.keywords.get("label") or field.name
        fields[field.name] = str(capfirst(label))
    return fields


def _changed(fields: dict[str, str], before: Revision, after: Revision) -> list[str]:
    old, new = before.content, after.content
    return [label for name, label in fields.items() if _stored(old.get(name)) != _stored(new.get(name))]


def _stored(value: Any) -> Any:
    """A stored value without what only tells rows and blocks apart."""
    if isinstance(value, str) and value.startswith("[{"):
        try:
            value = json.loads(value)
        except ValueError:
            return value
    if isinstance(value, dict):
        return {key: _stored(each) for key, each in value.items() if key not in ("id", "pk", "page", "sort_order")}
    if isinstance(value, list | tuple):
        return [_stored(each) for each in value]
    return value or None


def _name_of(revision: Revision) -> str:
    return (revision.user.get_full_name() or revision.user.get_username()) if revision.user else _("Hệ thống")


def _origins(page: ContentPage, *, with_titles: bool) -> dict[int | None, str]:
    """Where texts came from, by revision; under None where the page as a whole did.

    Titles of the pages that it came from are for its desk: a reviewer may never have seen those.
    """
    found: dict[int | None, str] = {}
    item = FeedItem.objects.filter(page=page).select_related("feed").order_by("fetched_at").first()
    if item is not None:
        found[None] = _("Lấy tự động từ %(url)s") % {"url": item.feed.url}
    asked = AuditEntry.objects.filter(target_type=page._meta.label_lower, target_id=str(page.pk), act="ingest").first()
    if item is None and asked is not None and str(asked.detail.get("item", "")).startswith(FROM_FEEDBACK):
        # The title under which it came, never who asked.
        title = {"title": asked.target}
        found[None] = (
            _("Từ câu hỏi của đảng viên: “%(title)s”") % title if with_titles else _("Từ câu hỏi của đảng viên")
        )
    if page.locale.language_code != "vi" and (original := page.get_translations().first()):
        title = original.draft_title or original.title
        found[None] = _("Bản dịch của “%(title)s”") % {"title": title} if with_titles else _("Bản dịch")
    entries = PageLogEntry.objects.filter(page=page.pk, action__in=["wagtail.copy", "wagtail.revert"])
    for action, data, revision_id in entries.values_list("action", "data", "revision_id"):
        if action == "wagtail.copy":
            title = (data.get("source") or {}).get("title", "")
            found.setdefault(
                None, _("Sao chép từ “%(title)s”") % {"title": title} if with_titles else _("Sao chép từ bài khác")
            )
        elif revision_id and (created := parse_datetime((data.get("revision") or {}).get("created", ""))):
            found[revision_id] = _("Lấy lại bản lúc %(at)s") % {"at": moment(created)}
    return found

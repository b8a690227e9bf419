"""Whether what readers get is what was approved: pages, published store, change log, ledger, audit and files compared.

What is found while others write is looked at again under the page's lock before it is called a difference. Repairs only
ever take something from readers, or write again what the ledger says has gone out; nothing is published by repairing.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterator

from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils.translation import gettext as _
from wagtail.models import Page, Revision

from audit.actions import record
from audit.models import AuditEntry
from cms.models import ContentPage
from cms.payload import published_form
from publishing.actions import rebuild, take_down
from publishing.enums import Act
from publishing.models import Change, Publication, PublishedAudience, PublishedFile, PublishedItem

ACTOR = "check_consistency"


class Kind(models.TextChoices):
    """What can differ."""

    STORE_WITHOUT_PAGE = "store_without_page"
    PAGE_WITHOUT_STORE = "page_without_store"
    LIVE_WITHOUT_APPROVALS = "live_without_approvals"
    OTHER_REVISION = "other_revision"
    AUDIENCE = "audience"
    LOG = "log"
    LOG_GAP = "log_gap"
    LEDGER_GAP = "ledger_gap"
    AUDIT_GAP = "audit_gap"
    FILE = "file"
    SEARCH = "search"


# What take_down mends, and what writing the ledgered revision again mends; everything else is for people.
TAKE_DOWN = frozenset({Kind.STORE_WITHOUT_PAGE})
REBUILD = frozenset({Kind.PAGE_WITHOUT_STORE, Kind.OTHER_REVISION, Kind.AUDIENCE, Kind.LOG})


@dataclasses.dataclass(frozen=True)
class Difference:
    """One thing that is not as it must be, in words. ``page_id`` where it is about a page."""

    kind: Kind
    message: str
    page_id: int | None = None

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"


Check = Callable[[], Iterator[Difference]]
Mend = Callable[[Difference], bool]
Remark = Callable[[], Iterator[str]]
_further_checks: list[Check] = []
_remarks: list[Remark] = []
_further_mends: dict[Kind, Mend] = {}


def register_check(check: Check) -> Check:
    """Let a room above this one (search) have its own comparison made with ours."""
    if check not in _further_checks:
        _further_checks.append(check)
    return check


def register_mend(kind: Kind, mend: Mend) -> None:
    """Let a room above this one mend the differences of its kind; the function tells whether it did."""
    _further_mends[kind] = mend


def register_remark(remark: Remark) -> Remark:
    """Let a room above this one say what someone should know of, though nothing differs (search: unreadable files)."""
    if remark not in _remarks:
        _remarks.append(remark)
    return remark


def remarks() -> Iterator[str]:
    """What should be known besides, in words."""
    for remark in _remarks:
        yield from remark()


def differences() -> Iterator[Difference]:
    """Everything that differs, each once. Nothing where all is well."""
    for page_id in sorted({found.page_id or 0 for found in _content_differences()}):
        with transaction.atomic():
            Page.objects.select_for_update().filter(pk=page_id).values_list("pk", flat=True).first()
            yield from list(_content_differences(page_id))
    yield from _log_gaps()
    yield from _ledger_and_audit()
    yield from _files()
    for check in _further_checks:
        yield from check()


def repair(difference: Difference) -> bool:
    """Mend one difference if it can be mended without publishing anything; whether something was done."""
    if mend := _further_mends.get(difference.kind):
        return mend(difference)
    if difference.page_id is None or difference.kind not in TAKE_DOWN | REBUILD:
        return False
    with transaction.atomic():
        Page.objects.select_for_update().filter(pk=difference.page_id).values_list("pk", flat=True).first()
        if difference.kind not in {found.kind for found in _content_differences(difference.page_id)}:
            return True  # mended together with another, or by whoever was at it
        page = ContentPage.objects.filter(pk=difference.page_id).first()
        down = difference.kind in TAKE_DOWN
        change = take_down(page_id=difference.page_id) if down else _rebuild(page)
        if change is None:
            return False
        record(
            "repair",
            actor=ACTOR,
            target=page.specific if page else str(difference.page_id),
            detail={"kind": difference.kind.value, "found": difference.message, "change": change.seq},
        )
    return True


def _rebuild(page: ContentPage | None) -> Change | None:
    """Write the live revision again, if it is what the ledger says went out last and the log does not say withdrawn.

    A page row that someone set live, or back to an older text, is therefore never brought to readers by a repair.
    """
    if page is None or not page.live:
        return None
    newest = Publication.objects.filter(item__page_id=page.pk).select_related("item").order_by("-change_id").first()
    if newest is None or newest.revision_id != page.live_revision_id:
        return None
    last = Change.objects.filter(item=newest.item).order_by("-seq").first()
    if newest.item.removed_at is not None and last is not None and last.act == Act.REMOVE:
        return None
    revision = Revision.objects.get(pk=page.live_revision_id)
    return rebuild(published_form(revision.as_object()), revision_id=revision.pk)


def _content_differences(page_id: int | None = None) -> Iterator[Difference]:
    """Pages against store, ledger and each item's last line in the log; of one page, or of all."""
    pages, items = ContentPage.objects.filter(live=True), PublishedItem.objects.all()
    if page_id is not None:
        pages, items = pages.filter(pk=page_id), items.filter(page_id=page_id)
    live = dict(pages.values_list("pk", "live_revision_id"))
    stored = {row.page_id: row for row in items.only("page_id", "revision_id", "version", "removed_at", "title")}
    ledger = set(
        Publication.objects.filter(**({"revision_id__in": list(live.values())} if page_id else {})).values_list(
            "revision_id", flat=True
        )
    )
    log, audiences = _last_changes(page_id), _audiences(page_id)
    for pk in sorted(live.keys() | stored.keys()):
        item = stored.get(pk)
        is_out = item is not None and item.removed_at is None
        if pk in live and live[pk] not in ledger:
            yield Difference(
                Kind.LIVE_WITHOUT_APPROVALS,
                _("Trang %(page)d đang đăng bản %(revision)s mà sổ phát hành không ghi: đăng không qua phê duyệt.")
                % {"page": pk, "revision": live[pk]},
                pk,
            )
        if pk in live and not is_out:
            yield Difference(
                Kind.PAGE_WITHOUT_STORE,
                _("Trang %(page)d đang đăng nhưng không có trong kho phát hành.") % {"page": pk},
                pk,
            )
        elif pk not in live and is_out:
            yield Difference(
                Kind.STORE_WITHOUT_PAGE,
                _("Kho phát hành có trang %(page)d, nhưng trang không đăng.") % {"page": pk},
                pk,
            )
        elif item is not None:
            yield from _item_differences(item, live.get(pk), log.get(item.pk), audiences.get(item.pk, []))


def _item_differences(
    item: PublishedItem, live_revision_id: int | None, last: tuple[str, int, list[str]] | None, audience: list[str]
) -> Iterator[Difference]:
    pk, is_out = item.page_id, item.removed_at is None
    if is_out and item.revision_id != live_revision_id:
        yield Difference(
            Kind.OTHER_REVISION,
            _("Trang %(page)d đăng bản %(live)s, kho phát hành có bản %(stored)d.")
            % {"page": pk, "live": live_revision_id, "stored": item.revision_id},
            pk,
        )
    act, version, announced = last or ("", 0, [])
    if (act, version) != (Act.UPSERT if is_out else Act.REMOVE, item.version):
        yield Difference(
            Kind.LOG,
            _("Dòng cuối của trang %(page)d trong nhật ký (%(act)s, lần %(logged)d) không khớp kho (lần %(stored)d).")
            % {"page": pk, "act": act or "-", "logged": version, "stored": item.version},
            pk,
        )
    elif is_out and sorted(audience) != sorted(announced):
        yield Difference(
            Kind.AUDIENCE,
            _("Người đọc của trang %(page)d trong kho (%(stored)s) khác nhật ký thay đổi (%(logged)s).")
            % {"page": pk, "stored": ", ".join(sorted(audience)), "logged": ", ".join(sorted(announced))},
            pk,
        )


def _last_changes(page_id: int | None) -> dict[object, tuple[str, int, list[str]]]:
    changes = Change.objects.filter(**({"item__page_id": page_id} if page_id else {})).order_by("seq")
    rows = changes.values_list("item_id", "act", "version", "audience_after").iterator(chunk_size=2000)
    return {item_id: (act, version, audience) for item_id, act, version, audience in rows}


def _audiences(page_id: int | None) -> dict[object, list[str]]:
    rows = PublishedAudience.objects.filter(**({"item__page_id": page_id} if page_id else {}))
    found: dict[object, list[str]] = defaultdict(list)
    for item_id, key in rows.values_list("item_id", "key").iterator(chunk_size=2000):
        found[item_id].append(key)
    return found


def _log_gaps() -> Iterator[Difference]:
    expected = 1
    for seq in Change.objects.order_by("seq").values_list("seq", flat=True).iterator(chunk_size=2000):
        if seq != expected:
            yield Difference(
                Kind.LOG_GAP,
                _("Nhật ký thay đổi thiếu dòng %(first)d đến %(last)d.") % {"first": expected, "last": seq - 1},
            )
        expected = seq + 1


def _ledger_and_audit() -> Iterator[Difference]:
    # Both are written in one transaction. Read in this order, what commits meanwhile is never taken for a gap.
    before = set(Publication.objects.values_list("revision_id", flat=True))
    entries = AuditEntry.objects.filter(act__in=["publish", "emergency_publish"], outcome="done")
    audited = {
        detail.get("revision") for detail in entries.values_list("detail", flat=True).iterator(chunk_size=2000)
    } - {None}
    after = set(Publication.objects.values_list("revision_id", flat=True))
    for revision in sorted(before - audited):
        yield Difference(
            Kind.AUDIT_GAP, _("Sổ phát hành có bản %(revision)d, nhật ký kiểm tra không ghi.") % {"revision": revision}
        )
    for revision in sorted(audited - after):
        yield Difference(
            Kind.LEDGER_GAP,
            _("Nhật ký kiểm tra ghi đã đăng bản %(revision)d, sổ phát hành không có.") % {"revision": revision},
        )


def _files() -> Iterator[Difference]:
    files = (
        PublishedFile.objects.filter(item__removed_at=None)
        .order_by("pk")
        .values_list("item__page_id", "storage_name", "size")
    )
    for page_id, name, size in files.iterator(chunk_size=500):
        if not default_storage.exists(name):
            yield Difference(
                Kind.FILE, _("Thiếu tệp “%(name)s” của trang %(page)d.") % {"name": name, "page": page_id}, page_id
            )
        elif default_storage.size(name) != size:
            yield Difference(
                Kind.FILE,
                _("Tệp “%(name)s” của trang %(page)d khác cỡ đã ghi.") % {"name": name, "page": page_id},
                page_id,
            )

"""Writing what is out. Called by the gate, inside its transaction; nothing else may write the store or the log."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit.actions import lock_order
from publishing.enums import Act, Ending
from publishing.files import sha256_of
from publishing.models import Change, Publication, PublishedAudience, PublishedFile, PublishedItem, card_of

# Ids of published files: the same file of the same item keeps its address from one version to the next.
FILE_NAMESPACE = uuid.UUID("6f1d9c1e-5f0e-4d0e-9a1b-5a7d0f6b2c11")


@dataclasses.dataclass(frozen=True, kw_only=True)
class FileForm:
    """A file that an item brings with it. ``storage_name`` is its name in the media storage."""

    storage_name: str
    name: str
    content_type: str
    size: int

    def id_for(self, item_id: uuid.UUID) -> uuid.UUID:
        """The id under which readers get this file of that item."""
        return uuid.uuid5(FILE_NAMESPACE, f"{item_id}:{self.storage_name}")


@dataclasses.dataclass(frozen=True, kw_only=True)
class PublishedForm:
    """An item in the form in which it goes out. ``payload`` refers to files by ``{"file": storage_name}``.

    Where ``embargo_until`` is set, ``audience`` is that of the time before. ``item_id`` is the id that others have been
    told (``ids_of``); without it, what goes out for the first time gets one of its own.
    """

    page_id: int
    kind: str
    locale: str
    translation_key: uuid.UUID
    slug: str
    title: str
    summary: str
    source_code: str
    audience: list[str]
    payload: dict[str, Any]
    item_id: uuid.UUID | None = None
    embargo_until: datetime.datetime | None = None
    category_path: str = ""
    issuer_code: str = ""
    number: str = ""
    number_folded: str = ""
    document_type: str = ""
    issued_on: datetime.date | None = None
    files: tuple[FileForm, ...] = ()


def ids_of(page_ids: Iterable[int]) -> dict[int, uuid.UUID]:
    """The ids under which readers know these pages, or will: a page keeps its id for good, a new one is given it here."""
    wanted = list(page_ids)
    known = dict(PublishedItem.objects.filter(page_id__in=wanted).values_list("page_id", "id"))
    return {page_id: known.get(page_id) or uuid.uuid4() for page_id in wanted}


@transaction.atomic
def put(form: PublishedForm, *, revision_id: int, due_at: datetime.datetime, emergency: bool = False) -> Publication:
    """Write an item to the store, its line to the change log, and its row to the ledger.

    Raises IntegrityError where this revision has gone out before: the ledger is unique per revision, so whatever else
    goes wrong above, nothing goes out twice.
    """
    change = _write(form, revision_id=revision_id)
    return Publication.objects.create(
        revision_id=revision_id,
        item=change.item,
        change=change,
        due_at=due_at,
        published_at=change.at,
        emergency=emergency,
    )


@transaction.atomic
def rebuild(form: PublishedForm, *, revision_id: int) -> Change:
    """Write an item to the store and the log again, for a revision that is in the ledger already. For repairs only.

    Raises Publication.DoesNotExist where the revision never went out: nothing comes to readers by this way first.
    """
    Publication.objects.get(revision_id=revision_id)
    return _write(form, revision_id=revision_id)


@transaction.atomic
def take_down(
    *, page_id: int, ending: Ending = Ending.WITHDRAWN, reason: str = "", replaced_by: PublishedItem | None = None
) -> Change | None:
    """Take an item out of the store and say so in the change log. None where it was not out.

    ``reason`` is read by whoever holds a link to it. What is recalled leaves no text behind, whether or not it was
    out: of a withdrawn item the stub goes too. None where it had been recalled before.
    """
    seq = _next_seq()
    items = PublishedItem.objects.select_for_update().filter(page_id=page_id)
    item = (items.exclude(ending=Ending.RECALLED) if ending == Ending.RECALLED else items.out()).first()
    if item is None:
        return None
    now = timezone.now()
    before = sorted(item.audiences.values_list("key", flat=True)) if item.removed_at is None else []
    item.version += 1
    item.removed_at = now
    item.ending, item.ending_reason, item.replaced_by = ending, reason, replaced_by
    if ending == Ending.RECALLED:
        _erase(item)
    item.save()
    return Change.objects.create(
        seq=seq,
        at=now,
        item=item,
        kind=item.kind,
        act=Act.REMOVE,
        version=item.version,
        continues=_continues(),
        audience_before=before,
        audience_after=[],
    )


def _erase(item: PublishedItem) -> None:
    """Leave of an item only that there was one: its row keeps the id, in case the page goes out again."""
    item.title, item.summary, item.slug, item.number, item.number_folded = "", "", "", "", ""
    item.ending_reason, item.payload, item.card = "", {}, {}
    item.audiences.all().delete()
    item.files.all().delete()


def _write(form: PublishedForm, *, revision_id: int) -> Change:
    """The item, its audiences, its files, and its line in the change log."""
    hashes = _hashes(form)
    now = timezone.now()
    head_seq = _next_seq()
    item = PublishedItem.objects.select_for_update().filter(page_id=form.page_id).first()
    before = sorted(item.audiences.values_list("key", flat=True)) if item and item.removed_at is None else []
    if item is None:
        # Its place among the others, for good: that of the moment from which its readers have it.
        item = PublishedItem(
            id=form.item_id or uuid.uuid4(),
            page_id=form.page_id,
            version=0,
            first_published_at=form.embargo_until or now,
        )
    item.version += 1
    item.revision_id = revision_id
    item.published_at = now
    item.removed_at, item.ending, item.ending_reason, item.replaced_by = None, "", "", None
    for field in dataclasses.fields(form):
        if field.name not in {"audience", "files", "payload", "page_id", "item_id"}:
            setattr(item, field.name, getattr(form, field.name))
    addresses = {file.storage_name: file for file in form.files}
    item.payload = with_file_ids(form.payload, addresses, item.pk)
    item.card = card_of(item.payload)
    item.save()
    item.audiences.all().delete()
    PublishedAudience.objects.bulk_create(PublishedAudience(item=item, key=key) for key in sorted(set(form.audience)))
    item.files.all().delete()
    PublishedFile.objects.bulk_create(
        PublishedFile(
            id=file.id_for(item.pk),
            item=item,
            storage_name=file.storage_name,
            name=file.name,
            content_type=file.content_type,
            size=file.size,
            sha256=hashes[file.storage_name],
        )
        for file in addresses.values()
    )
    return Change.objects.create(
        seq=head_seq,
        at=now,
        item=item,
        kind=item.kind,
        act=Act.UPSERT,
        version=item.version,
        continues=_continues(),
        audience_before=before,
        audience_after=sorted(set(form.audience)),
    )


def _hashes(form: PublishedForm) -> dict[str, str]:
    """The SHA-256 of each file, by its name in the storage. What is out with the item already is not read again; of what
    was taken down a file may have been deleted since, and its name given to another.

    Asked before the order lock is taken: a long recording must not hold up everything else that is written.
    """
    known = PublishedFile.objects.filter(item__page_id=form.page_id, item__removed_at=None).exclude(sha256="")
    hashes = {(name, size): sha256 for name, size, sha256 in known.values_list("storage_name", "size", "sha256")}
    return {
        file.storage_name: hashes.get((file.storage_name, file.size)) or sha256_of(file.storage_name)
        for file in form.files
    }


def _next_seq() -> int:
    lock_order()
    last = Change.objects.order_by("-seq").values_list("seq", flat=True).first()
    return (last or 0) + 1


class _Begun:
    """That this transaction has written to the log. Does nothing after the commit, for which it is registered: so it is
    known exactly as long as the lines are, and goes with a savepoint that is rolled back."""

    def __call__(self) -> None:
        return


def _continues() -> bool:
    """Whether this transaction wrote the last line of the log. The order lock keeps all others from it until the end."""
    if any(isinstance(entry[1], _Begun) for entry in transaction.get_connection().run_on_commit):
        return True
    transaction.on_commit(_Begun())
    return False


def with_file_ids(value: Any, files: dict[str, FileForm], item_id: uuid.UUID) -> Any:
    """The payload with each ``{"file": storage_name, ...}`` given the id under which readers get the file."""
    if isinstance(value, list):
        return [with_file_ids(each, files, item_id) for each in value]
    if isinstance(value, dict):
        if "file" in value and value["file"] in files:
            rest = {key: each for key, each in value.items() if key != "file"}
            return {**rest, "file_id": str(files[value["file"]].id_for(item_id))}
        return {key: with_file_ids(each, files, item_id) for key, each in value.items()}
    return value

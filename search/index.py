"""Keeping the embedded index: it follows the change log, and is rebuilt beside itself."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterable, Iterator, Sequence

from django.db import connection, transaction
from django.utils.translation import gettext as _

from publishing.effects import consumer_of_transactions, last_seq, skip_to, still_to_come
from publishing.models import Change, Consumer, PublishedItem
from search.backends.database import TERMS
from search.files import texts_of
from search.models import KnownWord, SearchEntry, SearchIndex
from search.terms import Terms, terms_of, year_of

CONSUMER = "search"
NAME = "database"
CHUNK = 200


class Overtaken(Exception):
    """Another rebuild was begun; this one leaves the index to it."""


@consumer_of_transactions(CONSUMER)
def follow(changes: Sequence[Change]) -> None:
    """Bring the entries of these items to what the store says, all at once; one that says it already is left alone.

    The items are as they were when the changes were read: one that has changed since comes again, with what goes with it.
    """
    items = list({change.item_id: change.item for change in changes}.values())
    for generation in _generations():
        entries = SearchEntry.objects.filter(generation=generation, item__in=items)
        versions = dict(entries.values_list("item_id", "version"))
        put([item for item in items if versions.get(item.pk) != _version(item)], generation=generation)


@transaction.atomic
def put(items: Sequence[PublishedItem], *, generation: int) -> None:
    """Write the entries of items anew; those of items that were taken down go. For whoever holds the index."""
    old = list(SearchEntry.objects.filter(generation=generation, item__in=items).values_list("pk", flat=True))
    TERMS.erase(old)
    SearchEntry.objects.filter(pk__in=old).delete()
    files = texts_of(items)
    terms = {item.pk: terms_of(item, files.get(item.pk, ())) for item in items if item.removed_at is None}
    entries = SearchEntry.objects.bulk_create(
        SearchEntry(
            generation=generation,
            item=item,
            version=item.version,
            locale=item.locale,
            kind=item.kind,
            source_code=item.source_code,
            document_type=item.document_type,
            issuer_code=item.issuer_code,
            year=year_of(item),
            published_at=item.first_published_at,
            text=terms[item.pk].text,
        )
        for item in items
        if item.pk in terms
    )
    TERMS.write({entry.pk: terms[entry.item_id] for entry in entries})
    _learn(terms.values(), generation)


def rebuild() -> Iterator[int]:
    """Make a new generation beside the one that is asked, and ask it once it is whole. Yields items done, by and by.

    What is published meanwhile goes into both; what was published before needs not be followed any more. Raises Overtaken
    where another rebuild was begun since.
    """
    with transaction.atomic():
        index = _locked()
        generation = max(index.live, index.building or 0) + 1
        index.building = generation
        index.save()
    ids = list(PublishedItem.objects.out().order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        with transaction.atomic():
            _refuse_overtaken(generation)
            put(list(PublishedItem.objects.filter(pk__in=ids[start : start + CHUNK])), generation=generation)
        yield min(CHUNK, len(ids) - start)
    _settle()
    with transaction.atomic():
        # Nothing is followed while the last differences are mended and the new generation takes over.
        Consumer.objects.select_for_update().filter(name=CONSUMER).first()
        _refuse_overtaken(generation)
        seq = last_seq()
        put(list(stale(generation)), generation=generation)
        index = _locked()
        index.live, index.building = generation, None
        index.save()
        skip_to(CONSUMER, seq)
        KnownWord.objects.filter(generation__lt=generation).delete()
    _forget_all_but(generation)


def stale(generation: int | None = None) -> Iterator[PublishedItem]:
    """Items whose entry is missing, of another version, or left over after they were taken down."""
    generation = generation or _index().live
    entries = dict(SearchEntry.objects.filter(generation=generation).values_list("item_id", "version"))
    rows = PublishedItem.objects.order_by("pk").values_list("pk", "version", "removed_at")
    differ = [
        pk
        for pk, version, removed_at in rows.iterator(chunk_size=2000)
        if entries.get(pk) != (None if removed_at else version)
    ]
    for start in range(0, len(differ), CHUNK):
        yield from PublishedItem.objects.filter(pk__in=differ[start : start + CHUNK])


@transaction.atomic
def mend(item_id: uuid.UUID) -> None:
    """Bring one item's entries to what the store says, whatever they say now."""
    for generation in _generations():
        put(list(PublishedItem.objects.filter(pk=item_id)), generation=generation)


@transaction.atomic
def add_files(item_id: uuid.UUID) -> None:
    """Let an item be found by its files, which were read after it. One that is still to be followed gets them then."""
    generations = _generations()
    if not still_to_come(CONSUMER, [item_id]):
        for generation in generations:
            put(list(PublishedItem.objects.filter(pk=item_id)), generation=generation)


def _version(item: PublishedItem) -> int | None:
    return None if item.removed_at else item.version


def _index() -> SearchIndex:
    return SearchIndex.objects.get_or_create(name=NAME)[0]


def _locked() -> SearchIndex:
    _index()
    return SearchIndex.objects.select_for_update().get(name=NAME)


def _generations() -> list[int]:
    """Those to be written, in a transaction that holds the index: whoever holds it reads an item as it is, and no one
    writes an older text over a newer one."""
    index = _locked()
    return [index.live, *([index.building] if index.building else [])]


def _refuse_overtaken(generation: int) -> None:
    if _locked().building != generation:
        raise Overtaken(_("Một lần lập lại chỉ mục khác đã bắt đầu; lần này dừng lại."))


def _settle() -> None:
    """Have PostgreSQL tidy and count what was written: its own housekeeping comes minutes later, and until then a search
    among 200,000 texts takes twice as long."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            for table in (SearchEntry._meta.db_table, TERMS.name):
                cursor.execute(f"VACUUM (ANALYZE) {connection.ops.quote_name(table)}")


def _forget_all_but(generation: int) -> None:
    left = SearchEntry.objects.filter(generation__lt=generation)
    while pks := list(left.values_list("pk", flat=True)[:CHUNK]):
        with transaction.atomic():
            TERMS.erase(pks)
            SearchEntry.objects.filter(pk__in=pks).delete()


def _learn(terms: Iterable[Terms], generation: int) -> None:
    """Note the words of these texts, and of which generation they are: a rebuild forgets what is of none but older ones."""
    seen = sorted(set(itertools.chain.from_iterable(each.known_words() for each in terms)))
    for start in range(0, len(seen), CHUNK):
        these = seen[start : start + CHUNK]
        known = dict(KnownWord.objects.filter(word__in=these).values_list("word", "generation"))
        KnownWord.objects.bulk_create(
            (KnownWord(word=word, generation=generation) for word in these if word not in known), ignore_conflicts=True
        )
        if older := [word for word, of in known.items() if of < generation]:
            KnownWord.objects.filter(word__in=older).update(generation=generation)

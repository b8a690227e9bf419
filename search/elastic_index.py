"""Keeping the index of Elasticsearch: a consumer of its own, so that publishing and the embedded index never wait for it.

``rebuild_search`` makes the index; until then, and while the server is away or behind, the embedded one answers. What was
published meanwhile is caught up from the log. Each document is written with its item's version, so an older text never
covers a newer one, in whatever order they come. Nothing that is written can be found before the index is told to refresh:
so what went out together is found together.
"""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _
from elasticsearch import helpers

from publishing.effects import is_behind, last_seq, skip_to, still_to_come
from publishing.models import Change, Consumer, PublishedItem
from search.backends import Unavailable, elastic
from search.files import texts_of
from search.index import Overtaken
from search.models import FileState, SearchIndex

CONSUMER = "search_elasticsearch"
NAME = "elasticsearch"
CHUNK = 500
FRESH = datetime.timedelta(seconds=2)  # from a publication until it is found
# Waits of 1, 2, 4 and 8 seconds: a small server collects its garbage meanwhile.
PATIENCE = 4


def follow(changes: Sequence[Change]) -> None:
    """Bring the documents of these items to what the store says, all at once. Raises Unavailable where that cannot be."""
    _put({change.item_id: change.item for change in changes}.values())


def rebuild() -> Iterator[int]:
    """Make a new index beside the one that is asked, and let the alias name it once it is whole. Yields items done.

    What was published before needs not be followed any more. Raises Overtaken where another rebuild was begun since,
    Unavailable where the server is away.
    """
    generation = _begin()
    name = f"{elastic.ALIAS}-{generation}"
    client, seq, began = elastic.client(), last_seq(), timezone.now()
    elastic.call(lambda: client.indices.delete(index=name, ignore_unavailable=True))
    elastic.call(lambda: client.indices.create(index=name, mappings=elastic.MAPPINGS, settings=elastic.SETTINGS))
    ids = list(PublishedItem.objects.out().order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        _refuse_overtaken(generation)
        items = PublishedItem.objects.filter(pk__in=ids[start : start + CHUNK])
        yield _write(items, name, patience=PATIENCE)
    _refresh(name)
    _write(stale(name), name)
    _refresh(name)
    with transaction.atomic():
        # As a step of the consumer takes them, so that neither waits for the other for ever.
        Consumer.objects.select_for_update().filter(name=CONSUMER).first()
        _locked()
        _refuse_overtaken(generation)
        _switch_to(name)
        SearchIndex.objects.filter(name=NAME).update(live=generation, building=None)
        skip_to(CONSUMER, seq)
        FileState.objects.filter(done_at__lt=began).update(waits_for_elasticsearch=False)


def refuse_behind() -> None:
    """Raise Unavailable where something that went out, or was taken out, is not known here in the time that is promised."""
    if is_behind(CONSUMER, timezone.now() - FRESH):
        raise Unavailable("Elasticsearch has not caught up with what went out")


def stale(name: str | None = None) -> Iterator[PublishedItem]:
    """Items whose document is missing, of another version, or left over. Raises Unavailable."""
    hits = elastic.call(
        lambda: list(helpers.scan(elastic.client(), index=name or elastic.ALIAS, _source=["version"], size=2000))
    )
    kept = {hit["_id"]: hit["_source"]["version"] for hit in hits}
    rows = PublishedItem.objects.order_by("pk").values_list("pk", "version", "removed_at")
    differ = [
        pk
        for pk, version, removed_at in rows.iterator(chunk_size=2000)
        if kept.get(str(pk)) != (None if removed_at else version)
    ]
    for start in range(0, len(differ), CHUNK):
        yield from PublishedItem.objects.filter(pk__in=differ[start : start + CHUNK])


@transaction.atomic
def mend(item: PublishedItem) -> None:
    """Write one item's document as the store says. One of a newer version stays: that needs ``rebuild_search``.

    Raises Unavailable.
    """
    _locked()
    _put(PublishedItem.objects.filter(pk=item.pk))


@transaction.atomic
def add_files(item_ids: Sequence[uuid.UUID]) -> None:
    """Let items be found by their files, which were read after them. One that is still to be followed gets them then.

    Raises Unavailable.
    """
    _locked()
    _put(PublishedItem.objects.filter(pk__in=set(item_ids) - still_to_come(CONSUMER, item_ids)))


def _put(items: Iterable[PublishedItem]) -> None:
    """Write the documents of items, and only then let them be found. For whoever holds the index.

    An index that is not there is not written to: the server would make one of its own by that name.
    """
    building = _locked().building
    if not elastic.call(lambda: elastic.client().indices.exists_alias(name=elastic.ALIAS)):
        raise Unavailable(_("Elasticsearch chưa có chỉ mục. Hãy chạy rebuild_search."))
    items = list(items)
    _write(items, elastic.ALIAS)
    beside = f"{elastic.ALIAS}-{building}"
    if building and elastic.call(lambda: elastic.client().indices.exists(index=beside)):
        _write(items, beside)
    _refresh(elastic.ALIAS)


def _refresh(name: str) -> None:
    elastic.call(lambda: elastic.client().indices.refresh(index=name))


def _write(items: Iterable[PublishedItem], name: str, *, patience: int = 0) -> int:
    """Write the documents of items into an index, or that of an alias; how many.

    ``patience``: how often to wait and try again, ever longer, where the server says that it is too busy (429).
    """
    items = list(items)
    prefetch_related_objects(items, "audiences")
    files = texts_of(items)
    actions = [_action(item, files.get(item.pk, ())) for item in items]
    results = elastic.call(
        lambda: list(
            helpers.streaming_bulk(
                elastic.client(),
                actions,
                index=name,
                require_alias=name == elastic.ALIAS,
                raise_on_error=False,
                max_retries=patience,
                initial_backoff=1,
            )
        )
    )
    for done, answer in results:
        ((_act, result),) = answer.items()
        # 404: what is to go is not there. 409: a newer version is there.
        if not done and not (result["status"] == 409 or (result["status"] == 404 and "error" not in result)):
            raise Unavailable(f"Elasticsearch refuses a document: {result.get('error')}")
    return len(items)


def _action(item: PublishedItem, files: Iterable[str]) -> dict[str, Any]:
    version = {"_id": str(item.pk), "version": item.version, "version_type": "external_gte"}
    if item.removed_at is not None:
        return {"_op_type": "delete", **version}
    return {"_op_type": "index", **version, "_source": elastic.document_of(item, files)}


def _switch_to(name: str) -> None:
    """Let the alias name this index, and in the same moment let all others of ours go, whoever left them: rebuilds that
    were broken off, or something that was written to before there was an index."""
    client = elastic.client()
    ours = re.compile(re.escape(elastic.ALIAS) + r"(-\d+)?")
    there = elastic.call(
        lambda: client.indices.get(
            index=[elastic.ALIAS, f"{elastic.ALIAS}-*"],
            features="aliases",
            ignore_unavailable=True,
            allow_no_indices=True,
        )
    )
    others = [other for other in there if other != name and ours.fullmatch(other)]
    actions: list[dict[str, Any]] = [{"remove_index": {"index": other}} for other in others]
    actions.append({"add": {"index": name, "alias": elastic.ALIAS}})
    elastic.call(lambda: client.indices.update_aliases(actions=actions))


@transaction.atomic
def _begin() -> int:
    index = _locked()
    index.building = max(index.live, index.building or 0) + 1
    index.save()
    return index.building


def _locked() -> SearchIndex:
    """The index, for one writer at a time: while one writes, no other lets a part of it be found."""
    SearchIndex.objects.get_or_create(name=NAME, defaults={"live": 0})
    return SearchIndex.objects.select_for_update().get(name=NAME)


def _refuse_overtaken(generation: int) -> None:
    if not SearchIndex.objects.filter(name=NAME, building=generation).exists():
        raise Overtaken(_("Một lần lập lại chỉ mục khác đã bắt đầu; lần này dừng lại."))

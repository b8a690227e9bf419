"""Keeping the index of Elasticsearch: a consumer of its own, so that publishing and the embedded index never wait for it.

``rebuild_search`` makes the index; until then, and while the server is away, the embedded one answers. What was published
meanwhile is caught up from the log. Each document is written with its item's version, so an older text never covers a
newer one, in whatever order they come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from elasticsearch import NotFoundError, helpers

from publishing.models import Change, PublishedItem
from search.backends import Unavailable, elastic
from search.files import texts_of
from search.index import Overtaken
from search.models import SearchIndex

CONSUMER = "search_elasticsearch"
NAME = "elasticsearch"
CHUNK = 500
# Waits of 1, 2, 4 and 8 seconds: a small server collects its garbage meanwhile.
PATIENCE = 4


def follow(change: Change) -> None:
    """Bring one item's document to what the store says now. Raises Unavailable where there is no index to write to."""
    if not elastic.call(lambda: elastic.client().indices.exists_alias(name=elastic.ALIAS)):
        raise Unavailable(_("Elasticsearch chưa có chỉ mục. Hãy chạy rebuild_search."))
    item = PublishedItem.objects.prefetch_related("audiences").get(pk=change.item_id)
    for name in [elastic.ALIAS, *_building()]:
        _write([item], name, refresh=True)


def rebuild() -> Iterator[int]:
    """Make a new index beside the one that is asked, and let the alias name it once it is whole. Yields items done.

    Raises Overtaken where another rebuild was begun since, Unavailable where the server is away.
    """
    generation = _begin()
    name = f"{elastic.ALIAS}-{generation}"
    client = elastic.client()
    elastic.call(lambda: client.indices.delete(index=name, ignore_unavailable=True))
    elastic.call(lambda: client.indices.create(index=name, mappings=elastic.MAPPINGS))
    ids = list(PublishedItem.objects.out().order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        _refuse_overtaken(generation)
        items = PublishedItem.objects.filter(pk__in=ids[start : start + CHUNK]).prefetch_related("audiences")
        _write(items, name, patience=PATIENCE)
        yield items.count()
    elastic.call(lambda: client.indices.refresh(index=name))
    _write(stale(name), name, refresh=True)
    with transaction.atomic():
        _refuse_overtaken(generation)
        _switch_to(name)
        SearchIndex.objects.filter(name=NAME).update(live=generation, building=None)


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
        yield from PublishedItem.objects.filter(pk__in=differ[start : start + CHUNK]).prefetch_related("audiences")


def mend(item: PublishedItem) -> None:
    """Write one item's document as the store says. One of a newer version stays: that needs ``rebuild_search``."""
    _write([item], elastic.ALIAS, refresh=True)


def _write(items: Iterable[PublishedItem], name: str, *, refresh: bool = False, patience: int = 0) -> None:
    """``patience``: how often to wait and try again, ever longer, where the server says that it is too busy (429)."""
    items = list(items)
    files = texts_of(items)
    actions = [_action(item, files.get(item.pk, ())) for item in items]
    results = elastic.call(
        lambda: list(
            helpers.streaming_bulk(
                elastic.client(),
                actions,
                index=name,
                refresh=refresh,
                raise_on_error=False,
                max_retries=patience,
                initial_backoff=1,
            )
        )
    )
    for done, answer in results:
        ((_act, result),) = answer.items()
        # 404: what is to go is not there. 409: a newer version is there.
        if not done and result["status"] not in (404, 409):
            raise Unavailable(f"Elasticsearch refuses a document: {result.get('error')}")


def _action(item: PublishedItem, files: Iterable[str]) -> dict[str, Any]:
    version = {"_id": str(item.pk), "version": item.version, "version_type": "external_gte"}
    if item.removed_at is not None:
        return {"_op_type": "delete", **version}
    return {"_op_type": "index", **version, "_source": elastic.document_of(item, files)}


def _switch_to(name: str) -> None:
    """Let the alias name this index and no other; the others go."""
    client = elastic.client()
    try:
        others = list(elastic.call(lambda: client.indices.get_alias(name=elastic.ALIAS)))
    except Unavailable as error:
        if not isinstance(error.__cause__, NotFoundError):
            raise
        others = []
    others = [other for other in others if other != name]
    actions = [{"add": {"index": name, "alias": elastic.ALIAS}}]
    actions += [{"remove": {"index": other, "alias": elastic.ALIAS}} for other in others]
    elastic.call(lambda: client.indices.update_aliases(actions=actions))
    for other in others:
        elastic.call(lambda other=other: client.indices.delete(index=other, ignore_unavailable=True))  # type: ignore[misc]


@transaction.atomic
def _begin() -> int:
    SearchIndex.objects.get_or_create(name=NAME, defaults={"live": 0})
    index = SearchIndex.objects.select_for_update().get(name=NAME)
    index.building = max(index.live, index.building or 0) + 1
    index.save()
    return index.building


def _building() -> list[str]:
    generation = SearchIndex.objects.filter(name=NAME).values_list("building", flat=True).first()
    return [f"{elastic.ALIAS}-{generation}"] if generation else []


def _refuse_overtaken(generation: int) -> None:
    if not SearchIndex.objects.filter(name=NAME, building=generation).exists():
        raise Overtaken(_("Một lần lập lại chỉ mục khác đã bắt đầu; lần này dừng lại."))

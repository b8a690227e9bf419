"""Published items as resolvers get them: with their neighbours of the same answer, so that what needs a look-up is
looked up once for all of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import quote

from api.viewer import Context
from editorial.releases.contents import went_out_with
from publishing.enums import Kind
from publishing.files import files_visible_to
from publishing.models import PublishedFile, PublishedItem, PublishedItemQuerySet

# The form in which all pictures go out (cms.payload); the address only needs some name.
PICTURE_NAME = "picture.webp"


class Peers:
    """The items of one answer."""

    def __init__(self, items: Sequence[PublishedItem], context: Context) -> None:
        self.items = items
        self.context = context

    @cached_property
    def related(self) -> dict[int, PublishedItem]:
        """What any of the items relates to and the caller may see, by page: one query for all."""
        wanted = {page_id for item in self.items for page_id in item.facts.get("related", ())}
        if not wanted:
            return {}
        found = PublishedItem.objects.visible_to(self.context.scope).filter(page_id__in=wanted).defer("payload")
        return {item.page_id: item for item in found}

    @cached_property
    def contents(self) -> dict[int, list[PublishedItem]]:
        """What went out with each bulletin, in its language and as far as the caller may see it, by the bulletin's page.

        Three queries for all, whatever has become of the entries since: what is withdrawn is not among them.
        """
        bulletins = {item.page_id: item.locale for item in self.items if item.kind == Kind.BULLETIN}
        pages = went_out_with(bulletins)
        wanted = {page_id for others in pages.values() for page_id in others}
        rows = PublishedItem.objects.visible_to(self.context.scope).filter(page_id__in=wanted).defer("payload", "card")
        found = {item.page_id: item for item in rows} if wanted else {}
        return {
            page_id: [found[other] for other in others if other in found and found[other].locale == bulletins[page_id]]
            for page_id, others in pages.items()
        }

    @cached_property
    def files(self) -> dict[str, PublishedFile]:
        """The files of all items that the caller may see, by id: one query for all."""
        found = files_visible_to(self.context.scope).filter(item__in=[item.pk for item in self.items])
        return {str(file.pk): file for file in found}


@dataclasses.dataclass(frozen=True)
class Node:
    """One item, as the content types show it."""

    item: PublishedItem
    peers: Peers

    def related(self) -> list[Node]:
        """Related items that the caller may see, in the editor's order."""
        found = self.peers.related
        return [Node(found[page_id], self.peers) for page_id in self.item.facts.get("related", ()) if page_id in found]

    def contents(self) -> list[Node]:
        """What went out with a bulletin, in the board's order."""
        return [Node(item, self.peers) for item in self.peers.contents.get(self.item.page_id, ())]

    def image(self) -> dict[str, Any] | None:
        """The cover, with its address."""
        return self._with_addresses(self.item.facts.get("image"))

    def files(self) -> list[dict[str, Any]]:
        """The files that go with the item, with their addresses."""
        return [self._with_addresses(file) for file in self.item.facts.get("attachments", ())]

    def body(self) -> list[Any]:
        """The body's blocks, with the addresses of pictures and files; related content is a field of its own."""
        return [
            self._with_addresses(block) for block in self.item.payload.get("body", ()) if block["type"] != "related"
        ]

    def media(self) -> list[dict[str, Any]]:
        """All pictures and files of the item, each once, at the addresses that the other fields give."""
        names = dict(_names(self.item.payload))
        found = [(self.peers.files[file_id], name) for file_id, name in names.items() if file_id in self.peers.files]
        return [
            {
                "id": str(file.pk),
                "url": self._address(str(file.pk), name),
                "size": file.size,
                "hash": file.sha256 or None,
                "content_type": file.content_type,
            }
            for file, name in found
        ]

    def _with_addresses(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._with_addresses(each) for each in value]
        if not isinstance(value, dict):
            return value
        if "file_id" not in value:
            return {key: self._with_addresses(each) for key, each in value.items()}
        file_id, name = value["file_id"], value.get("name", PICTURE_NAME)
        rest = {key: each for key, each in value.items() if key != "file_id"}
        return {"id": file_id, "url": self._address(file_id, name), **rest}

    def _address(self, file_id: str, name: str) -> Any:
        return self.peers.context.absolute(f"/files/{file_id}/{quote(name, safe='')}")


def _names(value: Any) -> Iterator[tuple[str, str]]:
    """The id and the name of each picture and file in a payload, in the order of the payload."""
    if isinstance(value, dict) and "file_id" in value:
        yield value["file_id"], value.get("name", PICTURE_NAME)
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _names(each)


def without_bodies(items: PublishedItemQuerySet, context: Context) -> PublishedItemQuerySet:
    """The items as a list reads them: bodies only where the document asks for what is in them."""
    return items.defer("payload") if context.field_names.isdisjoint({"body", "media"}) else with_bodies(items)


def with_bodies(items: PublishedItemQuerySet) -> PublishedItemQuerySet:
    """The items with all that readers get of them; what a list shows of each is in its payload too."""
    return items.defer("card")


def nodes(items: Iterable[PublishedItem], context: Context) -> list[Node]:
    """The items of one answer, each knowing the others."""
    found = list(items)
    peers = Peers(found, context)
    return [Node(item, peers) for item in found]

"""Tells the audit to which unit content belongs: that of its source (``audit.units``)."""

from __future__ import annotations

from audit import units
from cms.models import ContentPage, Source
from publishing.models import PublishedFile, PublishedItem


def register() -> None:
    """Enter what this room knows."""
    units.register(Source, lambda source: source.organization.path)
    units.register(ContentPage, lambda page: _path_of_source(pk=page.source_id))
    units.register(PublishedItem, lambda item: _path_of_source(code=item.source_code))
    units.register(PublishedFile, lambda file: _path_of_source(code=file.item.source_code))


def _path_of_source(**query: object) -> str | None:
    return Source.objects.filter(**query).values_list("organization__path", flat=True).first()

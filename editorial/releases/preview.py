"""A release as its readers will get it: every text in the very form in which it would go out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

from wagtail.models import Revision

from cms.going_out import going_out
from cms.models import ContentPage
from editorial.models import Release, ReleaseItem
from editorial.reading import readable_form
from editorial.releases.parts import kind_of, things_of
from publishing.actions import ids_of


@dataclasses.dataclass
class Text:
    """One text of a release, with what the template of a text shows."""

    page: ContentPage
    text: ContentPage
    form_out: dict[str, Any] | None
    shortcomings: list[tuple[str, Any]]
    is_new: bool


def revisions_of(release: Release) -> Iterator[tuple[ReleaseItem, Revision]]:
    """Each item with its text, in their order: that which was submitted or, while the release is composed, the latest."""
    for item in release.items.select_related("page__latest_revision", "revision"):
        revision = item.revision or item.page.get_latest_revision()
        if revision is not None:
            yield item, revision


def drafts_of(release: Release) -> Iterator[tuple[ReleaseItem, int, ContentPage]]:
    """Each item with its text as a page, and the number of the text's revision, in their order."""
    for item, revision in revisions_of(release):
        yield item, revision.pk, revision.as_object()


def texts_of(release: Release, user: Any) -> list[Text]:
    """The texts as this person may see them, in their order."""
    with as_one(release):
        return [
            Text(
                page=item.page,
                text=text,
                form_out=readable_form(text, revision_id, user),
                shortcomings=text.shortcomings(),
                is_new=not item.page.live,
            )
            for item, revision_id, text in drafts_of(release)
        ]


def as_one(release: Release) -> AbstractContextManager[None]:
    """Make forms as they will be with the release: its texts link to each other."""
    return going_out(ids_of(release.items.values_list("page_id", flat=True)))


def parts_of(release: Release, user: Any) -> list[dict[str, Any]]:
    """What goes out besides, each with its template and what that shows."""
    return [
        {
            "template": kind_of(thing).template,
            "phone_template": kind_of(thing).phone_template,
            "title": kind_of(thing).title(thing),
            "label": kind_of(thing).label,
            **kind_of(thing).context(thing, user),
        }
        for _part, thing in things_of(release)
    ]

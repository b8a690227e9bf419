"""Keeping the index of drafts: each page's latest text, brought up to date when it has been saved.

For the people who work on them only (``search.drafts``). No reader's question reaches this index, its words are not
learnt for near misses, and it follows the pages, not the published store.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.signals import post_delete
from django.dispatch import receiver

from cms.models import ContentPage
from cms.signals import draft_saved
from search.backends.terms_table import TermsTable
from search.models import DraftEntry
from search.terms import terms_of_draft

TERMS = TermsTable("search_draft_terms")
CHUNK = 100


@receiver(draft_saved)
def follow(sender: Any, page: ContentPage, **kwargs: Any) -> None:
    """Once the text is kept, let it be found. Where that fails the text stays, and ``check_consistency`` finds it."""
    transaction.on_commit(lambda: put([page.pk]), robust=True)


@receiver(post_delete, sender=DraftEntry)
def forget(sender: Any, instance: DraftEntry, **kwargs: Any) -> None:
    """The words of a page go with it."""
    TERMS.erase([instance.pk])


@transaction.atomic
def put(page_ids: Sequence[int]) -> None:
    """Write the entries of these pages anew, from their latest texts."""
    pages = ContentPage.objects.filter(pk__in=page_ids).exclude(latest_revision=None)
    pages = pages.select_for_update(of=("self",)).select_related("latest_revision")
    found, terms = [], {}
    for page in pages:
        text = page.latest_revision.as_object()
        terms[page.pk] = terms_of_draft(text)
        found.append(
            DraftEntry(
                page_id=page.pk,
                revision_id=page.latest_revision_id,
                saved_at=page.latest_revision_created_at or page.latest_revision.created_at,
                kind=text.kind,
                title=text.title,
                text=terms[page.pk].text,
            )
        )
    DraftEntry.objects.bulk_create(
        found,
        update_conflicts=True,
        unique_fields=["page"],
        update_fields=["revision_id", "saved_at", "kind", "title", "text"],
    )
    TERMS.write(terms)


def rebuild() -> Iterator[int]:
    """Write all entries anew, some at a time; they are found meanwhile. Yields pages done, by and by."""
    ids = list(ContentPage.objects.exclude(latest_revision=None).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        put(ids[start : start + CHUNK])
        yield min(CHUNK, len(ids) - start)


def stale() -> Iterator[int]:
    """Pages whose entry is missing, or not of their latest text."""
    pages = ContentPage.objects.exclude(latest_revision=None)
    kept = DraftEntry.objects.filter(
        Q(revision_id=F("page__latest_revision_id")) & Q(saved_at=F("page__latest_revision_created_at"))
    )
    yield from pages.exclude(pk__in=kept.values("pk")).order_by("pk").values_list("pk", flat=True)

"""How each original stands in the other languages: one rule, for the desk, the way of a draft, the report and releases.

A translation is old (stale) where the text that counts was made from another text of its original than the one that
counts. What counts is what readers have or, of what is not out, the latest. Of texts that the translation editor put
together it is known from which they were made; who writes a translation by hand has the original of that hour before them.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import BigIntegerField, Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast
from wagtail.models import Locale, Revision, WorkflowState, get_default_page_content_type

from cms.models import ContentPage
from editorial.enums import ScheduledAct, TranslationState
from editorial.models import Schedule, TranslationBasis

ORIGINAL = "vi"  # what is written first; texts in another language alone are originals of their own, and not counted


@dataclasses.dataclass(frozen=True)
class Translated:
    """How an original stands in one language. ``page_id`` is that of the translation, None where there is none."""

    locale: Locale
    state: TranslationState
    page_id: int | None

    @property
    def is_stale(self) -> bool:
        """Whether its original has changed since."""
        return self.state == TranslationState.STALE


def originals() -> QuerySet[ContentPage]:
    """What is written in the first language."""
    return ContentPage.objects.filter(locale__language_code=ORIGINAL, alias_of=None)


def other_locales() -> list[Locale]:
    """The languages into which originals are translated."""
    return list(Locale.objects.exclude(language_code=ORIGINAL).order_by("language_code"))


def with_translation(
    pages: QuerySet[ContentPage], locale: Locale, *, going_out: Collection[int] = ()
) -> QuerySet[ContentPage]:
    """Originals with ``translation_id``, ``translation_live`` and ``translation_state`` of this language.

    Of the pages ``going_out`` together the latest text counts, as of those that are not out.
    """
    translation = ContentPage.objects.filter(
        translation_key=OuterRef("translation_key"), locale=locale, alias_of=None
    ).annotate(text=_text_that_counts(going_out))
    basis = TranslationBasis.objects.filter(revision=OuterRef("translated_text"))
    other_text = ~Q(based_on=F("original_text")) | Q(based_at__lt=F("original_saved_at"))
    by_hand = Q(based_at=None, translated_saved_at__lt=F("original_saved_at"))
    return pages.annotate(
        original_text=_text_that_counts(going_out),
        original_saved_at=_saved_at("original_text"),
        translation_id=Subquery(translation.values("pk")[:1]),
        translation_live=Subquery(translation.values("live")[:1]),
        translated_text=Subquery(translation.values("text")[:1]),
        translated_saved_at=_saved_at("translated_text"),
        based_on=Subquery(basis.values("original_revision_id")),
        based_at=Subquery(basis.values("read_at")),
    ).annotate(
        translation_state=Case(
            When(translation_id=None, then=Value(TranslationState.NONE.value)),
            When((Q(based_at__isnull=False) & other_text) | by_hand, then=Value(TranslationState.STALE.value)),
            When(translation_live=True, then=Value(TranslationState.OUT.value)),
            When(_is_in_review(), then=Value(TranslationState.REVIEW.value)),
            default=Value(TranslationState.WORKING.value),
            output_field=CharField(),
        )
    )


def translations_of(keys: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Translated]]:
    """By their translation keys, how these stand in each language; with as many queries as there are languages."""
    found = defaultdict(list)
    keys = set(keys)
    if not keys:
        return {}
    for locale in other_locales():
        rows = with_translation(originals().filter(translation_key__in=keys), locale)
        for key, page_id, state in rows.values_list("translation_key", "translation_id", "translation_state"):
            found[key].append(Translated(locale, TranslationState(state), page_id))
    return dict(found)


def _text_that_counts(going_out: Collection[int]) -> Case:
    return Case(
        When(Q(pk__in=going_out), then=F("latest_revision_id")),
        When(live=True, then=F("live_revision_id")),
        default=F("latest_revision_id"),
        output_field=BigIntegerField(),
    )


def _saved_at(text: str) -> Subquery:
    return Subquery(Revision.objects.filter(pk=OuterRef(text)).values("created_at"))


def _is_in_review() -> Q:
    """Whether the translation is at a step, or approved and waits for its hour."""
    at_a_step = WorkflowState.objects.filter(
        base_content_type=get_default_page_content_type(),
        object_id=Cast(OuterRef("translation_id"), CharField()),
        status=WorkflowState.STATUS_IN_PROGRESS,
    )
    waits = Schedule.objects.pending().filter(page=OuterRef("translation_id"), act=ScheduledAct.PUBLISH)
    return Q(Exists(at_a_step)) | Q(Exists(waits))

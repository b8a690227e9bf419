"""All languages or none: what a release that asks for it lacks."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cms.models import ContentPage
from editorial.enums import TranslationState
from editorial.translation_states import originals, other_locales, with_translation


def lacks_a_language(pages: list[ContentPage]) -> str:
    """The first of these pages that would be out in one language alone, or beside an old translation, in words.

    Empty where each has its other language among them, or out already, made from the very original that will be out.
    """
    going_out = {page.pk for page in pages}
    families = originals().filter(translation_key__in={page.translation_key for page in pages})
    for locale in other_locales():
        rows = with_translation(families, locale, going_out=going_out).values(
            "pk", "draft_title", "live", "translation_key", "translation_id", "translation_live", "translation_state"
        )
        found = {row["translation_key"]: row for row in rows}
        for page in pages:
            original = found.get(page.translation_key)
            if original is None or not (
                (original["live"] or original["pk"] in going_out)
                and (original["translation_live"] or original["translation_id"] in going_out)
            ):
                return _(
                    "“%(page)s” chưa có bản tiếng kia trong đợt này. Hãy thêm bản dịch, hoặc bỏ yêu cầu đủ hai thứ tiếng."
                ) % {"page": page.draft_title}
            if original["translation_state"] == TranslationState.STALE:
                return _(
                    "Bản dịch “%(translation)s” của “%(page)s” đã cũ: bản gốc đã thay đổi từ khi dịch. "
                    "Hãy cập nhật bản dịch từ bản gốc, hoặc bỏ yêu cầu đủ hai thứ tiếng."
                ) % {"translation": _title_of(original["translation_id"]), "page": original["draft_title"]}
    return ""


def _title_of(page_id: int) -> str:
    return ContentPage.objects.values_list("draft_title", flat=True).get(pk=page_id)

"""The report of how everything stands in the other languages."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404
from django.utils.translation import gettext_lazy

from editorial.enums import TranslationState
from editorial.permissions import desk_sources
from editorial.translation_hooks import gather_translations
from editorial.translation_states import Translated, originals, other_locales, with_translation
from editorial.views.desk import EditorialView

PAGE_ROWS = 20


class TranslationsView(EditorialView):
    """The originals of the desk, the latest edited first, by how they stand in a language.

    In the place of the library's report, which calls up to date whatever was translated of the copy that it keeps.
    """

    template_name = "editorial/translations.html"
    page_title = gettext_lazy("Bản dịch")
    header_icon = "site"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, query = self.request.user, self.request.GET
        sources, locales = list(desk_sources(user).order_by("name")), other_locales()
        if not sources or not locales:
            raise Http404
        source = next((each for each in sources if each.code == query.get("source")), None)
        locale = next((each for each in locales if each.language_code == query.get("language")), locales[0])
        state = query.get("state") if query.get("state") in TranslationState.values else None
        pages = originals().filter(source__in=[source] if source else sources)
        pages = with_translation(pages, locale)
        if state:
            pages = pages.filter(translation_state=state)
        pages = pages.select_related("source", "content_type").order_by("-latest_revision_created_at", "-pk")
        rows = Paginator(pages, PAGE_ROWS).get_page(query.get("p"))
        shown = list(rows.object_list)
        gather_translations(shown, user)
        return super().get_context_data(
            items=rows,
            rows=[
                (page, Translated(locale, TranslationState(page.translation_state), page.translation_id))
                for page in shown
            ],
            sources=sources if len(sources) > 1 else [],
            locales=locales if len(locales) > 1 else [],
            states=TranslationState.choices,
            source=source,
            locale=locale,
            state=state,
            may_translate=user.has_perm("wagtail_localize.submit_translation"),
            **kwargs,
        )

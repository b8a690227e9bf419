"""Registers what the translation editor and its buttons need; imported by ``editorial.wagtail_hooks``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext, gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets.button import Button
from wagtail.models import Locale, Page
from wagtail_localize import wagtail_hooks as library
from wagtail_localize.models import TranslationSource

from editorial.views.translation import submit_translation_view

ROW_BUTTONS = "register_page_listing_more_buttons"
REPORTS = "register_reports_menu_item"
MAY_TRANSLATE = "wagtail_localize.submit_translation"


@hooks.register("register_admin_urls")
def translation_urls() -> list[Any]:
    """Where the button posts to."""
    return [
        path(
            "editorial/translation/<int:page_id>/submit/",
            submit_translation_view,
            name="editorial_submit_translation",
        )
    ]


# --- the report, in the place of the library's (``editorial.urls``)

hooks._hooks[REPORTS].remove((library.register_wagtail_localize2_report_menu_item, 0))


class TranslationsMenuItem(MenuItem):
    """Shown to those who translate; asked on every screen of the admin, so of the rights that are known already."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(MAY_TRANSLATE))


@hooks.register(REPORTS)
def translations_menu_item() -> TranslationsMenuItem:
    """Bản dịch."""
    return TranslationsMenuItem(
        gettext_lazy("Bản dịch"), reverse("editorial_translations"), name="translations", icon_name="site", order=900
    )


# --- the buttons of a row. The library's hook asks the database up to four times for each; ours stands in its place.

hooks._hooks[ROW_BUTTONS].remove((library.page_listing_more_buttons, 0))


def gather_translations(pages: list[Page], user: Any) -> None:
    """Fetch for all rows at once which languages are missing and which translations can be brought up to date."""
    if not user.has_perm(MAY_TRANSLATE):
        return
    keys = {page.translation_key for page in pages}
    locales = set(Locale.objects.values_list("pk", flat=True))
    translated = defaultdict(set)
    for key, locale in Page.objects.filter(translation_key__in=keys, alias_of=None).values_list(
        "translation_key", "locale_id"
    ):
        translated[key].add(locale)
    sources = TranslationSource.objects.filter(
        object__translation_key__in=keys,
        object__content_type=ContentType.objects.get_for_model(Page),
        translations__enabled=True,
    )
    source_ids = {(key, locale): pk for key, locale, pk in sources.values_list("object_id", "locale_id", "pk")}
    for page in pages:
        page.row_translations = (
            bool(locales - translated[page.translation_key]),
            source_ids.get((page.translation_key, page.locale_id)),
        )


@hooks.register(ROW_BUTTONS)
def translation_buttons(page: Page, user: Any, next_url: str | None = None) -> Iterator[Button]:
    """The library's two buttons; what they need is on the page where ``gather_translations`` has put it."""
    if not hasattr(page, "row_translations"):
        yield from library.page_listing_more_buttons(page, user, next_url=next_url)
        return
    misses_a_language, source_id = page.row_translations
    if page.is_root():
        return
    if misses_a_language:
        url = reverse("wagtail_localize:submit_page_translation", args=[page.alias_of_id or page.pk])
        yield Button(gettext("Translate this page"), url, priority=60, icon_name="wagtail-localize-language")
    if source_id is not None:
        url = reverse("wagtail_localize:update_translations", args=[source_id])
        url += f"?{urlencode({'next': next_url})}" if next_url is not None else ""
        yield Button(gettext("Sync translated pages"), url, priority=60, icon_name="resubmit")

"""What a member's phone will show of a draft: the payload that would go out, drawn as an app draws it.

Shown by Wagtail's own preview beside the form. Wagtail asks who may edit the page; pages of other desks do not exist
there (``editorial.middleware``).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.conf import settings
from django.db import models
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from organizations.scope import scope_of
from publishing.models import PublishedItem

if TYPE_CHECKING:
    from cms.models import ContentPage

logger = logging.getLogger("sotay.cms")


class PreviewMode(models.TextChoices):
    """How the reader has set their phone."""

    LIGHT = "light", _("Điện thoại, nền sáng")
    DARK = "dark", _("Điện thoại, nền tối")
    LARGE = "large", _("Cỡ chữ lớn nhất")
    LARGE_DARK = "large-dark", _("Cỡ chữ lớn nhất, nền tối")


# What members have in their hands: widths in pixels of a small, a usual and a large phone.
PREVIEW_SIZES = [
    {"name": "mobile", "icon": "mobile-alt", "device_width": 360, "label": _("Điện thoại thường")},
    {"name": "small", "icon": "mobile-alt", "device_width": 320, "label": _("Điện thoại nhỏ")},
    {"name": "tablet", "icon": "tablet-alt", "device_width": 600, "label": _("Điện thoại lớn, máy tính bảng")},
]


def shown_form(page: ContentPage, user: Any) -> dict[str, Any] | None:
    """The payload of a draft, saved or not, with addresses of the media library; None where it cannot be made yet.

    Related items are named only where the person could read them themselves.
    """
    from cms.payload import published_form  # which knows the models, which know this

    try:
        if page.source_id is None:  # it is being begun
            page.source = page.get_parent().specific.source
        payload = published_form(page).payload
    except Exception:
        logger.info("page %s cannot be previewed yet", page.pk, exc_info=True)
        return None
    related = PublishedItem.objects.visible_to(scope_of(user)).filter(page_id__in=payload.pop("related"))
    shown = _with_addresses(payload)
    shown["related"] = list(related.values_list("title", flat=True))
    return shown


def serve(texts: list[ContentPage], request: HttpRequest, mode: str, **context: Any) -> TemplateResponse:
    """These drafts as a phone shows them. An unknown mode is the first."""
    chosen = PreviewMode(mode) if mode in PreviewMode.values else PreviewMode.LIGHT
    shown = [(text, shown_form(text, request.user)) for text in texts]
    response = TemplateResponse(request, "cms/preview.html", {"texts": shown, "mode": chosen, **context})
    response["Cache-Control"] = "private, no-store"
    return response


def _with_addresses(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_addresses(each) for each in value]
    if isinstance(value, dict):
        shown = {key: _with_addresses(each) for key, each in value.items() if key != "file"}
        if "file" in value:
            shown["url"] = _address(value["file"])
        return shown
    return value


def _address(name: str) -> str:
    """As everywhere in the editing screens: by ``cms.media``, which records who reads what is restricted."""
    return f"{settings.MEDIA_URL}{quote(name)}"

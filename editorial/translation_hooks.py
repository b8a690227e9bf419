"""Registers what the translation editor needs; imported by ``editorial.wagtail_hooks``."""

from __future__ import annotations

from typing import Any

from django.urls import path
from wagtail import hooks

from editorial.views.translation import submit_translation_view


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

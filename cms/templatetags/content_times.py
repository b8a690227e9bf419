"""Moments that content keeps as text, shown as people write them."""

from __future__ import annotations

import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format

register = template.Library()


@register.filter
def moment(written: str) -> str:
    """A moment in ISO 8601 as hour and date in the province's time."""
    return date_format(timezone.localtime(datetime.datetime.fromisoformat(written)), "H:i d/m/Y")

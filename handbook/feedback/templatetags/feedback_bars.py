"""Bars in templates."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def share(number: int, most: int) -> int:
    """A number as hundredths of the greatest, at least one where there is any: a bar one can see."""
    return max(1, number * 100 // most) if number else 0

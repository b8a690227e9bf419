"""Numbers in templates."""

from __future__ import annotations

from django import template

from handbook.notices.reach import Numbers

register = template.Library()


@register.filter
def percent(numbers: Numbers, name: str) -> int:
    """One of the numbers as hundredths of the audience."""
    return numbers.percent(name)

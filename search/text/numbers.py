"""Document numbers (số ký hiệu): ``52-NQ/TW``, ``12/2023/QĐ-TTg``, however they are typed."""

from __future__ import annotations

import re

from organizations.names import folded
from search.text.words import normal

_GROUP = re.compile(r"[0-9]+|[^\W\d_]+")
_YEAR = re.compile("(19|20)[0-9]{2}")


def number_groups(number: str) -> list[str]:
    """Its parts, folded, without zeros before them: ``02-NQ/TU`` is ``2``, ``nq``, ``tu``."""
    groups = _GROUP.findall(folded(normal(number)))
    return [(group.lstrip("0") or "0") if group.isdigit() else group for group in groups]


def number_terms(number: str) -> list[str]:
    """All under which a number is found: as a whole, without its year, and its digits alone."""
    groups = number_groups(number)
    if not groups:
        return []
    found = ["".join(groups)]
    if len(groups) > 2 and _YEAR.fullmatch(groups[1]):
        found.append("".join(groups[:1] + groups[2:]))
    if groups[0].isdigit() and len(groups) > 1:
        found.append(groups[0])
    return found

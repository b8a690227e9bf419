"""How a moment is said to people: by the province's clock."""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.formats import date_format


def moment(at: datetime.datetime | str) -> str:
    """The province's hour and day of a moment, which may be in ISO 8601, as in the audit."""
    at = datetime.datetime.fromisoformat(at) if isinstance(at, str) else at
    return date_format(timezone.localtime(at), "H:i d/m/Y")

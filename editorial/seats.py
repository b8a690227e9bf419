"""One seat of a committee is one voice: whoever stands in for its holder decides in their place, not beside them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from audit.enums import RefusalCode
from audit.refusals import Refused
from organizations.models import Organization, Position
from organizations.scope import seat_of


def seat_for(actor: Any, organization: Organization, *, decisions: QuerySet[Any], target: Any) -> Position | None:
    """The seat by which this person decides. None for a step's substitute, who has none.

    ``decisions`` are those that count for what is decided on: Refused where one of them was given by that seat.
    """
    seat = seat_of(actor, organization)
    if seat is not None and decisions.filter(position=seat).exists():
        raise Refused(
            RefusalCode.CONFLICT,
            _("Chức vụ “%(seat)s” đã có người quyết định về bản này. Mỗi chức vụ chỉ có một tiếng nói.")
            % {"seat": seat},
            act="decide",
            target=target,
        )
    return seat


def named(seat: Position | None, actor: Any) -> dict[str, str]:
    """For the audit: in whose place somebody decided."""
    if seat is None or seat.member.user_id == actor.pk:
        return {}
    return {"for": seat.member.code}

"""What a phone holds, as the cursor that it keeps and gives back."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.utils.translation import gettext as _

from api.ids import BadId, read_sealed, sealed
from api.viewer import Context
from audit.enums import RefusalCode
from audit.refusals import Refused
from publishing.sync import Held, Line, Place, Span

# Another form of the parts below gets another number; a phone that comes with an older one begins anew.
FORM = 1


def cursor_of(held: Held, context: Context) -> str:
    """The cursor of what this caller's phone holds in this language."""
    spans = [
        [_written(span.down_to), span.line.seq, span.line.at and span.line.at.isoformat(), " ".join(sorted(span.keys))]
        for span in held.spans
    ]
    return sealed("changes", FORM, *_owner(context), _written(held.floor), spans)


def held_by(cursor: str, context: Context) -> Held | None:
    """What the phone holds that gives this cursor; None where it was given to another account or for another language.

    Raises Refused INVALID where the cursor was not made here.
    """
    try:
        form, *parts = read_sealed("changes", cursor)
    except BadId:
        raise Refused(
            RefusalCode.INVALID,
            _("Mốc đồng bộ (since) không hợp lệ. Hãy đồng bộ lại từ đầu."),
            field="since",
        ) from None
    if form != FORM or parts[:2] != _owner(context):
        return None
    floor, spans = parts[2:]
    return Held(
        floor=_read(floor),
        spans=tuple(
            Span(_read(down_to), Line(seq, at and datetime.datetime.fromisoformat(at)), frozenset(keys.split()))
            for down_to, seq, at, keys in spans
        ),
    )


def _owner(context: Context) -> list[Any]:
    return [context.caller.user_id or 0, context.language]


def _written(place: Place | None) -> list[str] | None:
    return [place[0].isoformat(), place[1].hex] if place else None


def _read(place: list[str] | None) -> Place | None:
    return (datetime.datetime.fromisoformat(place[0]), uuid.UUID(place[1])) if place else None

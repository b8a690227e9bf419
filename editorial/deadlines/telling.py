"""How the people of the desks and committees are told of a time: in Vietnamese, by SMS or e-mail."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator

from accounts.models import User
from messaging.actions import send_text
from messaging.enums import TextKind
from organizations.scope import member_of

LONGEST_TITLE = 80  # characters, of a message


def tell(people: Iterable[User], text: str, key: str) -> None:
    """Those of them who are members, each once under this key; the others find it on their screens."""
    for person in people:
        if (member := member_of(person)) is not None:
            send_text(member=member, text=text, kind=TextKind.REVIEW, effect_key=f"{key}:{person.pk}")


def words(title: str, at: datetime.datetime) -> dict[str, str]:
    """A title and a moment as a message has them."""
    return {
        "title": Truncator(title).chars(LONGEST_TITLE),
        "at": date_format(timezone.localtime(at), "H:i d/m/Y"),
    }

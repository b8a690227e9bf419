"""How the people of the desks and committees are told of a time: in Vietnamese, by SMS or e-mail."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.utils.text import Truncator

from accounts.models import User
from editorial.moments import moment
from messaging.actions import send_letter, send_text
from messaging.enums import TextKind
from organizations.scope import member_of

LONGEST_TITLE = 80  # characters, of a message


def tell(people: Iterable[User], text: str, key: str) -> list[User]:
    """Each once under this key, as a member by telephone or e-mail, else at the account's address. Returns those who
    have an address; the others find it on their screens."""
    return [person for person in people if _tell(person, text, f"{key}:{person.pk}")]


def _tell(person: User, text: str, key: str) -> bool:
    member = member_of(person)
    if member is not None and (member.phone or member.email):
        send_text(member=member, text=text, kind=TextKind.REVIEW, effect_key=key)
        return True
    if person.email:
        send_letter(user=person, text=text, kind=TextKind.REVIEW, effect_key=key)
    return bool(person.email)


def words(title: str, at: datetime.datetime) -> dict[str, str]:
    """A title and a moment as a message has them."""
    return {"title": Truncator(title).chars(LONGEST_TITLE), "at": moment(at)}

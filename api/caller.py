"""Who asks, what they may see, and of which state of the store: one statement for each request, whatever it asks.

An access token only names a session. Whether that session is open, whose it is, and which audiences they belong to is
read here each time, so a session that was ended, a member who moved and a position that was given count at once. This
is ``accounts.tokens.session_of`` and ``organizations.scope.scope_of`` in one round trip; a test holds them equal.
"""

from __future__ import annotations

import dataclasses
import functools
import uuid

from django.db import connection
from django.utils.crypto import constant_time_compare

from accounts.models import Session, User
from accounts.tokens import InvalidToken, auth_hash_of, named_session
from api.statements import read
from organizations.models import Member, Organization, Position, today
from organizations.scope import EVERYONE, Scope, scope_from
from publishing.models import Change

# How far the change log has come, with the moment beside the number: after a restore numbers come again.
_VERSION = (
    "(SELECT CAST(seq AS VARCHAR(20)) || '@' || CAST(at AS VARCHAR(40))"  # noqa: S608
    f" FROM {Change._meta.db_table} ORDER BY seq DESC LIMIT 1)"
)


NOTHING_YET = "0@"


@dataclasses.dataclass(frozen=True)
class Caller:
    """The person of a request, as far as every request needs them. Nobody signed in: no ids, and everyone's scope.

    ``version`` is how far the change log had come when they were looked up.
    """

    version: str
    scope: Scope = EVERYONE
    user_id: int | None = None
    session_id: uuid.UUID | None = None


def caller_of(token: str | None) -> Caller:
    """The caller whose access token this is; anyone where there is none. Raises InvalidToken."""
    if token is None:
        return Caller(version=content_version())
    session_id, user_id = named_session(token)
    named = {"session": session_id if _knows_uuids() else session_id.hex, "day": today()}
    rows = read(_statement(), named)
    if not rows:
        raise InvalidToken
    ended_at, auth_hash, owner_id, is_active, password, session_round, cell_path, *_position, version = rows[0]
    if ended_at is not None or not is_active or owner_id != user_id:
        raise InvalidToken
    if not constant_time_compare(auth_hash, auth_hash_of(password, session_round)):
        raise InvalidToken
    positions = frozenset((kind, path) for *_rest, kind, path, _version in rows if kind is not None)
    return Caller(
        version=version or NOTHING_YET,
        scope=scope_from(cell_path, positions),
        user_id=owner_id,
        session_id=session_id,
    )


@functools.cache
def _knows_uuids() -> bool:
    """Whether the database has a type for them, as PostgreSQL does; SQLite keeps 32 digits."""
    return connection.features.has_native_uuid_field


def content_version() -> str:
    """How far the change log has come."""
    ((version,),) = read(f"SELECT {_VERSION}", {})  # no value in it comes from outside
    return version or NOTHING_YET


@functools.cache
def _statement() -> str:
    """The session, its account, the member behind it, their cell's line and the lines of the positions they hold."""
    table = {model: connection.ops.quote_name(model._meta.db_table) for model in (Session, User, Member, Position)}
    unit = connection.ops.quote_name(Organization._meta.db_table)
    return (  # names of our own tables only; what comes from outside is a parameter
        "SELECT s.ended_at, s.auth_hash, s.user_id, u.is_active, u.password, u.session_round,"  # noqa: S608
        f" cell.path, p.kind, held.path, {_VERSION}"
        f" FROM {table[Session]} s JOIN {table[User]} u ON u.id = s.user_id"
        f" LEFT JOIN {table[Member]} m ON m.user_id = u.id AND m.left_on IS NULL"
        f" LEFT JOIN {unit} cell ON cell.id = m.cell_id"
        f" LEFT JOIN {table[Position]} p ON p.member_id = m.id"
        " AND p.valid_from <= %(day)s AND (p.valid_to IS NULL OR p.valid_to > %(day)s)"
        f" LEFT JOIN {unit} held ON held.id = p.organization_id"
        " WHERE s.id = %(session)s"
    )

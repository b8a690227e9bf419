"""What resolvers know of the request: who asks, in which language, and what they may see."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.http import HttpRequest

from accounts.models import Session, User
from accounts.tokens import InvalidToken
from api.caller import Caller
from api.errors import unauthenticated
from organizations.models import Member
from organizations.scope import Scope


def bearer_of(request: HttpRequest) -> str | None:
    """The access token that the request carries; None where it carries none. Raises InvalidToken."""
    return bearer_in(request.META)


def bearer_in(sent: Mapping[str, Any]) -> str | None:
    """The access token in these headers, as WSGI names them; None where there is none.

    Raises InvalidToken where the header says something else: whoever thinks to be signed in must learn that they are
    not, instead of being shown what the public sees.
    """
    header = sent.get("HTTP_AUTHORIZATION")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise InvalidToken
    return token.strip()


def is_staff(user: User | None) -> bool:
    """Whether this person works in the admin."""
    return user is not None and user.has_perm("wagtailadmin.access_admin")


@dataclasses.dataclass
class Context:
    """What resolvers know of the request. ``field_names``: all fields that the document asks for, anywhere."""

    request: HttpRequest
    caller: Caller
    language: str
    field_names: frozenset[str]

    def at(self, version: str) -> Context:
        """The same request, of another state of the store."""
        if version == self.caller.version:
            return self
        return dataclasses.replace(self, caller=dataclasses.replace(self.caller, version=version))

    @property
    def scope(self) -> Scope:
        """What the caller may see, as it was looked up for this request."""
        return self.caller.scope

    @cached_property
    def user(self) -> User | None:
        """The caller's account."""
        return User.objects.get(pk=self.caller.user_id) if self.caller.user_id is not None else None

    @cached_property
    def member(self) -> Member | None:
        """The person behind the account, where there is one. That the account is active was asked for the caller."""
        if self.caller.user_id is None:
            return None
        return Member.objects.active().select_related("cell").filter(user_id=self.caller.user_id).first()

    def signed_in(self) -> User:
        """The caller. Raises Refused UNAUTHENTICATED where nobody is signed in."""
        if self.user is None:
            raise unauthenticated()
        return self.user

    def session(self, act: str = "") -> Session:
        """The session whose access token the request carries. Raises Refused UNAUTHENTICATED where there is none."""
        if self.caller.session_id is None:
            raise unauthenticated(act)
        return Session.objects.select_related("user").get(pk=self.caller.session_id)

    @cached_property
    def origin(self) -> str:
        """Scheme and host of this server, as the client reached it."""
        return f"{self.request.scheme}://{self.request.get_host()}"

    def absolute(self, path: str) -> str:
        """The full address of a path of this server, as the client reached it."""
        return f"{self.origin}{path}"

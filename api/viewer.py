"""Who asks: the access token of a request, looked up."""

from __future__ import annotations

import dataclasses
from functools import cached_property
from typing import Any

from django.http import HttpRequest

from accounts.models import User
from accounts.tokens import InvalidToken, session_of
from api.errors import unauthenticated
from organizations.models import Member
from organizations.scope import Scope, member_of, scope_of


def bearer_of(request: HttpRequest) -> User | None:
    """The person whose access token the request carries; None where it carries none.

    Raises InvalidToken where it carries one that is wrong or over: whoever thinks to be signed in must learn that they
    are not, instead of being shown what the public sees.
    """
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise InvalidToken
    return session_of(token.strip()).user


def is_staff(user: User | None) -> bool:
    """Whether this person works in the admin."""
    return user is not None and user.has_perm("wagtailadmin.access_admin")


@dataclasses.dataclass
class Context:
    """What resolvers know of the request."""

    request: HttpRequest
    user: User | None
    language: str

    @cached_property
    def scope(self) -> Scope:
        """What the caller may see, looked up once in this request."""
        return scope_of(self.user)

    @cached_property
    def member(self) -> Member | None:
        """The person behind the account, where there is one."""
        return member_of(self.user)

    def signed_in(self) -> User:
        """The caller. Raises Refused UNAUTHENTICATED where nobody is signed in."""
        if self.user is None:
            raise unauthenticated()
        return self.user

    def absolute(self, path: str) -> Any:
        """The full address of a path of this server, as the client reached it."""
        return self.request.build_absolute_uri(path)

"""How no is said: refusals of mutations as data, everything else as GraphQL errors with a code and never a trace."""

from __future__ import annotations

import functools
import logging
import re
from collections.abc import Callable
from typing import Any

import graphene
from django.utils.translation import gettext as _
from graphene.utils.str_converters import to_camel_case
from graphql import GraphQLError

from api.deadline import TooSlow
from api.enums import enum_of
from audit.actions import record_refusal
from audit.enums import RefusalCode
from audit.refusals import Refused

logger = logging.getLogger("sotay.api")

MAX_ERRORS = 5
MAX_MESSAGE = 500
INTERNAL = "INTERNAL"
# What the document asks too much of; the other codes are those of refusals.
LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
# graphql-core is asked to hide these; whatever slips through would let a stranger guess the schema name by name.
SUGGESTION = re.compile(r"\s*Did you mean .*\?$", re.DOTALL)

ErrorCode = enum_of(
    RefusalCode,
    "ErrorCode",
    "Why something was refused; docs/clients.md says what an app does on each.",
    {
        RefusalCode.REQUIRED: "An input that is needed was left out or empty.",
        RefusalCode.INVALID: "An input is not of the kind that is taken.",
        RefusalCode.NOT_FOUND: "It does not exist, or not for the caller.",
        RefusalCode.FORBIDDEN: "The caller may see it, but not do this.",
        RefusalCode.CONFLICT: "It is no longer as it was shown; load it anew and decide again.",
        RefusalCode.EXPIRED: "Too late: the deadline, code or session is over.",
        RefusalCode.RATE_LIMITED: "Too many tries; wait as the message says.",
        RefusalCode.UNAUTHENTICATED: "Nobody is signed in, or not with this name, password or token.",
    },
)


class UserError(graphene.ObjectType):
    """A refusal, told to the person who asked."""

    code = graphene.Field(ErrorCode, required=True, description="Why, for the program.")
    field = graphene.String(description="The input at fault, where one is; dots lead into nested input.")
    message = graphene.String(required=True, description="What happened and what to do, in the caller's language.")


class RequestRefused(Exception):
    """The request as a whole is not answered: ``status`` and one error for each message."""

    def __init__(self, *messages: Any, status: int = 400, code: str = RefusalCode.INVALID.value) -> None:
        self.status = status
        self.errors = [
            {"message": shown(str(message)), "extensions": {"code": code}} for message in messages[:MAX_ERRORS]
        ]
        super().__init__(*messages)


def refusals_as_data(payload: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A mutation's resolver whose refusals become its payload's ``errors``.

    A refusal that names its act is audited with who asked, after the refused transaction was rolled back.
    """

    def decorate(resolve: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(resolve)
        def resolver(root: Any, info: graphene.ResolveInfo, **arguments: Any) -> Any:
            try:
                return resolve(root, info, **arguments)
            except Refused as refusal:
                if refusal.act:
                    record_refusal(refusal, actor=info.context.user, channel="api")
                # Actions name inputs in their own spelling, clients in GraphQL's.
                field = to_camel_case(refusal.field) if refusal.field else None
                return payload(errors=[UserError(code=refusal.code.value, field=field, message=refusal.message)])

        return resolver

    return decorate


def unauthenticated(act: str = "") -> Refused:
    """What someone gets who is not signed in and must be."""
    return Refused(RefusalCode.UNAUTHENTICATED, _("Hãy đăng nhập để dùng chức năng này."), act=act)


def shown(message: str) -> str:
    """A message as it leaves the house: without suggestions, and no longer than is useful."""
    return SUGGESTION.sub("", message)[:MAX_MESSAGE]


def formatted(error: GraphQLError) -> dict[str, Any]:
    """An error of the execution as the client gets it. What nobody expected is logged here, with its trace."""
    original = error.original_error
    if isinstance(original, Refused):
        message, code = original.message, original.code.value
    elif isinstance(original, TooSlow):
        message, code = _("Yêu cầu mất quá 3 giây. Hãy hỏi ít hơn trong một lần."), LIMIT_EXCEEDED
    elif error.path is None or _is_about_an_argument(original):
        message, code = error.message, RefusalCode.INVALID.value
    else:
        logger.error("%s failed", ".".join(str(step) for step in error.path), exc_info=original)
        message, code = _("Máy chủ gặp trục trặc. Xin thử lại sau."), INTERNAL
    answer: dict[str, Any] = {"message": shown(message), "extensions": {"code": code}}
    if error.locations:
        answer["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path:
        answer["path"] = error.path
    return answer


def _is_about_an_argument(original: Exception | None) -> bool:
    return isinstance(original, GraphQLError) and original.message.startswith("Argument '")

"""The one address of GraphQL. Not graphene-django's view, which lets forms and any document in (docs/api.md)."""

from __future__ import annotations

import contextlib
import logging

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from accounts.tokens import InvalidToken
from api import answers, limits, rates, responses
from api.answers import Answer
from api.caller import Caller, caller_of
from api.errors import INTERNAL, RequestRefused
from api.prepared import Operation, Prepared, prepare
from api.reading import Asked, from_address, from_body, language_of
from api.replies import Reply, reply_to
from api.schema import schema
from api.trusted import trusted
from api.viewer import Context, bearer_of, is_staff
from audit.enums import RefusalCode
from audit.readings import ASK_API, record_forbidden

logger = logging.getLogger("sotay.api")

# Who is signed out for good must be able to sign in, whatever token the app still sends along.
OPEN_TO_BAD_TOKENS = frozenset(
    {"signIn", "refreshSession", "requestSignInCode", "signInWithCode", "activateAccount", "__typename"}
)


@csrf_exempt  # no cookie counts here: who asks is told by the Authorization header alone
def graphql(request: HttpRequest) -> HttpResponse:
    """Answer one GraphQL request: 200 where it was executed, 4xx where it was not, 5xx where the fault is ours."""
    language = language_of(request.META.get("HTTP_ACCEPT_LANGUAGE", ""))
    with _speaking(language):
        try:
            reply = _reply(request, language)
        except RequestRefused as refused:
            answer = Answer(answers.encode({"errors": refused.errors}), status=refused.status)
            reply = reply_to(answer, request.META, language)
        except DisallowedHost:
            raise  # Django answers 400, as for every other address
        except Exception:
            logger.exception("The request failed")
            error = {"message": _("Máy chủ gặp trục trặc. Xin thử lại sau."), "extensions": {"code": INTERNAL}}
            answer = Answer(answers.encode({"errors": [error]}), status=500)
            reply = reply_to(answer, request.META, language)
    response = HttpResponse(reply.body, status=reply.status, headers=reply.headers)
    if reply.status == 304:
        del response["Content-Type"]  # which Django gives to every response
    if response.status_code == 401:
        response["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    if response.status_code == 405:
        response["Allow"] = "GET, HEAD, POST"
    return response


def _speaking(language: str) -> contextlib.AbstractContextManager[None]:
    """Texts in this language; nothing to do where the thread speaks it already."""
    return contextlib.nullcontext() if translation.get_language() == language else translation.override(language)


def _reply(request: HttpRequest, language: str) -> Reply:
    by_address = request.method in ("GET", "HEAD")
    if not by_address and request.method != "POST":
        raise RequestRefused(_("Hãy gửi yêu cầu GraphQL bằng POST với nội dung JSON."), status=405)
    asked = from_address(request.META.get("QUERY_STRING", "")) if by_address else from_body(request)
    prepared, is_trusted = _document(asked)
    operation = prepared.operation(asked.operation_name)
    if by_address and operation.is_mutation:
        raise RequestRefused(_("Thao tác ghi phải gửi bằng POST."), status=405)
    if not is_trusted:
        limits.refuse_excess(schema.graphql_schema, prepared.document, operation.definition, asked.variables)
    caller = _caller(request, operation)
    context = Context(request=request, caller=caller, language=language, field_names=prepared.field_names)
    _refuse_strangers(prepared, is_trusted, context)

    def run(version: str) -> Answer:
        rates.refuse_excess(request, caller, operation)
        return answers.run(prepared, operation, asked.variables, context.at(version), trusted=is_trusted)

    if not operation.shared:
        answer = responses.whole_answer(caller.version, run)[0] if operation.one_state else run(caller.version)
        return reply_to(answer, request.META, language)
    key = responses.key_for(prepared, operation, asked, caller, language, context.origin)
    answer = responses.shared_answer(key, caller.version, run)
    cache = responses.keeper_of(caller) if by_address and answer.complete else None
    return reply_to(answer, request.META, language, cache=cache)


def _document(asked: Asked) -> tuple[Prepared, bool]:
    """The document that is asked for, and whether it is a trusted one. Raises RequestRefused."""
    if asked.document_id is not None:
        known = trusted().get(asked.document_id)
        if known is None:
            raise RequestRefused(
                _("Máy chủ không biết thao tác này. Hãy cập nhật ứng dụng."),
                status=404,
                code=RefusalCode.NOT_FOUND.value,
            )
        return known, True
    assert asked.query is not None  # noqa: S101 - one of the two is there
    prepared = prepare(asked.query)
    return prepared, prepared.id in trusted()


def _caller(request: HttpRequest, operation: Operation) -> Caller:
    try:
        return caller_of(bearer_of(request))
    except InvalidToken:
        if operation.root_names <= OPEN_TO_BAD_TOKENS:
            return caller_of(None)
        message = _("Phiên đăng nhập không còn hiệu lực. Hãy làm mới hoặc đăng nhập lại.")
        raise RequestRefused(message, status=401, code=RefusalCode.UNAUTHENTICATED.value) from None


def _refuse_strangers(prepared: Prepared, is_trusted: bool, context: Context) -> None:
    """Staff alone look at the schema itself and, in an installation, send documents of their own."""
    if prepared.introspects and not is_staff(context.user):
        _record_stranger(context)
        raise RequestRefused(
            _("Chỉ người làm việc trong trang quản trị được xem lược đồ."), code=RefusalCode.FORBIDDEN.value
        )
    if not is_trusted and not settings.API_FREE_FORM and not is_staff(context.user):
        _record_stranger(context)
        raise RequestRefused(
            _("Máy chủ chỉ nhận các thao tác của ứng dụng. Hãy cập nhật ứng dụng."), code=RefusalCode.FORBIDDEN.value
        )


def _record_stranger(context: Context) -> None:
    """Of someone who is signed in; where nobody is, nobody can be named."""
    if context.user is not None:
        record_forbidden(context.request, act=ASK_API, actor=context.user, channel="api")

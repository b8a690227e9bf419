"""The one address of GraphQL. Not graphene-django's view, which lets forms and any document in (docs/api.md)."""

from __future__ import annotations

import dataclasses
import functools
import json
import logging
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.csrf import csrf_exempt
from graphql import DocumentNode, GraphQLSyntaxError, OperationDefinitionNode, execute, parse, validate

from accounts.tokens import InvalidToken
from api import limits
from api.errors import INTERNAL, MAX_ERRORS, RequestRefused, formatted
from api.schema import schema
from api.viewer import Context, bearer_of, is_staff
from audit.enums import RefusalCode

logger = logging.getLogger("sotay.api")

# Who is signed out for good must be able to sign in, whatever token the app still sends along.
OPEN_TO_BAD_TOKENS = frozenset({"signIn", "refreshSession", "__typename"})
# Longer documents are checked anew each time: the store of checked ones must not be filled with junk.
MAX_KEPT_LENGTH = 4096
LANGUAGES = ("vi", "en")


@dataclasses.dataclass(frozen=True)
class GraphQLRequest:
    """The body of a request."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None


@csrf_exempt  # no cookie counts here: who asks is told by the Authorization header alone
def graphql(request: HttpRequest) -> HttpResponse:
    """Answer one GraphQL request: 200 where it was executed, 4xx where it was not, 5xx where the fault is ours."""
    language = language_of(request)
    with translation.override(language):
        try:
            response = _answer(request, language)
        except RequestRefused as refused:
            response = _json({"errors": refused.errors}, status=refused.status)
        except Exception:
            logger.exception("The request failed")
            message = _("Máy chủ gặp trục trặc. Xin thử lại sau.")
            response = _json({"errors": [{"message": message, "extensions": {"code": INTERNAL}}]}, status=500)
    if response.status_code == 401:
        response["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    if response.status_code == 405:
        response["Allow"] = "POST"
    response["Content-Language"] = language
    response["Cache-Control"] = "no-store"
    patch_vary_headers(response, ["Authorization", "Accept-Language"])
    return response


def language_of(request: HttpRequest) -> str:
    """``vi`` or ``en``, whichever Accept-Language names first; ``vi`` where it names neither."""
    for wanted, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")[:200]):
        if wanted.partition("-")[0] in LANGUAGES:
            return wanted.partition("-")[0]
    return LANGUAGES[0]


def _answer(request: HttpRequest, language: str) -> HttpResponse:
    asked = _read(request)
    text = _checked if len(asked.query) <= MAX_KEPT_LENGTH else _checked.__wrapped__
    document = text(asked.query)
    operation = _operation(document, asked.operation_name)
    limits.refuse_excess(schema.graphql_schema, document, operation, asked.variables)
    user = None
    try:
        user = bearer_of(request)
    except InvalidToken:
        if not limits.root_names(document, operation) <= OPEN_TO_BAD_TOKENS:
            message = _("Phiên đăng nhập không còn hiệu lực. Hãy làm mới hoặc đăng nhập lại.")
            raise RequestRefused(message, status=401, code=RefusalCode.UNAUTHENTICATED.value) from None
    if limits.asks_for_introspection(document) and not is_staff(user):
        raise RequestRefused(
            _("Chỉ người làm việc trong trang quản trị được xem lược đồ."), code=RefusalCode.FORBIDDEN.value
        )
    result: Any = execute(
        schema.graphql_schema,
        document,
        context_value=Context(request=request, user=user, language=language),
        variable_values=asked.variables,
        operation_name=asked.operation_name,
        max_coercion_errors=MAX_ERRORS,
        hide_suggestions=True,
    )
    if result.data is None and result.errors:
        raise RequestRefused(*(_malformed(error.message) for error in result.errors))
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = [formatted(error) for error in result.errors[:MAX_ERRORS]]
    failed = any(error["extensions"]["code"] == INTERNAL for error in answer.get("errors", ()))
    return _json(answer, status=500 if failed else 200)


def _read(request: HttpRequest) -> GraphQLRequest:
    if request.method != "POST":
        raise RequestRefused(_("Hãy gửi yêu cầu GraphQL bằng POST với nội dung JSON."), status=405)
    if request.content_type != "application/json":
        raise RequestRefused(_("Kiểu nội dung phải là application/json."), status=415)
    body = request.read(limits.MAX_BODY + 1)
    if len(body) > limits.MAX_BODY:
        raise RequestRefused(_("Yêu cầu dài quá 15 KB."), status=413, code=limits.LIMIT_EXCEEDED)
    try:
        content = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise RequestRefused(_("Nội dung không phải là JSON hợp lệ.")) from None
    if isinstance(content, list):
        raise RequestRefused(_("Mỗi lần gọi chỉ một yêu cầu, không gửi danh sách."))
    if not isinstance(content, dict) or not isinstance(content.get("query"), str):
        raise RequestRefused(_("Thiếu “query”: nội dung phải là một đối tượng JSON có “query” là chuỗi."))
    variables, name = content.get("variables") or {}, content.get("operationName")
    if not isinstance(variables, dict):
        raise RequestRefused(_("“variables” phải là một đối tượng JSON."))
    if name is not None and not isinstance(name, str):
        raise RequestRefused(_("“operationName” phải là chuỗi."))
    limits.refuse_bad_values([content["query"], name, variables])
    return GraphQLRequest(query=content["query"], variables=variables, operation_name=name)


@functools.lru_cache(maxsize=256)
def _checked(query: str) -> DocumentNode:
    """The document, parsed and found valid; the same text is not looked at twice. Raises RequestRefused."""
    try:
        document = parse(query, max_lexical_tokens=limits.MAX_TOKENS)
    except GraphQLSyntaxError as error:
        raise RequestRefused(_malformed(error.message)) from None
    limits.refuse_excessive_text(document)
    errors = validate(schema.graphql_schema, document, max_errors=MAX_ERRORS, hide_suggestions=True)
    if errors:
        raise RequestRefused(*(_malformed(error.message) for error in errors))
    return document


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    chosen = [each for each in operations if name is None or (each.name and each.name.value == name)]
    if len(chosen) != 1:
        raise RequestRefused(_("Hãy cho biết “operationName”: tên của một thao tác trong yêu cầu."))
    return chosen[0]


def _malformed(detail: str) -> str:
    return _("Yêu cầu GraphQL không hợp lệ: %(detail)s") % {"detail": detail}


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _json(content: dict[str, Any], *, status: int) -> JsonResponse:
    return JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False, "separators": (",", ":")})

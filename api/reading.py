"""Reading a request of GraphQL: what is taken, and what is refused before anything is looked up."""

from __future__ import annotations

import dataclasses
import functools
import json
from typing import Any

from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header

from api import limits
from api.errors import RequestRefused

LANGUAGES = ("vi", "en")
# Variables of a trusted query: ids, cursors and filters. A sync cursor is the longest of them.
MAX_GET_VARIABLES = 4096
KEPT_ADDRESS = 512  # characters of an address that is not read twice


@dataclasses.dataclass(frozen=True)
class Asked:
    """What a request asks for: a document by its text or by its id, with variables and the operation's name.

    The same object may serve many requests: nobody changes ``variables``.
    """

    variables: dict[str, Any]
    operation_name: str | None
    query: str | None = None
    document_id: str | None = None

    @functools.cached_property
    def variables_text(self) -> str:
        """The variables as one text, the same for the same variables in any order."""
        return json.dumps(self.variables, sort_keys=True, separators=(",", ":"))


def from_body(request: HttpRequest) -> Asked:
    """What a POST asks for. Raises RequestRefused."""
    if request.content_type != "application/json":
        raise RequestRefused(_("Kiểu nội dung phải là application/json."), status=415)
    try:
        body = request.read(limits.MAX_BODY + 1)
    except UnreadablePostError:
        raise RequestRefused(_("Đường truyền đứt khi đang gửi yêu cầu. Hãy gửi lại.")) from None
    if len(body) > limits.MAX_BODY:
        raise RequestRefused(_("Yêu cầu dài quá 15 KB."), status=413, code=limits.LIMIT_EXCEEDED)
    try:
        content = _json(body.decode("utf-8"))
    except ValueError:
        raise RequestRefused(_("Nội dung không phải là JSON hợp lệ.")) from None
    if isinstance(content, list):
        raise RequestRefused(_("Mỗi lần gọi chỉ một yêu cầu, không gửi danh sách."))
    query, document_id = (content.get("query"), content.get("id")) if isinstance(content, dict) else (None, None)
    if not isinstance(query, str) and not (query is None and isinstance(document_id, str)):
        raise RequestRefused(_("Thiếu “query”: nội dung phải là một đối tượng JSON có “query” là chuỗi."))
    variables = content.get("variables") or {}
    return _asked(query, document_id if query is None else None, variables, content.get("operationName"))


def from_address(query_string: str) -> Asked:
    """What a GET asks for: a trusted document by its id. Raises RequestRefused."""
    return _kept_address(query_string) if len(query_string) <= KEPT_ADDRESS else _address(query_string)


def _address(query_string: str) -> Asked:
    query = QueryDict(query_string)
    document_id = query.get("id")
    if not document_id:
        raise RequestRefused(
            _(
                "Hãy gửi yêu cầu GraphQL bằng POST với nội dung JSON, hoặc bằng GET với “id” của một thao tác đã đăng ký."
            ),
            status=405,
        )
    text = query.get("variables", "")
    if len(text) > MAX_GET_VARIABLES:
        raise RequestRefused(_("Biến dài quá 4 KB. Hãy gửi bằng POST."), status=414, code=limits.LIMIT_EXCEEDED)
    try:
        variables = _json(text) if text else {}
    except ValueError:
        raise RequestRefused(_("“variables” phải là một đối tượng JSON.")) from None
    return _asked(None, document_id, variables or {}, query.get("operationName"))


# On a meeting evening most ask for the same; cursors and ids make the others, so the store is bounded.
_kept_address = functools.lru_cache(maxsize=2048)(_address)


@functools.lru_cache(maxsize=256)
def language_of(accepted: str) -> str:
    """``vi`` or ``en``, whichever the header Accept-Language names first; ``vi`` where it names neither."""
    for wanted, _weight in parse_accept_lang_header(accepted[:200]):
        if wanted.partition("-")[0] in LANGUAGES:
            return wanted.partition("-")[0]
    return LANGUAGES[0]


def _asked(query: str | None, document_id: str | None, variables: Any, name: Any) -> Asked:
    if not isinstance(variables, dict):
        raise RequestRefused(_("“variables” phải là một đối tượng JSON."))
    if name is not None and not isinstance(name, str):
        raise RequestRefused(_("“operationName” phải là chuỗi."))
    limits.refuse_bad_values([query, document_id, name, variables])
    return Asked(query=query, document_id=document_id, variables=variables, operation_name=name)


def _json(text: str) -> Any:
    """The value of a JSON text. Raises ValueError, also for what nests too deep to read."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError as error:
        raise ValueError(text[:20]) from error


def _no_constant(name: str) -> None:
    raise ValueError(name)

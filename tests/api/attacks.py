"""What the attack tests share: how a guard is taken out, and a view that has none."""

from __future__ import annotations

import gzip
import json
import sys
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from graphql import graphql_sync

from api import limits
from api.caller import Caller
from api.schema import schema
from api.viewer import Context
from organizations.scope import scope_of

# The module, which hides behind its function of the same name.
validation = sys.modules["graphql.validation.validate"]
REMEMBERED: dict[str, str] = {}


def raised(*names: str) -> Any:
    """The limits of these names are as good as none."""

    def take_out(monkeypatch: Any) -> None:
        for name in names:
            monkeypatch.setattr(limits, name, 10**9)

    return take_out


def without_rule(*names: str) -> Any:
    """The spec's rules of these names are not asked."""

    def take_out(monkeypatch: Any) -> None:
        rules = [rule for rule in validation.specified_rules if rule.__name__ not in names]
        assert len(rules) == len(validation.specified_rules) - len(names)
        monkeypatch.setattr(validation, "specified_rules", rules)

    return take_out


def together(*guards: Any) -> Any:
    """All of these are taken out."""

    def take_out(monkeypatch: Any) -> None:
        for guard in guards:
            guard(monkeypatch)

    return take_out


@csrf_exempt
def naive(request: HttpRequest) -> HttpResponse:
    """GraphQL as a tutorial serves it: every method, every body, batches, GraphiQL, persisted queries, all errors."""
    if "text/html" in request.headers.get("Accept", ""):
        return HttpResponse("<title>GraphiQL</title>")
    body = request.body
    if request.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    try:
        asked = json.loads(body)
    except ValueError:
        asked = {**request.GET.dict(), **request.POST.dict()}
    if "operations" in asked:
        asked = json.loads(asked["operations"])
    if isinstance(asked, list):
        return JsonResponse([_answer(request, each) for each in asked], safe=False)
    response = JsonResponse(_answer(request, asked))
    response["X-Operation"] = asked.get("operationName") or ""
    return response


def _answer(request: HttpRequest, asked: dict[str, Any]) -> dict[str, Any]:
    digest = asked.get("extensions", {}).get("persistedQuery", {}).get("sha256Hash", "")
    query = asked.get("query") or REMEMBERED.get(digest, "")
    REMEMBERED[digest] = query
    user = request.user if request.user.is_authenticated else None
    caller = Caller(version="", scope=scope_of(user), user_id=user.pk if user else None)
    variables = asked.get("variables") or {}
    result = graphql_sync(
        schema.graphql_schema,
        query,
        variable_values=json.loads(variables) if isinstance(variables, str) else variables,
        operation_name=asked.get("operationName"),
        context_value=Context(request=request, caller=caller, language="vi", field_names=frozenset({"body"})),
    )
    errors = [
        {"message": error.message, "extensions": {"code": repr(error.original_error)}} for error in result.errors or []
    ]
    return {"data": result.data, **({"errors": errors} if errors else {}), "extensions": {"tracing": {"version": 1}}}


urlpatterns = [path("graphql", naive)]

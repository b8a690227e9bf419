"""From a prepared operation to the bytes of its answer."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from functools import cached_property
from typing import Any

import brotli
from django.utils.text import compress_string
from graphql import execute

from api import plan
from api.deadline import deadline
from api.errors import INTERNAL, MAX_ERRORS, RequestRefused, formatted
from api.prepared import Operation, Prepared, malformed
from api.schema import schema
from api.viewer import Context

# Below this, the headers of a compressed answer are more than it saves.
WORTH_COMPRESSING = 200  # bytes
# Quick and nearly as small as the best: 16 KB of a home screen take a third of a millisecond.
BROTLI_QUALITY = 4


@dataclasses.dataclass
class Answer:
    """The body of a response, and whether it may be given again. Compressed forms are made when first asked for."""

    body: bytes
    status: int = 200
    complete: bool = True

    @cached_property
    def etag(self) -> str:
        """Weak: the same for every compression of the same body."""
        return f'W/"{hashlib.sha256(self.body).hexdigest()[:24]}"'

    @cached_property
    def _brotli(self) -> bytes:
        return brotli.compress(self.body, quality=BROTLI_QUALITY)

    @cached_property
    def _gzip(self) -> bytes:
        return compress_string(self.body)

    def encoded(self, accepted: str) -> tuple[bytes, str]:
        """The body in the best form of those that the header Accept-Encoding names, and that form's name."""
        if len(self.body) >= WORTH_COMPRESSING:
            if "br" in accepted:
                return self._brotli, "br"
            if "gzip" in accepted:
                return self._gzip, "gzip"
        return self.body, ""


def encode(content: dict[str, Any]) -> bytes:
    """The JSON of an answer, in UTF-8."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def run(
    prepared: Prepared, operation: Operation, variables: dict[str, Any], context: Context, *, trusted: bool
) -> Answer:
    """Run an operation. Raises RequestRefused where its variables do not fit.

    ``complete`` is set where nothing failed: only such an answer may be given to somebody else.
    """
    with deadline(stop_statements=not trusted and not operation.is_mutation):
        if not operation.is_mutation:
            try:
                return Answer(encode({"data": plan.run(prepared, operation, variables, context)}))
            except plan.NotPlanned:
                pass
        result: Any = execute(
            schema.graphql_schema,
            prepared.document,
            context_value=context,
            variable_values=variables,
            operation_name=operation.name,
            max_coercion_errors=MAX_ERRORS,
            hide_suggestions=True,
        )
    if result.data is None and result.errors:
        raise RequestRefused(*(malformed(error.message) for error in result.errors))
    content: dict[str, Any] = {"data": result.data}
    if result.errors:
        content["errors"] = [formatted(error) for error in result.errors[:MAX_ERRORS]]
    codes = {error["extensions"]["code"] for error in content.get("errors", ())}
    return Answer(encode(content), status=500 if INTERNAL in codes else 200, complete=not codes)

"""How a phone asks: the app's own documents, by their ids, with a member's token."""

from __future__ import annotations

import functools
import hashlib
import json
from typing import Any
from urllib.parse import urlencode

from bench.serving import Request
from bench.throwaway import ROOT

OPERATIONS = ROOT / "clients" / "operations"
# What the proxy in front of an installation says; without it the server would only redirect to https.
PROXIED = {"X-Forwarded-Proto": "https"}


@functools.cache
def document_id(name: str) -> str:
    """The id of one of the app's documents: the SHA-256 of its text."""
    return hashlib.sha256((OPERATIONS / f"{name}.graphql").read_bytes()).hexdigest()


def known(name: str) -> bool:
    """Whether the app has such a document."""
    return (OPERATIONS / f"{name}.graphql").exists()


def query(name: str, variables: dict[str, Any], *, token: str, etag: str | None = None) -> Request:
    """A trusted query by GET; with the ETag of what the phone has, where it has something."""
    given = {"id": document_id(name), "variables": json.dumps(variables, separators=(",", ":"))}
    headers = {**PROXIED, "Authorization": f"Bearer {token}"}
    return Request(f"/graphql?{urlencode(given)}", {**headers, "If-None-Match": etag} if etag else headers)


def mutation(
    name: str, variables: dict[str, Any], *, token: str | None = None, operation: str | None = None
) -> Request:
    """A trusted mutation by POST; with the name of the operation where the document has several."""
    headers = {**PROXIED, "Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    asked = {"id": document_id(name), "variables": variables} | ({"operationName": operation} if operation else {})
    return Request("/graphql", headers, json.dumps(asked))

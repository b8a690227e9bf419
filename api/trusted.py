"""Trusted documents: the apps' own operations, known by their SHA-256 before the server starts.

``clients/operations/*.graphql`` are the texts, ``clients/operations.json`` is the manifest that app and server share.
An installation answers these and, to staff alone, others. What is trusted may be called by GET and cached.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path

from django.conf import settings

from api.prepared import Prepared, document_id, prepare

FOLDER = Path(settings.BASE_DIR) / "clients" / "operations"
MANIFEST = FOLDER.with_suffix(".json")


def texts() -> dict[str, str]:
    """The documents by name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.graphql"))}


def manifest_of(documents: dict[str, str]) -> str:
    """The manifest of these documents, as it is kept: names and ids."""
    return json.dumps({name: document_id(text) for name, text in documents.items()}, indent=2) + "\n"


@functools.cache
def trusted() -> dict[str, Prepared]:
    """The trusted documents by id, made ready."""
    return {document_id(text): prepare(text) for text in texts().values()}

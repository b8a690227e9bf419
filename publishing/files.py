"""Which files a caller may have, and what tells a file from another."""

from __future__ import annotations

import hashlib

from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef, QuerySet

from organizations.scope import EVERYONE, Scope
from publishing.models import PublishedAudience, PublishedFile, PublishedItem


def files_visible_to(scope: Scope) -> QuerySet[PublishedFile]:
    """Files of items that exist for this caller, each with ``is_public``: whether they exist for everyone."""
    public = PublishedAudience.objects.filter(item=OuterRef("item"), key__in=EVERYONE.keys)
    items = PublishedItem.objects.visible_to(scope)
    return PublishedFile.objects.filter(item__in=items).annotate(is_public=Exists(public))


def sha256_of(storage_name: str) -> str:
    """The SHA-256 of a file in the media storage, in hexadecimal; empty where the file is missing."""
    try:
        with default_storage.open(storage_name) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    except FileNotFoundError:
        return ""

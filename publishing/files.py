"""Which files a caller may have, and what tells a file from another."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef, QuerySet

from organizations.enums import Clearance
from organizations.scope import EVERYONE, Scope
from publishing.models import PublishedAudience, PublishedFile, PublishedItem

# What every member may read is no secret among members; who read it is nobody's business.
UNRESTRICTED = frozenset({Clearance.PUBLIC.value, Clearance.MEMBER.value})


def files_visible_to(scope: Scope) -> QuerySet[PublishedFile]:
    """Files of items that exist for this caller, each with ``is_public``: whether they exist for everyone, and
    ``is_restricted``: whether there are members for whom they do not exist, so that each reading is recorded."""
    public = PublishedAudience.objects.filter(item=OuterRef("item"), key__in=EVERYONE.keys)
    items = PublishedItem.objects.visible_to(scope)
    return PublishedFile.objects.filter(item__in=items).annotate(
        is_public=Exists(public), is_restricted=~Exists(_open_to_members())
    )


def is_open_to_members(storage_name: str) -> bool:
    """Whether a file of the storage is part of something out that every member may read."""
    files = PublishedFile.objects.filter(storage_name=storage_name, item__in=PublishedItem.objects.out())
    return files.filter(Exists(_open_to_members())).exists()


def is_for_some_only(storage_names: Iterable[str]) -> bool:
    """Whether one of these files is part of something that is out, and of nothing that every member may read."""
    files = PublishedFile.objects.filter(storage_name__in=storage_names, item__in=PublishedItem.objects.out())
    open_to_members = list(files.annotate(is_open=Exists(_open_to_members())).values_list("is_open", flat=True))
    return bool(open_to_members) and not any(open_to_members)


def _open_to_members() -> QuerySet[PublishedAudience]:
    return PublishedAudience.objects.filter(item=OuterRef("item"), key__in=UNRESTRICTED)


def sha256_of(storage_name: str) -> str:
    """The SHA-256 of a file in the media storage, in hexadecimal; empty where the file is missing."""
    try:
        with default_storage.open(storage_name) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    except FileNotFoundError:
        return ""

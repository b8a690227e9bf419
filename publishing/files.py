"""Which files a caller may have."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from organizations.scope import EVERYONE, Scope
from publishing.models import PublishedAudience, PublishedFile, PublishedItem


def files_visible_to(scope: Scope) -> QuerySet[PublishedFile]:
    """Files of items that exist for this caller, each with ``is_public``: whether they exist for everyone."""
    public = PublishedAudience.objects.filter(item=OuterRef("item"), key__in=EVERYONE.keys)
    items = PublishedItem.objects.visible_to(scope)
    return PublishedFile.objects.filter(item__in=items).annotate(is_public=Exists(public))

"""The embedded index: what is out, as text that can be looked for without accents."""

from __future__ import annotations

from django.db import models

from publishing.models import PublishedItem


class SearchEntry(models.Model):
    """One item's words, folded. Follows the change log; ``version`` tells which text of the item it holds."""

    item = models.OneToOneField(PublishedItem, models.CASCADE, primary_key=True, related_name="search_entry")
    version = models.PositiveIntegerField()
    text = models.TextField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.item_id)

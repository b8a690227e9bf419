"""The published store, its change log, and the ledger of publications. Written by ``publishing.actions`` only."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from organizations.scope import Scope
from publishing.enums import TOLD_ENDINGS, Act, DocumentType, Ending, Kind


def card_of(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload without its body: all that a list shows, so that a list reads no bodies."""
    return {key: value for key, value in payload.items() if key != "body"}


class PublishedItemQuerySet(models.QuerySet["PublishedItem"]):
    """Reads of what is out."""

    def out(self) -> PublishedItemQuerySet:
        """Items that have not been taken down."""
        return self.filter(removed_at=None)

    def visible_to(self, scope: Scope) -> PublishedItemQuerySet:
        """Items that exist for this caller. Every read on behalf of a caller starts here."""
        return self.out().addressed_to(scope)

    def ended_for(self, scope: Scope) -> PublishedItemQuerySet:
        """Items that are no longer out and that existed for this caller: who holds a link is told why.

        What was recalled is as if it had never been.
        """
        return self.filter(removed_at__isnull=False, ending__in=TOLD_ENDINGS).addressed_to(scope)

    def addressed_to(self, scope: Scope) -> PublishedItemQuerySet:
        """Items with an audience to which this caller belongs."""
        audience = PublishedAudience.objects.filter(item=OuterRef("pk"), key__in=scope.keys)
        return self.filter(Exists(audience))


class PublishedItem(models.Model):
    """One item as its readers get it: everything a client can reach, and nothing else can be reached.

    The row outlives a withdrawal (``removed_at``), so that a later publication of the same page keeps its id.
    ``payload`` is the item's serialised form, made when it was published; its shape is in docs/published-store.md.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    page_id = models.BigIntegerField(unique=True)
    kind = models.CharField(max_length=16, choices=Kind)
    version = models.PositiveIntegerField()
    revision_id = models.BigIntegerField()
    locale = models.CharField(max_length=8)
    translation_key = models.UUIDField(db_index=True)
    slug = models.CharField(max_length=255)
    title = models.CharField(max_length=255)
    summary = models.TextField(blank=True)
    source_code = models.CharField(max_length=32)
    # Slugs from the root category down, each between slashes: "/tin-tuc/trong-tinh/".
    category_path = models.CharField(max_length=255, blank=True)
    issuer_code = models.CharField(max_length=32, blank=True)
    number = models.CharField(max_length=64, blank=True)
    # The number as people type it: without dashes, slashes, spaces, accents or capitals.
    number_folded = models.CharField(max_length=64, blank=True)
    document_type = models.CharField(max_length=16, choices=DocumentType, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    # Of what began under embargo: when that ends.
    first_published_at = models.DateTimeField()
    embargo_until = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    # Why it is not out, in a word and in the words for its readers; empty while it is out.
    ending = models.CharField(max_length=16, choices=Ending, blank=True)
    ending_reason = models.TextField(blank=True)
    replaced_by = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    payload = models.JSONField(encoder=DjangoJSONEncoder)
    # ``card_of(payload)``, written beside it.
    card = models.JSONField(encoder=DjangoJSONEncoder, default=dict)

    objects = PublishedItemQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("nội dung đã phát hành")
        verbose_name_plural = _("nội dung đã phát hành")
        indexes = [
            # The keyset of each list: newest first, the id as tie-breaker.
            models.Index(fields=["kind", "locale", "-first_published_at", "-id"], name="item_newest"),
            models.Index(fields=["kind", "locale", "-issued_on", "-id"], name="item_issued"),
            models.Index(fields=["kind", "number_folded"], name="item_number"),
            # The same keysets within what lists filter by: few items of many are found without passing by the others.
            models.Index(
                fields=["kind", "locale", "category_path", "-first_published_at", "-id"], name="item_of_category"
            ),
            models.Index(fields=["kind", "locale", "source_code", "-first_published_at", "-id"], name="item_of_source"),
            models.Index(fields=["kind", "locale", "issuer_code", "-issued_on", "-id"], name="item_of_issuer"),
            # The order of a sync: all kinds together.
            models.Index(fields=["locale", "-first_published_at", "-id"], name="item_synced"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def facts(self) -> dict[str, Any]:
        """What is in the card, from the payload where that was read: one of the two is enough."""
        return self.payload if "payload" in self.__dict__ else self.card


class PublishedAudience(models.Model):
    """One audience key of an item (see ``organizations.scope``)."""

    item = models.ForeignKey(PublishedItem, models.CASCADE, related_name="audiences")
    key = models.CharField(max_length=32)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["item", "key"], name="one_row_per_audience_key")]
        indexes = [models.Index(fields=["key", "item"], name="audience_key")]

    def __str__(self) -> str:
        return self.key


class PublishedFile(models.Model):
    """A file of an item. Readers get it at ``/files/<id>/<name>``, where the item's audience is asked each time."""

    id = models.UUIDField(primary_key=True, editable=False)
    item = models.ForeignKey(PublishedItem, models.CASCADE, related_name="files")
    storage_name = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=128)
    size = models.PositiveBigIntegerField()
    # Of its bytes, in hexadecimal, so that a phone knows what it has already; empty where the file was missing.
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["sha256"], name="file_by_sha256")]

    def __str__(self) -> str:
        return self.name


class Change(models.Model):
    """One line of the change log: what happened to which item. Numbers have no gaps and are seen in order.

    Consumers keep their own offset into it; a line is never changed. The audience before and after tells a client
    that kept the item offline whether it has gained, kept or lost it.
    """

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    item = models.ForeignKey(PublishedItem, models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=16, choices=Kind)
    act = models.CharField(max_length=8, choices=Act)
    version = models.PositiveIntegerField()
    # Whether the transaction that wrote this line wrote the line before it too: what went out as one stays known as one.
    continues = models.BooleanField(default=False)
    audience_before = models.JSONField(default=list)
    audience_after = models.JSONField(default=list)

    class Meta:
        ordering = ["seq"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.seq} {self.act} {self.item_id}"


class Publication(models.Model):
    """The ledger: that a revision went out, when it was due and when it did. A revision goes out once.

    What was withdrawn comes back as a new revision with approvals of its own.
    """

    revision_id = models.BigIntegerField(unique=True)
    item = models.ForeignKey(PublishedItem, models.PROTECT, related_name="publications")
    change = models.OneToOneField(Change, models.PROTECT, related_name="publication")
    due_at = models.DateTimeField()
    published_at = models.DateTimeField(db_index=True)
    emergency = models.BooleanField(default=False)

    class Meta:
        ordering = ["-published_at", "-pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.revision_id} @ {self.published_at:%Y-%m-%d %H:%M:%S}"

    @property
    def lateness_seconds(self) -> float:
        """Seconds between the time it was due and the time it went out; 0 where it was not scheduled."""
        return max(0.0, (self.published_at - self.due_at).total_seconds())


class Consumer(models.Model):
    """How far a consumer of the change log has come."""

    name = models.CharField(max_length=32, primary_key=True)
    seq = models.BigIntegerField(default=0)
    failed_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.name}: {self.seq}"


class Heartbeat(models.Model):
    """That a background process was alive, told by the work it did and not by its own word."""

    name = models.CharField(max_length=32, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name

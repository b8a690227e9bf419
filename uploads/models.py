"""Files on their way from a phone, piece by piece, until a room above takes them."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class UploadQuerySet(models.QuerySet["Upload"]):
    """Reads of uploads."""

    def of(self, owner: Any, at: datetime.datetime) -> UploadQuerySet:
        """What exists for this person: their own, until it expires. Nobody else's exists for anybody."""
        return self.filter(owner_id=owner.pk or 0, expires_at__gt=at)


class Upload(models.Model):
    """One file that its owner sends in pieces.

    ``received`` is how far it has come; only when it reaches ``size`` the file is whole, was looked at, and has its
    ``storage_name`` and ``sha256``. ``taken_at`` is when a room made the file its own; from then on the file is that
    room's, and outlives this row.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Where the account goes, what it sent goes when it expires.
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="uploads")
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=128)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    storage_name = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    taken_at = models.DateTimeField(null=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(received__lte=F("size")), name="upload_not_over_its_size"),
            models.CheckConstraint(
                condition=Q(received__lt=F("size"), storage_name="")
                | (Q(received=F("size")) & ~Q(storage_name="") & ~Q(sha256="")),
                name="upload_whole_has_its_file",
            ),
        ]
        indexes = [models.Index(fields=["owner", "created_at"], name="upload_of_person")]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_whole(self) -> bool:
        """Whether all of it is here."""
        return self.received == self.size

    @property
    def extension(self) -> str:
        """The end of its name: a key of ``enums.CONTENT_TYPES``."""
        return extension_of(self.name)


class UploadPiece(models.Model):
    """Bytes of a file that is not whole yet, as one object in the store: no store of objects lets one append."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="pieces", db_index=False)
    offset = models.PositiveBigIntegerField()
    size = models.PositiveBigIntegerField()
    storage_name = models.CharField(max_length=255)

    class Meta:
        default_permissions = ()
        ordering = ["offset"]
        constraints = [models.UniqueConstraint(fields=["upload", "offset"], name="one_piece_at_an_offset")]

    def __str__(self) -> str:
        return f"{self.upload_id} from {self.offset}"


def extension_of(name: str) -> str:
    """What stands behind the last dot of a file's name, in small letters."""
    return name.rpartition(".")[2].lower()

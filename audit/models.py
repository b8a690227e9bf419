"""What was done and refused, by whom: a chain that shows when a link was changed."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.enums import ACT_LABELS, Outcome

GENESIS = "0" * 64


class AppendOnly(TypeError):
    """Something tried to write an audit entry other than by appending it in ``audit.actions``."""


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    """Reads of the audit; every bulk write is refused."""

    def _refuse(self, *args: Any, **kwargs: Any) -> Any:
        raise AppendOnly("the audit is appended to by audit.actions.record, and never changed or deleted")

    update = delete = bulk_create = bulk_update = _raw_delete = _refuse


class AuditEntry(models.Model):
    """One act or refusal. Entries are appended by ``audit.actions`` only, never changed and never deleted.

    People and things are written as text, not as foreign keys: the entry must read the same when they are gone.
    """

    seq = models.BigIntegerField(_("số thứ tự"), primary_key=True)
    at = models.DateTimeField(_("thời điểm"), db_index=True)
    actor_id = models.BigIntegerField(null=True, db_index=True)
    actor = models.CharField(_("người thực hiện"), max_length=255)
    act = models.CharField(_("việc"), max_length=64, db_index=True)
    outcome = models.CharField(_("kết quả"), max_length=8, choices=Outcome)
    target_type = models.CharField(max_length=64, blank=True)
    target_id = models.CharField(max_length=64, blank=True)
    target = models.CharField(_("đối tượng"), max_length=255, blank=True)
    # Paths of the units of the target and of the actor as they were then (``audit.units``).
    unit = models.CharField(max_length=255, blank=True, default="", db_index=True)
    actor_unit = models.CharField(max_length=255, blank=True, default="", db_index=True)
    detail = models.JSONField(_("chi tiết"), default=dict, encoder=DjangoJSONEncoder)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering = ["seq"]
        default_permissions = ("view",)
        permissions = [("export_auditentry", "Xuất nhật ký kiểm tra ra tệp")]
        indexes = [models.Index(fields=["target_type", "target_id"], name="audit_target")]
        verbose_name = _("mục nhật ký")
        verbose_name_plural = _("nhật ký kiểm tra")

    def __str__(self) -> str:
        return f"{self.seq} {self.act} {self.target}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refused: what was recorded stays as it was recorded."""
        raise AppendOnly("the audit is appended to by audit.actions.record, and never changed")

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Refused: what was recorded stays."""
        raise AppendOnly("an audit entry is never deleted")

    @property
    def act_label(self) -> str:
        """The act in the reader's words."""
        return str(ACT_LABELS.get(self.act, self.act))

    def append(self) -> None:
        """Write a new entry. For ``audit.actions`` alone, which holds the lock and has computed the digest."""
        super().save(force_insert=True)

    def computed_digest(self) -> str:
        """SHA-256 over the previous digest and every field of this entry, as hexadecimal."""
        facts: dict[str, Any] = {
            "seq": self.seq,
            "at": self.at,
            "actor_id": self.actor_id,
            "actor": self.actor,
            "act": self.act,
            "outcome": self.outcome,
            "target_type": self.target_type,
            "target_id": self.target_id,
            "target": self.target,
            "detail": self.detail,
        }
        # Entries from before units were recorded have none, and their digests stay what they were.
        facts |= {name: path for name in ("unit", "actor_unit") if (path := getattr(self, name))}
        text = json.dumps(facts, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256((self.previous + text).encode()).hexdigest()


class AuditHead(models.Model):
    """The end of the chain: one row, and the lock under which everything that must stay in order is appended."""

    seq = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default=GENESIS)

    class Meta:
        default_permissions = ()


class AnchorStore(models.Model):
    """How far a place outside the database keeps anchors of the chain, and what it said when it failed last."""

    name = models.CharField(max_length=16, primary_key=True)
    seq = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.name}: {self.seq}"

"""Acts on what sources owe each month: given, changed and taken away by the board."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.actions import record
from audit.enums import RefusalCode
from audit.refusals import Refused
from editorial.models import Duty


@transaction.atomic
def save_duty(*, actor: Any, duty: Duty) -> Duty:
    """Give a source a duty, or change one. It counts for the month that is running, from its first day."""
    adding = duty.pk is None
    act = "duty_create" if adding else "duty_change"
    _check_right(actor, "add" if adding else "change", act=act, target=duty)
    if Duty.objects.filter(source=duty.source, name=duty.name).exclude(pk=duty.pk).exists():
        raise Refused(RefusalCode.CONFLICT, _("Nguồn tin này đã có việc cùng tên."), field="name", act=act, target=duty)
    duty.save()
    record(act, actor=actor, target=duty, detail=_facts(duty))
    return duty


@transaction.atomic
def delete_duty(*, actor: Any, duty_id: int) -> None:
    """Take a duty away."""
    duty = Duty.objects.select_for_update(of=("self",)).get(pk=duty_id)
    _check_right(actor, "delete", act="duty_delete", target=duty)
    record("duty_delete", actor=actor, target=duty, detail=_facts(duty))
    duty.delete()


def _facts(duty: Duty) -> dict[str, Any]:
    return {
        "kind": duty.kind,
        "category": duty.category.path if duty.category else "",
        "per_month": duty.per_month,
    }


def _check_right(actor: Any, right: str, *, act: str, target: Any) -> None:
    if not actor.has_perm(f"editorial.{right}_duty"):
        raise Refused(
            RefusalCode.FORBIDDEN, _("Chỉ Ban Biên tập được giao việc cho nguồn tin."), act=act, target=target
        )

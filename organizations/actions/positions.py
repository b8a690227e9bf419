"""What members are in units: given and ended."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from audit.actions import lock_order, record
from audit.enums import RefusalCode
from audit.refusals import Refused
from organizations.actions import guards
from organizations.actions.guards import Actor
from organizations.enums import PositionKind, Right
from organizations.models import Member, Organization, Position, today


@transaction.atomic
def give_position(
    *,
    actor: Actor,
    member: Member,
    organization: Organization,
    kind: str,
    valid_from: datetime.date | None = None,
) -> Position:
    """Make a member something in a unit. Nobody gives a position to themselves: rights come from someone else."""
    act = "give_position"
    found = guards.locked_member(actor, member, act)
    unit = guards.locked(organization, act)
    guards.require_right(actor, Right.MANAGE_MEMBERS, unit, act)
    if not isinstance(actor, str) and found.user_id == actor.pk and not actor.has_perm("organizations.administer"):
        raise Refused(
            RefusalCode.FORBIDDEN,
            _("Không ai tự giao chức vụ cho mình. Hãy nhờ người khác trong cấp ủy hoặc cấp trên."),
            act=act,
            target=found,
        )
    if found.left_on is not None:
        raise Refused(
            RefusalCode.CONFLICT,
            _("%(member)s đã ra khỏi Đảng bộ nên không thể giao chức vụ.") % {"member": found},
            act=act,
            target=found,
        )
    if kind not in PositionKind.values:
        raise Refused(
            RefusalCode.INVALID, _("Không có chức vụ “%(kind)s”.") % {"kind": kind}, field="kind", act=act, target=found
        )
    guards.require_in_force(unit, act, "organization")
    day = guards.effective(valid_from, act=act, field="valid_from")
    guards.not_before(day, unit.valid_from, act=act, field="valid_from", target=unit)
    if Position.objects.filter(member=found, organization=unit, kind=kind, valid_to=None).exists():
        raise Refused(
            RefusalCode.CONFLICT,
            _("%(member)s đang giữ chức vụ %(kind)s tại “%(unit)s” rồi.")
            % {"member": found, "kind": PositionKind(kind).label, "unit": unit},
            field="kind",
            act=act,
            target=found,
        )
    position = Position.objects.create(member=found, organization=unit, kind=kind, valid_from=day)
    record(
        act,
        actor=actor,
        target=found,
        detail={"position": position.pk, "kind": kind, "organization": unit.pk, "name": unit.name, "valid_from": day},
    )
    return position


@transaction.atomic
def end_position(*, actor: Actor, position: Position, valid_to: datetime.date | None = None) -> Position:
    """End a position from this day; its rights end at once."""
    act = "end_position"
    lock_order()
    found = Position.objects.select_related("member", "organization").filter(pk=position.pk).first()
    if found is None or not guards.has_right(actor, Right.VIEW_MEMBERS, found.organization):
        raise Refused(RefusalCode.NOT_FOUND, _("Không tìm thấy chức vụ này."), act=act)
    guards.require_right(actor, Right.MANAGE_MEMBERS, found.organization, act)
    if found.valid_to is not None and found.valid_to <= today():
        raise Refused(RefusalCode.CONFLICT, _("Chức vụ này đã kết thúc rồi."), act=act, target=found.member)
    day = guards.effective(valid_to, act=act, field="valid_to")
    guards.not_before(day, found.valid_from, act=act, field="valid_to", target=found)
    found.valid_to = day
    found.save(update_fields=["valid_to"])
    record(
        act,
        actor=actor,
        target=found.member,
        detail={"position": found.pk, "kind": found.kind, "organization": found.organization_id, "valid_to": day},
    )
    return found

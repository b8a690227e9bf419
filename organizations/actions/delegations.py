"""Delegations: made and ended by who holds the position, or who manages the unit's people."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import lock_order, record
from audit.enums import RefusalCode
from audit.refusals import Refused
from organizations.actions import guards
from organizations.actions.guards import Actor
from organizations.delegations import Delegation
from organizations.enums import Right
from organizations.models import Member, Position, today
from organizations.scope import holders, kinds_with

LONGEST = datetime.timedelta(days=92)  # a quarter; whoever is away longer is replaced, not stood in for


@transaction.atomic
def delegate(
    *,
    actor: Actor,
    position: Position,
    to_code: str,
    first_day: datetime.date,
    last_day: datetime.date,
    reason: str,
) -> Delegation:
    """Let another member of the unit decide in the place of who holds this position (ủy quyền), for some days.

    Nobody is given a second voice: who already decides in that unit stands in for no one there.
    """
    act = "delegate"
    found = _locked(actor, position, act)
    unit, reason = found.organization, guards.tidy(reason)
    if found.kind not in kinds_with(Right.APPROVE):
        raise _refused(_("Chức vụ này không có quyền phê duyệt nên không có gì để ủy quyền."), "position", found, act)
    if not reason:
        raise _refused(_("Hãy ghi lý do ủy quyền, ví dụ: nghỉ phép."), "reason", found, act, RefusalCode.REQUIRED)
    if not today() <= first_day <= last_day:
        raise _refused(_("Ngày đầu phải từ hôm nay trở đi, và không sau ngày cuối."), "first_day", found, act)
    if last_day - first_day > LONGEST:
        raise _refused(_("Mỗi lần ủy quyền nhiều nhất ba tháng. Hãy chọn ngày cuối sớm hơn."), "last_day", found, act)
    member = Member.objects.active().select_related("cell", "user").filter(code=to_code.strip()).first()
    own = member is not None and (
        member.cell.path.startswith(unit.path) or member.positions.in_force().filter(organization=unit).exists()
    )
    if member is None or not own or member.pk == found.member_id:
        raise _refused(
            _("Không có đảng viên nào khác của “%(unit)s” mang mã này.") % {"unit": unit}, "to_code", found, act
        )
    if member.user is None or not member.user.is_active:
        raise _refused(_("%(member)s chưa có tài khoản để duyệt.") % {"member": member}, "to_code", found, act)
    overlapping = Delegation.objects.filter(ended_at=None, first_day__lte=last_day, last_day__gte=first_day)
    if (
        overlapping.filter(position=found).exists()
        or overlapping.filter(to=member, position__organization=unit).exists()
    ):
        raise _refused(
            _("Trong những ngày này đã có ủy quyền. Hãy kết thúc ủy quyền đó trước."),
            "first_day",
            found,
            act,
            RefusalCode.CONFLICT,
        )
    if holders(Right.APPROVE, unit).filter(pk=member.pk).exists():
        raise _refused(
            _("%(member)s đã có quyền duyệt tại “%(unit)s”. Hãy chọn người khác, để không ai có hai tiếng nói.")
            % {"member": member, "unit": unit},
            "to_code",
            found,
            act,
        )
    made = Delegation.objects.create(
        position=found,
        to=member,
        first_day=first_day,
        last_day=last_day,
        reason=reason,
        made_by=None if isinstance(actor, str) else actor,
    )
    record(act, actor=actor, target=found.member, detail=_facts(made) | {"reason": reason})
    return made


@transaction.atomic
def end_delegation(*, actor: Actor, delegation: Delegation) -> Delegation:
    """End a delegation before its last day; the holder's word counts again at once."""
    act = "end_delegation"
    found = Delegation.objects.to_come().select_related("position").filter(pk=delegation.pk).first()
    if found is None:
        raise Refused(RefusalCode.NOT_FOUND, _("Ủy quyền này không còn hiệu lực."), act=act)
    _locked(actor, found.position, act)
    if not Delegation.objects.filter(pk=found.pk, ended_at=None).update(ended_at=timezone.now()):
        raise Refused(RefusalCode.CONFLICT, _("Ủy quyền này không còn hiệu lực."), act=act)
    found.refresh_from_db()
    record(act, actor=actor, target=found.position.member, detail=_facts(found))
    return found


def _locked(actor: Actor, position: Position, act: str) -> Position:
    """The position as it is now, where the actor holds it or manages the people of its unit."""
    lock_order()
    found = Position.objects.in_force().select_related("member", "organization").filter(pk=position.pk).first()
    if found is None:
        raise Refused(RefusalCode.NOT_FOUND, _("Không tìm thấy chức vụ này."), act=act)
    if isinstance(actor, str) or found.member.user_id != actor.pk:
        guards.require_right(actor, Right.MANAGE_MEMBERS, found.organization, act)
    return found


def _refused(
    message: str, field: str, position: Position, act: str, code: RefusalCode = RefusalCode.INVALID
) -> Refused:
    return Refused(code, message, field=field, act=act, target=position.member)


def _facts(delegation: Delegation) -> dict[str, object]:
    return {
        "delegation": delegation.pk,
        "position": delegation.position_id,
        "organization": delegation.position.organization_id,
        "to": delegation.to.code,
        "first_day": delegation.first_day,
        "last_day": delegation.last_day,
    }

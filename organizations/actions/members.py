"""The people: entered, corrected, moved from cell to cell, and leaving."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.actions import record
from audit.enums import RefusalCode
from audit.refusals import Refused
from organizations.actions import guards
from organizations.actions.guards import Actor
from organizations.enums import MEMBER_LEVELS, MemberStatus, Right
from organizations.models import Member, Membership, Organization, Position
from organizations.names import folded


@transaction.atomic
def create_member(
    *,
    actor: Actor,
    code: str,
    full_name: str,
    cell: Organization,
    phone: str = "",
    email: str = "",
    birth_date: datetime.date | None = None,
    status: str = MemberStatus.OFFICIAL,
    valid_from: datetime.date | None = None,
    reason: str = "",
) -> Member:
    """Enter a member in a cell, with their first membership."""
    act = "create_member"
    cell = guards.locked(cell, act)
    guards.require_right(actor, Right.MANAGE_MEMBERS, cell, act)
    _refuse_unfit_cell(cell, act)
    code = code.strip()
    guards.refuse_fault(guards.code_fault(code), field="code", act=act)
    facts = _checked_facts(
        act, None, full_name=full_name, phone=phone, email=email, birth_date=birth_date, status=status
    )
    day = guards.effective(valid_from, act=act, field="valid_from")
    guards.not_before(day, cell.valid_from, act=act, field="valid_from", target=cell)
    if Member.objects.filter(code=code).exists():
        raise Refused(
            RefusalCode.CONFLICT,
            _("Mã đảng viên “%(code)s” đã được dùng.") % {"code": code},
            field="code",
            act=act,
        )
    member = Member.objects.create(code=code, cell=cell, **facts)
    Membership.objects.create(member=member, cell=cell, valid_from=day, reason=reason)
    record(act, actor=actor, target=member, detail={"cell": cell.pk, "valid_from": day, "reason": reason})
    return member


@transaction.atomic
def update_member(*, actor: Actor, member: Member, **changes: Any) -> Member:
    """Correct full_name, phone, email, birth_date or status of a member; the cell is for ``move_member``."""
    act = "update_member"
    found = guards.locked_member(actor, member, act)
    guards.require_right(actor, Right.MANAGE_MEMBERS, found.cell, act)
    before = {name: getattr(found, name) for name in ("full_name", "phone", "email", "birth_date", "status")}
    if unknown := set(changes) - set(before):
        raise TypeError(f"update_member cannot change {', '.join(sorted(unknown))}")
    facts = _checked_facts(act, found, **{**before, **changes})
    for name, value in facts.items():
        setattr(found, name, value)
    found.save(update_fields=list(facts))
    # The audit says what was touched, not a telephone number or a birthday.
    touched = sorted(name for name, value in before.items() if facts[name] != value)
    record(act, actor=actor, target=found, detail={"changed": touched})
    return found


@transaction.atomic
def move_member(
    *, actor: Actor, member: Member, cell: Organization, valid_from: datetime.date | None = None, reason: str
) -> Member:
    """Move a member to another cell from this day (chuyển sinh hoạt). Needs the right in both cells, and a reason.

    Positions are not touched: whether they go on is the committee's decision.
    """
    act = "move_member"
    found = guards.locked_member(actor, member, act)
    target = guards.locked(cell, act)
    guards.require_right(actor, Right.MANAGE_MEMBERS, found.cell, act)
    guards.require_right(actor, Right.MANAGE_MEMBERS, target, act)
    _refuse_left(found, act)
    _refuse_unfit_cell(target, act)
    if found.cell_id == target.pk:
        raise Refused(
            RefusalCode.INVALID,
            _("%(member)s đang sinh hoạt tại “%(cell)s” rồi. Hãy chọn chi bộ khác.")
            % {"member": found, "cell": target},
            field="cell",
            act=act,
            target=found,
        )
    reason = guards.tidy(reason)
    if not reason:
        raise Refused(
            RefusalCode.REQUIRED,
            _("Hãy ghi lý do chuyển sinh hoạt, ví dụ số giấy giới thiệu."),
            field="reason",
            act=act,
            target=found,
        )
    guards.refuse_fault(
        _("Lý do dài quá 255 ký tự.") if len(reason) > 255 else None, field="reason", act=act, target=found
    )
    day = guards.effective(valid_from, act=act, field="valid_from")
    guards.not_before(day, target.valid_from, act=act, field="valid_from", target=target)
    _close_membership(found, day, act)
    Membership.objects.create(member=found, cell=target, valid_from=day, reason=reason)
    detail = {"from": found.cell_id, "from_name": found.cell.name, "to": target.pk, "to_name": target.name}
    found.cell = target
    found.save(update_fields=["cell"])
    record(act, actor=actor, target=found, detail={**detail, "valid_from": day, "reason": reason})
    return found


@transaction.atomic
def member_leaves(*, actor: Actor, member: Member, left_on: datetime.date | None = None, reason: str = "") -> Member:
    """Note that a member left the party organisation of the province: membership and positions end on that day."""
    act = "member_leaves"
    found = guards.locked_member(actor, member, act)
    guards.require_right(actor, Right.MANAGE_MEMBERS, found.cell, act)
    _refuse_left(found, act)
    day = guards.effective(left_on, act=act, field="left_on")
    _close_membership(found, day, act)
    positions = Position.objects.filter(member=found, valid_to=None)
    for position in positions:
        guards.not_before(day, position.valid_from, act=act, field="left_on", target=position)
    ended = positions.update(valid_to=day)
    found.left_on = day
    found.save(update_fields=["left_on"])
    record(act, actor=actor, target=found, detail={"left_on": day, "reason": reason, "positions_ended": ended})
    return found


def _checked_facts(act: str, target: Member | None, **facts: Any) -> dict[str, Any]:
    """The facts as they are kept, with the folded name; refuses the first that is unfit."""
    facts["full_name"] = guards.tidy(facts["full_name"])
    facts["phone"] = guards.tidy_phone(facts["phone"])
    facts["email"] = facts["email"].strip()
    faults = {
        "full_name": guards.name_fault(facts["full_name"]),
        "phone": guards.phone_fault(facts["phone"]),
        "email": guards.email_fault(facts["email"]),
        "birth_date": guards.birth_date_fault(facts["birth_date"]),
        "status": None
        if facts["status"] in MemberStatus.values
        else _("Không có diện đảng viên “%(status)s”.") % {"status": facts["status"]},
    }
    for field, fault in faults.items():
        guards.refuse_fault(fault, field=field, act=act, target=target)
    facts["name_folded"] = folded(facts["full_name"])
    return facts


def _refuse_unfit_cell(cell: Organization, act: str) -> None:
    if cell.level not in MEMBER_LEVELS:
        raise Refused(
            RefusalCode.INVALID,
            _("“%(unit)s” là %(level)s. Đảng viên chỉ sinh hoạt tại chi bộ hoặc tổ đảng.")
            % {"unit": cell, "level": cell.get_level_display()},
            field="cell",
            act=act,
            target=cell,
        )
    guards.require_in_force(cell, act, "cell")


def _refuse_left(member: Member, act: str) -> None:
    if member.left_on is not None:
        raise Refused(
            RefusalCode.CONFLICT,
            _("%(member)s đã ra khỏi Đảng bộ ngày %(day)s.") % {"member": member, "day": guards.shown(member.left_on)},
            act=act,
            target=member,
        )


def _close_membership(member: Member, day: datetime.date, act: str) -> None:
    membership = Membership.objects.filter(member=member, valid_to=None).first()
    if membership is None:
        return
    guards.not_before(day, membership.valid_from, act=act, field="valid_from", target=member)
    membership.valid_to = day
    membership.save(update_fields=["valid_to"])

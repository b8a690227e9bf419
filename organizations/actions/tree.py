"""The units: made, changed, merged, closed. What they were stays in their versions."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import Max, Q, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from audit.actions import lock_order, record
from audit.enums import RefusalCode
from audit.refusals import Refused
from organizations.actions import guards
from organizations.actions.guards import Actor
from organizations.endings import tell_of_end
from organizations.enums import MEMBER_LEVELS, Level
from organizations.models import Member, Membership, Organization, OrganizationVersion, Position, today

LONGEST_PATH = Organization._meta.get_field("path").max_length or 0


class Keep:
    """Stands for "as it is": None already says "no parent"."""


KEEP = Keep()


@transaction.atomic
def create_organization(
    *,
    actor: Actor,
    code: str,
    name: str,
    level: str,
    parent: Organization | None = None,
    valid_from: datetime.date | None = None,
    reason: str = "",
) -> Organization:
    """Make a unit, with its first version. Raises Refused for a bad or taken code and a parent that has ended."""
    act = "create_organization"
    lock_order()
    guards.require_administrator(actor, act)
    code, name = code.strip(), guards.tidy(name)
    guards.refuse_fault(guards.code_fault(code), field="code", act=act)
    guards.refuse_fault(guards.name_fault(name), field="name", act=act)
    guards.refuse_fault(_level_fault(level), field="level", act=act)
    day = guards.effective(valid_from, act=act, field="valid_from")
    if Organization.objects.filter(code=code).exists():
        raise Refused(
            RefusalCode.CONFLICT, _("Mã “%(code)s” đã có tổ chức khác dùng.") % {"code": code}, field="code", act=act
        )
    if parent is not None:
        parent = guards.locked(parent, act)
        guards.require_in_force(parent, act, "parent")
    organization = add_unit(code=code, name=name, level=level, parent=parent, day=day, reason=reason)
    record(act, actor=actor, target=organization, detail={"code": code, "level": level, "valid_from": day})
    return organization


@transaction.atomic
def update_organization(
    *,
    actor: Actor,
    organization: Organization,
    name: str | Keep = KEEP,
    level: str | Keep = KEEP,
    parent: Organization | Keep | None = KEEP,
    valid_from: datetime.date | None = None,
    reason: str = "",
) -> Organization:
    """Rename a unit, change its level or put it under another; the old state stays as a closed version.

    Raises Refused where it would come to lie below itself, under a unit that has ended, or where a unit with members
    would no longer be one that has any.
    """
    act = "update_organization"
    unit = guards.locked(organization, act)
    guards.require_administrator(actor, act)
    guards.require_in_force(unit, act, "organization")
    new_name = unit.name if isinstance(name, Keep) else guards.tidy(name)
    new_level = unit.level if isinstance(level, Keep) else level
    new_parent = unit.parent if isinstance(parent, Keep) else parent
    guards.refuse_fault(guards.name_fault(new_name), field="name", act=act, target=unit)
    guards.refuse_fault(_level_fault(new_level), field="level", act=act, target=unit)
    if new_parent is not None and new_parent.pk != unit.parent_id:
        new_parent = guards.locked(new_parent, act)
        guards.require_in_force(new_parent, act, "parent")
        _refuse_below_itself(unit, new_parent, act)
    if new_level not in MEMBER_LEVELS and Member.objects.active().filter(cell=unit).exists():
        raise Refused(
            RefusalCode.CONFLICT,
            _("“%(unit)s” còn đảng viên sinh hoạt nên phải là chi bộ hoặc tổ đảng. Hãy chuyển đảng viên đi trước.")
            % {"unit": unit},
            field="level",
            act=act,
            target=unit,
        )
    day = guards.effective(valid_from, act=act, field="valid_from")
    before = {"name": unit.name, "level": unit.level, "parent": unit.parent_id}
    after = {"name": new_name, "level": new_level, "parent": new_parent.pk if new_parent else None}
    if before == after:
        raise Refused(RefusalCode.INVALID, _("Không có gì thay đổi."), act=act, target=unit)
    change_unit(unit, name=new_name, level=new_level, parent=new_parent, day=day, reason=reason, act=act)
    record(
        act,
        actor=actor,
        target=unit,
        detail={"before": before, "after": after, "valid_from": day, "reason": reason},
    )
    return unit


@transaction.atomic
def close_organization(
    *, actor: Actor, organization: Organization, valid_to: datetime.date | None = None, reason: str = ""
) -> Organization:
    """End a unit from this day. Raises Refused, saying which, while members, units or positions still depend on it."""
    act = "close_organization"
    unit = guards.locked(organization, act)
    guards.require_administrator(actor, act)
    guards.require_in_force(unit, act, "organization")
    day = guards.effective(valid_to, act=act, field="valid_to")
    left = _what_depends_on(unit)
    if left:
        raise Refused(
            RefusalCode.CONFLICT,
            _("Chưa thể kết thúc “%(unit)s”: còn %(left)s. Hãy chuyển hoặc kết thúc các mục này trước.")
            % {"unit": unit, "left": "; ".join(left)},
            act=act,
            target=unit,
        )
    tell_of_end(unit, unit.parent)
    _end_unit(unit, day, act)
    record(act, actor=actor, target=unit, detail={"valid_to": day, "reason": reason})
    return unit


@transaction.atomic
def merge_organization(
    *,
    actor: Actor,
    organization: Organization,
    into: Organization,
    valid_from: datetime.date | None = None,
    reason: str = "",
) -> Organization:
    """Move a unit's members and children into another, end its positions and the unit itself. Returns the other.

    What was addressed to the merged unit stays addressed to it: that it was so remains a fact.
    """
    act = "merge_organization"
    unit, target = guards.locked(organization, act), guards.locked(into, act)
    guards.require_administrator(actor, act)
    guards.require_in_force(unit, act, "organization")
    guards.require_in_force(target, act, "into")
    _refuse_below_itself(unit, target, act)
    day = guards.effective(valid_from, act=act, field="valid_from")
    members = Member.objects.active().filter(cell=unit)
    if target.level not in MEMBER_LEVELS and members.exists():
        raise Refused(
            RefusalCode.INVALID,
            _("“%(unit)s” có đảng viên sinh hoạt, chỉ nhập được vào chi bộ hoặc tổ đảng.") % {"unit": unit},
            field="into",
            act=act,
            target=unit,
        )
    reason = reason or _("Nhập vào %(into)s") % {"into": target}
    children = list(Organization.objects.in_force().filter(parent=unit).order_by("pk"))
    for child in children:
        change_unit(child, name=child.name, level=child.level, parent=target, day=day, reason=reason, act=act)
    moved = _move_everyone(unit, target, day, reason, act)
    positions = Position.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day), organization=unit)
    newest = positions.aggregate(newest=Max("valid_from"))["newest"]
    if newest is not None:
        guards.not_before(day, newest, act=act, field="valid_from", target=unit)
    ended = positions.update(valid_to=day)
    tell_of_end(unit, target)
    _end_unit(unit, day, act)
    record(
        act,
        actor=actor,
        target=unit,
        detail={
            "into": target.pk,
            "into_name": target.name,
            "valid_from": day,
            "reason": reason,
            "members": moved,
            "children": [child.pk for child in children],
            "positions_ended": ended,
        },
    )
    return target


def add_unit(
    *, code: str, name: str, level: str, parent: Organization | None, day: datetime.date, reason: str
) -> Organization:
    """Write a new unit and its first version; the caller has checked."""
    unit = Organization.objects.create(
        code=code, name=name, level=level, parent=parent, path=f"new:{code}", valid_from=day
    )
    unit.path = path_under(parent.path if parent else "/", unit)
    unit.save(update_fields=["path"])
    OrganizationVersion.objects.create(
        organization=unit, name=name, level=level, parent=parent, valid_from=day, reason=reason
    )
    return unit


def change_unit(
    unit: Organization,
    *,
    name: str,
    level: str,
    parent: Organization | None,
    day: datetime.date,
    reason: str,
    act: str,
) -> None:
    """Write a unit's new state, its versions, and the paths of all below it in one statement; the caller has checked
    everything but the day, which must not lie before the version it closes."""
    _close_version(unit, day, act)
    OrganizationVersion.objects.create(
        organization=unit, name=name, level=level, parent=parent, valid_from=day, reason=reason
    )
    moved = (parent.pk if parent else None) != unit.parent_id
    unit.name, unit.level, unit.parent = name, level, parent
    unit.save(update_fields=["name", "level", "parent"])
    if moved:
        move_paths(unit, path_under(parent.path if parent else "/", unit))


def move_paths(unit: Organization, new: str) -> None:
    """Give the unit this path and rewrite those of all below it, in one UPDATE."""
    old = unit.path
    subtree = Organization.objects.filter(path__startswith=old)
    longest = max((len(path) for path in subtree.values_list("path", flat=True)), default=0)
    _refuse_too_deep(longest - len(old) + len(new), unit)
    subtree.update(path=Concat(Value(new), Substr("path", len(old) + 1)))
    unit.path = new


def path_under(parent_path: str, unit: Organization) -> str:
    """The unit's path below this one; refused where the database would cut it off."""
    path = f"{parent_path}{unit.pk}/"
    _refuse_too_deep(len(path), unit)
    return path


def _refuse_too_deep(length: int, unit: Organization) -> None:
    """A path that the database would cut off is refused instead."""
    if length > LONGEST_PATH:
        raise Refused(
            RefusalCode.INVALID,
            _("“%(unit)s” sẽ nằm quá sâu trong cây tổ chức.") % {"unit": unit},
            field="parent",
            target=unit,
        )


def _refuse_below_itself(unit: Organization, target: Organization, act: str) -> None:
    if target.path.startswith(unit.path):
        raise Refused(
            RefusalCode.INVALID,
            _("“%(target)s” nằm trong “%(unit)s”. Một tổ chức không thể trực thuộc chính nó hoặc cấp dưới của nó.")
            % {"target": target, "unit": unit},
            field="parent",
            act=act,
            target=unit,
        )


def _level_fault(level: str) -> str | None:
    return None if level in Level.values else _("Không có cấp “%(level)s”.") % {"level": level}


def _close_version(unit: Organization, day: datetime.date, act: str) -> None:
    # Units made before this act existed (fixtures, old data) may have no version yet: what they are now is the first.
    version = OrganizationVersion.objects.filter(organization=unit, valid_to=None).first() or OrganizationVersion(
        organization=unit, name=unit.name, level=unit.level, parent_id=unit.parent_id, valid_from=unit.valid_from
    )
    guards.not_before(day, version.valid_from, act=act, field="valid_from", target=unit)
    version.valid_to = day
    version.save()


def _end_unit(unit: Organization, day: datetime.date, act: str) -> None:
    _close_version(unit, day, act)
    unit.valid_to = day
    unit.save(update_fields=["valid_to"])


def _what_depends_on(unit: Organization) -> list[str]:
    """What keeps a unit open, in words: counts, and the first few by name."""
    left = []
    members = Member.objects.active().filter(cell=unit)
    if count := members.count():
        left.append(_("%(n)d đảng viên (%(names)s)") % {"n": count, "names": _first(members)})
    children = Organization.objects.in_force().filter(parent=unit)
    if count := children.count():
        left.append(_("%(n)d tổ chức trực thuộc (%(names)s)") % {"n": count, "names": _first(children)})
    positions = Position.objects.filter(Q(valid_to=None) | Q(valid_to__gt=today()), organization=unit)
    positions = positions.filter(member__left_on=None).select_related("member", "organization")
    if count := positions.count():
        names = ", ".join(f"{item.get_kind_display()} {item.member.full_name}" for item in positions[:3])
        left.append(_("%(n)d chức vụ (%(names)s)") % {"n": count, "names": names + (", …" if count > 3 else "")})
    return left


def _first(rows: object) -> str:
    names = [str(row) for row in rows[:4]]  # type: ignore[index]
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")


def _move_everyone(unit: Organization, target: Organization, day: datetime.date, reason: str, act: str) -> int:
    members = Member.objects.active().filter(cell=unit)
    ids = list(members.values_list("pk", flat=True))
    open_ones = Membership.objects.filter(member__in=ids, valid_to=None)
    newest = open_ones.aggregate(newest=Max("valid_from"))["newest"]
    if newest is not None:
        guards.not_before(day, newest, act=act, field="valid_from", target=unit)
    open_ones.update(valid_to=day)
    Membership.objects.bulk_create(Membership(member_id=pk, cell=target, valid_from=day, reason=reason) for pk in ids)
    members.update(cell=target)
    return len(ids)

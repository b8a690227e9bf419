"""A few thousand rows of a member file: checked against what is there and written with a handful of statements."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from organizations.csv_rows import Faults
from organizations.enums import MEMBER_LEVELS
from organizations.models import Member, Membership, Organization, Position, today
from organizations.names import folded, split_name

ACT = "import_members"
BLANK_POSITIONS = "-"
WRITTEN_FIELDS = ["full_name", "name_folded", "phone", "email", "birth_date", "status", "cell", "user"]


@dataclasses.dataclass(frozen=True)
class MemberRow:
    """One row, read and sound in itself. ``positions`` None means: leave them."""

    line: int
    code: str
    facts: dict[str, Any]
    cell_code: str
    positions: frozenset[tuple[str, str]] | None
    password: str


class Batch:
    """The rows, and everything in the database that they touch, looked up with one query each."""

    def __init__(self, rows: list[MemberRow], *, reason: str) -> None:
        self.rows = rows
        self.reason = reason
        self.day = today()

    @functools.cached_property
    def members(self) -> dict[str, Member]:
        """Members that are there already, by code."""
        found = Member.objects.select_related("user").filter(code__in=[row.code for row in self.rows])
        return {member.code: member for member in found}

    @functools.cached_property
    def organizations(self) -> dict[str, Organization]:
        """The units that the rows name, by code."""
        codes = {row.cell_code for row in self.rows}
        codes.update(code for row in self.rows for code, _kind in row.positions or ())
        return {unit.code: unit for unit in Organization.objects.filter(code__in=codes)}

    @functools.cached_property
    def accounts(self) -> dict[str, User]:
        """Accounts whose name is a member code of a row with a password."""
        names = [row.code for row in self.rows if row.password]
        return {user.username: user for user in User.objects.filter(username__in=names)} if names else {}

    @functools.cached_property
    def open_positions(self) -> dict[int, dict[tuple[str, str], int]]:
        """Open positions of members with a list of positions: member id to (unit code, kind) to position id."""
        ids = [self.members[row.code].pk for row in self.rows if row.positions is not None and row.code in self.members]
        found: dict[int, dict[tuple[str, str], int]] = {}
        if ids:
            rows = Position.objects.filter(member__in=ids, valid_to=None).order_by()
            for pk, member, code, kind in rows.values_list("pk", "member_id", "organization__code", "kind"):
                found.setdefault(member, {})[code, kind] = pk
        return found

    def check(self, faults: Faults) -> None:
        """Note every row that does not fit what is there."""
        for row in self.rows:
            for fault in self._faults_of(row):
                faults.add(row.line, fault)

    def write(self) -> dict[str, int]:
        """Write the batch; returns what was done, by the names of ``ImportedMembers``."""
        accounts = self._write_accounts()
        put: list[Member] = []
        created = moved = updated = 0
        arrived: list[str] = []
        left: list[int] = []
        for row in self.rows:
            before = self.members.get(row.code)
            member = self._after(row, before, accounts.get(row.code))
            if before is None:
                created += 1
                arrived.append(row.code)
            elif before.cell_id != member.cell_id:
                moved += 1
                arrived.append(row.code)
                left.append(before.pk)
            elif self._differs(before, member):
                updated += 1
            else:
                continue
            put.append(member)
        ids = {code: member.pk for code, member in self.members.items()}
        # One statement for new and changed ones alike: a row of the same code is updated in place.
        written = Member.objects.bulk_create(
            put, update_conflicts=True, unique_fields=["code"], update_fields=WRITTEN_FIELDS
        )
        ids.update({member.code: member.pk for member in written})
        if left:
            Membership.objects.filter(member__in=left, valid_to=None).update(valid_to=self.day)
        cells = {member.code: member.cell_id for member in put}
        Membership.objects.bulk_create(
            Membership(member_id=ids[code], cell_id=cells[code], valid_from=self.day, reason=self.reason)
            for code in arrived
        )
        given, ended = self._write_positions(ids)
        return {
            "created": created,
            "updated": updated,
            "moved": moved,
            "unchanged": len(self.rows) - len(put),
            "positions_given": given,
            "positions_ended": ended,
            "accounts": len(accounts),
        }

    def _faults_of(self, row: MemberRow) -> list[str]:
        found = []
        cell = self.organizations.get(row.cell_code)
        if cell is None:
            found.append(_("không có chi bộ mã “%(code)s”.") % {"code": row.cell_code})
        elif cell.level not in MEMBER_LEVELS:
            found.append(
                _("“%(code)s” là %(level)s; đảng viên chỉ sinh hoạt tại chi bộ hoặc tổ đảng.")
                % {"code": row.cell_code, "level": cell.get_level_display()}
            )
        elif self._has_ended(cell):
            found.append(_("chi bộ “%(code)s” đã kết thúc.") % {"code": row.cell_code})
        for code in sorted({code for code, _kind in row.positions or ()}):
            unit = self.organizations.get(code)
            if unit is None:
                found.append(_("không có tổ chức mã “%(code)s” trong cột chức vụ.") % {"code": code})
            elif self._has_ended(unit):
                found.append(_("tổ chức “%(code)s” trong cột chức vụ đã kết thúc.") % {"code": code})
        member = self.members.get(row.code)
        if member is not None and member.left_on is not None:
            found.append(_("đảng viên “%(code)s” đã ra khỏi Đảng bộ.") % {"code": row.code})
        if row.password:
            found.extend(self._password_faults(row, member))
        return found

    def _password_faults(self, row: MemberRow, member: Member | None) -> list[str]:
        """A file must not take over the account of someone else who happens to have this name."""
        account = self.accounts.get(row.code)
        if account is not None and (member is None or member.user_id != account.pk):
            return [_("tên đăng nhập “%(code)s” đã là tài khoản của người khác.") % {"code": row.code}]
        try:
            validate_password(row.password, User(username=row.code))
        except ValidationError as error:
            return [_("mật khẩu chưa đạt: %(why)s") % {"why": " ".join(error.messages)}]
        return []

    def _write_accounts(self) -> dict[str, User]:
        """Make accounts for members who have none, set passwords of those who have; by member code."""
        changed: dict[str, User] = {}
        new: dict[str, User] = {}
        for row in self.rows:
            if not row.password:
                continue
            member = self.members.get(row.code)
            password = make_password(row.password)
            if member is not None and member.user is not None:
                member.user.password = password
                changed[row.code] = member.user
            else:
                family, given = split_name(row.facts["full_name"])
                new[row.code] = User(
                    username=row.code, password=password, last_name=family[:150], first_name=given[:150]
                )
        if changed:
            User.objects.bulk_update(changed.values(), ["password"], batch_size=400)
        if new:
            User.objects.bulk_create(new.values())
        return {**changed, **new}

    def _after(self, row: MemberRow, before: Member | None, account: User | None) -> Member:
        """The member as the row says they are; what it does not say stays."""
        facts = {}
        if before is not None:
            facts = {name: getattr(before, name) for name in ("phone", "email", "birth_date", "status")}
        facts.update(row.facts)
        return Member(
            code=row.code,
            name_folded=folded(facts["full_name"]),
            cell_id=self.organizations[row.cell_code].pk,
            user_id=account.pk if account else before.user_id if before else None,
            **facts,
        )

    @staticmethod
    def _differs(before: Member, after: Member) -> bool:
        names = ("full_name", "phone", "email", "birth_date", "status", "user_id")
        return any(getattr(before, name) != getattr(after, name) for name in names)

    def _write_positions(self, ids: dict[str, int]) -> tuple[int, int]:
        give: list[Position] = []
        end: list[int] = []
        for row in self.rows:
            if row.positions is None:
                continue
            member = ids[row.code]
            held = self.open_positions.get(member, {})
            end.extend(pk for pair, pk in held.items() if pair not in row.positions)
            give.extend(
                Position(member_id=member, organization_id=self.organizations[code].pk, kind=kind, valid_from=self.day)
                for code, kind in sorted(row.positions - held.keys())
            )
        Position.objects.bulk_create(give)
        if end:
            Position.objects.filter(pk__in=end).update(valid_to=self.day)
        return len(give), len(end)

    def _has_ended(self, unit: Organization) -> bool:
        return unit.valid_to is not None and unit.valid_to <= self.day

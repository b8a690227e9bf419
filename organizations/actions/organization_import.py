"""The tree from a file: all of it or nothing."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _

from audit.actions import lock_order, record
from organizations.actions import guards, tree
from organizations.actions.guards import Actor
from organizations.csv_rows import CsvFile, Faults, Row, parse_date
from organizations.enums import MEMBER_LEVELS, Level
from organizations.models import Member, Organization, OrganizationVersion, today
from organizations.names import folded

COLUMNS = ("code", "name", "level", "parent_code", "valid_from")
ACT = "import_organizations"


@dataclasses.dataclass(frozen=True)
class ImportedOrganizations:
    """What an import did, in units."""

    created: int
    updated: int
    unchanged: int


@dataclasses.dataclass
class _Unit:
    """One row, read."""

    line: int
    code: str
    name: str
    level: str
    parent_code: str
    day: datetime.date


@transaction.atomic
def import_organizations(
    *, actor: Actor, path: str, dry_run: bool = False, progress: Callable[[int], object] | None = None
) -> ImportedOrganizations:
    """Create or update units by code from a CSV file, in any order of rows; a change opens a new version.

    Raises Refused, with every bad row by its line, and keeps nothing. With ``dry_run`` all is done and taken back.
    """
    lock_order()
    guards.require_administrator(actor, ACT)
    faults = Faults()
    file = CsvFile(path, columns=COLUMNS, required=COLUMNS, act=ACT, progress=progress)
    units: dict[str, _Unit] = {}
    for row in file.rows(faults):
        unit = _read(row, faults)
        if unit is None:
            continue
        if first := units.get(unit.code):
            faults.add(row.line, _("mã “%(code)s” đã có ở dòng %(first)d.") % {"code": unit.code, "first": first.line})
            continue
        units[unit.code] = unit
    known = {unit.code: unit for unit in Organization.objects.select_related("parent").order_by("pk")}
    _check_against(known, units, faults)
    depths = _depths(known, units, faults)
    faults.refuse(ACT)
    reason = _("Nhập từ tệp %(name)s") % {"name": file.path.name}
    created = updated = 0
    for depth in sorted(set(depths.values())):
        layer = [unit for code, unit in units.items() if depths[code] == depth]
        created += _create(layer, known, reason)
        updated += _update(layer, known, reason)
    done = ImportedOrganizations(created, updated, len(units) - created - updated)
    record(
        ACT,
        actor=actor,
        target=file.path.name,
        detail={"sha256": file.sha256.hexdigest(), **dataclasses.asdict(done)},
    )
    if dry_run:
        transaction.set_rollback(True)
    return done


def _read(row: Row, faults: Faults) -> _Unit | None:
    """The row's unit, or None after noting what is wrong with it."""
    cells = row.cells
    name = guards.tidy(cells["name"])
    found = [guards.code_fault(cells["code"]), guards.name_fault(name)]
    if cells["level"] not in Level.values:
        found.append(
            _("không có cấp “%(level)s”; các cấp là %(levels)s.")
            % {"level": cells["level"], "levels": ", ".join(Level.values)}
        )
    day = None
    try:
        day = parse_date(cells["valid_from"]) or today()
        if day > today():
            found.append(_("ngày hiệu lực %(day)s chưa đến.") % {"day": guards.shown(day)})
    except ValueError as error:
        found.append(str(error))
    wrong = [fault for fault in found if fault]
    for fault in wrong:
        faults.add(row.line, fault)
    if wrong or day is None:
        return None
    return _Unit(row.line, cells["code"], name, cells["level"], cells["parent_code"], day)


def _check_against(known: dict[str, Organization], units: dict[str, _Unit], faults: Faults) -> None:
    """Note rows that do not fit what is there: unknown or ended parents, ended units, early dates, levels."""
    with_members = set(Member.objects.active().order_by().values_list("cell_id", flat=True).distinct())
    versions = dict(OrganizationVersion.objects.filter(valid_to=None).values_list("organization_id", "valid_from"))
    for unit in units.values():
        parent = known.get(unit.parent_code)
        if unit.parent_code and parent is None and unit.parent_code not in units:
            faults.add(
                unit.line,
                _("không có tổ chức cấp trên mã “%(code)s”, cả trong tệp lẫn trong hệ thống.")
                % {"code": unit.parent_code},
            )
        if parent is not None and _has_ended(parent):
            faults.add(unit.line, _("tổ chức cấp trên “%(code)s” đã kết thúc.") % {"code": unit.parent_code})
        present = known.get(unit.code)
        if present is None:
            continue
        if _has_ended(present):
            faults.add(unit.line, _("tổ chức “%(code)s” đã kết thúc, không cập nhật được.") % {"code": unit.code})
        if not _differs(present, unit):
            continue
        began = versions.get(present.pk, present.valid_from)
        if unit.day < began:
            faults.add(
                unit.line,
                _("ngày %(day)s sớm hơn lần thay đổi gần nhất của tổ chức này (%(began)s).")
                % {"day": guards.shown(unit.day), "began": guards.shown(began)},
            )
        if unit.level not in MEMBER_LEVELS and present.pk in with_members:
            faults.add(
                unit.line, _("tổ chức “%(code)s” còn đảng viên nên phải là cell hoặc group.") % {"code": unit.code}
            )


def _depths(known: dict[str, Organization], units: dict[str, _Unit], faults: Faults) -> dict[str, int]:
    """How deep each unit of the file will lie in the tree that results; units in a circle are noted as faults."""
    parents = {code: unit.parent.code if unit.parent else "" for code, unit in known.items()}
    parents.update({code: unit.parent_code for code, unit in units.items()})
    depths: dict[str, int] = {"": 0}
    for start in units:
        line: list[str] = []
        code = start
        while code not in depths and code not in line:
            line.append(code)
            code = parents.get(code, "")
        if code not in depths:
            circle = line[line.index(code) :]
            shown = " > ".join([*circle[:5], "…"] if len(circle) > 5 else [*circle, code])
            for member in circle:
                if member in units:
                    faults.add(
                        units[member].line, _("các tổ chức trực thuộc vòng tròn: %(circle)s.") % {"circle": shown}
                    )
            depths.update(dict.fromkeys(line, 0))
            continue
        for step in reversed(line):
            depths[step] = depths[parents.get(step, "")] + 1
    return {code: depths[code] for code in units}


def _create(layer: list[_Unit], known: dict[str, Organization], reason: str) -> int:
    """Write the new units of one depth, whose parents are all in place."""
    fresh = [unit for unit in layer if unit.code not in known]
    if not fresh:
        return 0
    paths = dict(Organization.objects.values_list("pk", "path"))
    made = Organization.objects.bulk_create(
        Organization(
            code=unit.code,
            name=unit.name,
            name_folded=folded(unit.name),
            level=unit.level,
            parent=known.get(unit.parent_code),
            path=f"new:{unit.code}",
            valid_from=unit.day,
        )
        for unit in fresh
    )
    for unit in made:
        unit.path = tree.path_under(paths[unit.parent_id] if unit.parent_id else "/", unit)
    Organization.objects.bulk_update(made, ["path"], batch_size=400)
    OrganizationVersion.objects.bulk_create(
        OrganizationVersion(
            organization=unit,
            name=unit.name,
            level=unit.level,
            parent_id=unit.parent_id,
            valid_from=unit.valid_from,
            reason=reason[:255],
        )
        for unit in made
    )
    known.update({unit.code: unit for unit in made})
    return len(made)


def _update(layer: list[_Unit], known: dict[str, Organization], reason: str) -> int:
    """Write the changed units of one depth; paths are read again, since a move above may have changed them."""
    changed = 0
    for row in layer:
        unit = known[row.code]
        if not _differs(unit, row):
            continue
        unit.refresh_from_db(fields=["path"])
        parent = known[row.parent_code] if row.parent_code else None
        if parent is not None:
            parent.refresh_from_db(fields=["path"])
        tree.change_unit(unit, name=row.name, level=row.level, parent=parent, day=row.day, reason=reason[:255], act=ACT)
        changed += 1
    return changed


def _differs(unit: Organization, row: _Unit) -> bool:
    parent_code = unit.parent.code if unit.parent else ""
    return (unit.name, unit.level, parent_code) != (row.name, row.level, row.parent_code)


def _has_ended(unit: Organization) -> bool:
    return unit.valid_to is not None and unit.valid_to <= today()

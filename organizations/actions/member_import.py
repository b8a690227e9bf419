"""The people from a file: a hundred thousand rows in minutes, in steady memory, all of them or none."""

from __future__ import annotations

import dataclasses
import itertools
import sqlite3
from collections.abc import Callable, Iterable, Iterator

from django.db import transaction
from django.utils.translation import gettext as _

from audit.actions import lock_order, record
from organizations.actions import guards
from organizations.actions.guards import Actor
from organizations.actions.member_import_batch import ACT, BLANK_POSITIONS, Batch, MemberRow
from organizations.csv_rows import CsvFile, Faults, Row, parse_date
from organizations.enums import MemberStatus, PositionKind

COLUMNS = (
    "code",
    "full_name",
    "phone",
    "email",
    "birth_date",
    "status",
    "cell_code",
    "positions",
    "password",
)
REQUIRED = ("code", "full_name", "cell_code")
BATCH_ROWS = 2000


@dataclasses.dataclass(frozen=True)
class ImportedMembers:
    """What an import did: members by what became of them, positions, and accounts made or given a new password."""

    created: int = 0
    updated: int = 0
    moved: int = 0
    unchanged: int = 0
    positions_given: int = 0
    positions_ended: int = 0
    accounts: int = 0


@transaction.atomic
def import_members(
    *, actor: Actor, path: str, dry_run: bool = False, progress: Callable[[int], object] | None = None
) -> ImportedMembers:
    """Create or update members by code from a CSV file. A changed cell is a move, with its history.

    A column that is not in the file leaves what is there; so does an empty ``status``, ``positions`` or ``password``.
    A filled ``positions`` is the whole list: what is open and not listed ends today; ``-`` ends all.
    Raises Refused, with the bad rows by line (the first 200), and keeps nothing. With ``dry_run`` all is taken back.
    """
    lock_order()
    guards.require_administrator(actor, ACT)
    faults = Faults()
    file = CsvFile(path, columns=COLUMNS, required=REQUIRED, act=ACT, progress=progress)
    seen = _SeenCodes()
    reason = _("Nhập từ tệp %(name)s") % {"name": file.path.name}
    totals = dict.fromkeys((field.name for field in dataclasses.fields(ImportedMembers)), 0)
    for rows in _batches(file.rows(faults), BATCH_ROWS):
        read = [_read(row, faults) for row in rows]
        fit = seen.without_repeats([row for row in read if row is not None], faults)
        batch = Batch(fit, reason=reason[:255])
        batch.check(faults)
        # After the first bad row nothing will be kept: the rest is only looked at.
        if faults.count == 0:
            for name, count in batch.write().items():
                totals[name] += count
    faults.refuse(ACT)
    done = ImportedMembers(**totals)
    record(ACT, actor=actor, target=file.path.name, detail={"sha256": file.sha256.hexdigest(), **totals})
    if dry_run:
        transaction.set_rollback(True)
    return done


class _SeenCodes:
    """The codes of the file so far with their lines, in a scratch database on disk: memory stays flat."""

    def __init__(self) -> None:
        self.rows = sqlite3.connect("")  # private, temporary, gone when it is closed
        self.rows.execute("CREATE TABLE seen (code TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID")

    def without_repeats(self, rows: list[MemberRow], faults: Faults) -> list[MemberRow]:
        """The rows whose code is new in the file; the others are noted."""
        fresh = []
        for row in rows:
            if self.rows.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (row.code, row.line)).rowcount:
                fresh.append(row)
                continue
            (first,) = self.rows.execute("SELECT line FROM seen WHERE code = ?", (row.code,)).fetchone()
            faults.add(
                row.line, _("mã đảng viên “%(code)s” đã có ở dòng %(first)d.") % {"code": row.code, "first": first}
            )
        return fresh


def _batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    iterator = iter(rows)
    while batch := list(itertools.islice(iterator, size)):
        yield batch


def _read(row: Row, faults: Faults) -> MemberRow | None:
    """The row's member, or None after noting everything that is wrong with the row by itself."""
    cells = row.cells
    facts: dict[str, object] = {"full_name": guards.tidy(cells["full_name"])}
    wrong = [guards.code_fault(cells["code"]), guards.name_fault(str(facts["full_name"]))]
    if not cells["cell_code"]:
        wrong.append(_("còn thiếu mã chi bộ (cell_code)."))
    if "phone" in cells:
        facts["phone"] = guards.tidy_phone(cells["phone"])
        wrong.append(guards.phone_fault(str(facts["phone"])))
    if "email" in cells:
        facts["email"] = cells["email"]
        wrong.append(guards.email_fault(cells["email"]))
    if "birth_date" in cells:
        try:
            day = facts["birth_date"] = parse_date(cells["birth_date"])
            wrong.append(guards.birth_date_fault(day))
        except ValueError as error:
            wrong.append(str(error))
    if status := cells.get("status"):
        facts["status"] = status
        if status not in MemberStatus.values:
            wrong.append(
                _("không có diện đảng viên “%(status)s”; các diện là %(known)s.")
                % {"status": status, "known": ", ".join(MemberStatus.values)}
            )
    positions, position_faults = _read_positions(cells.get("positions", ""))
    found = [fault for fault in [*wrong, *position_faults] if fault]
    for fault in found:
        faults.add(row.line, fault)
    if found:
        return None
    return MemberRow(row.line, cells["code"], facts, cells["cell_code"], positions, cells.get("password", ""))


def _read_positions(text: str) -> tuple[frozenset[tuple[str, str]] | None, list[str]]:
    """``TB01:secretary;TB:committee_member`` as pairs of unit code and kind; None where the cell says nothing."""
    if not text:
        return None, []
    if text == BLANK_POSITIONS:
        return frozenset(), []
    pairs, wrong = set(), []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        code, colon, kind = (piece.strip() for piece in part.partition(":"))
        if not (code and colon and kind):
            wrong.append(
                _("chức vụ “%(part)s” không đúng dạng; hãy viết như TB01:secretary;TB:committee_member.")
                % {"part": part}
            )
        elif kind not in PositionKind.values:
            wrong.append(
                _("không có chức vụ “%(kind)s”; các chức vụ là %(known)s.")
                % {"kind": kind, "known": ", ".join(PositionKind.values)}
            )
        else:
            pairs.add((code, kind))
    return frozenset(pairs), wrong

"""Rows of a CSV file, one at a time, with the line that each stands on and everything that is wrong with it."""

from __future__ import annotations

import csv
import datetime
import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext as _

from audit.enums import RefusalCode
from audit.refusals import Refused

MOST_FAULTS_SHOWN = 200
UTF8_MARK = b"\xef\xbb\xbf"
DATE_FORMS = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"),
    re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})"),
)


class Row(NamedTuple):
    """One row: the line it begins on, and its cells by column, without outer spaces."""

    line: int
    cells: dict[str, str]


class Faults:
    """What is wrong with a file: all of it is counted, the first 200 are kept to be shown."""

    def __init__(self) -> None:
        self.count = 0
        self.shown: list[tuple[int, str]] = []

    def add(self, line: int, message: str) -> None:
        """Note a bad row."""
        self.count += 1
        if len(self.shown) < MOST_FAULTS_SHOWN:
            self.shown.append((line, message))

    def refuse(self, act: str) -> None:
        """Raise Refused, naming every bad row by its line, where there is one."""
        if not self.count:
            return
        lines = [
            _("Dòng %(line)d: %(message)s") % {"line": line, "message": message} for line, message in sorted(self.shown)
        ]
        if self.count > len(self.shown):
            lines.append(_("… và %(n)d lỗi khác.") % {"n": self.count - len(self.shown)})
        lines.append(_("Tệp có %(n)d lỗi nên không dòng nào được nhập.") % {"n": self.count})
        raise Refused(RefusalCode.INVALID, "\n".join(lines), act=act)


class CsvFile:
    """A CSV file in UTF-8 (a byte order mark is allowed) with named columns, read as a stream.

    ``columns`` may stand in it in any order, ``required`` must; another is refused, since a misspelt column would
    otherwise be left out unseen. ``progress`` is told how many bytes were read.
    """

    def __init__(
        self,
        path: str,
        *,
        columns: tuple[str, ...],
        required: tuple[str, ...],
        act: str,
        progress: Callable[[int], object] | None = None,
    ) -> None:
        self.path = Path(path)
        self.columns = columns
        self.required = required
        self.act = act
        self.progress = progress or (lambda count: None)
        self.sha256 = hashlib.sha256()
        self._line = 0

    def rows(self, faults: Faults) -> Iterator[Row]:
        """The rows with as many cells as there are columns; the others are noted as faults. Blank lines are skipped.

        Raises Refused for a file that cannot be read, is no UTF-8, is empty, or lacks a column.
        """
        try:
            with self.path.open("rb") as stream:
                yield from self._rows(csv.reader(self._lines(stream), strict=True), faults)
        except FileNotFoundError:
            self._refuse(_("Không có tệp “%(path)s”.") % {"path": self.path})
        except OSError as error:
            self._refuse(_("Không đọc được tệp “%(path)s”: %(why)s.") % {"path": self.path, "why": error.strerror})
        except UnicodeDecodeError:
            self._refuse(
                _("Dòng %(line)d: tệp không phải UTF-8. Hãy lưu lại tệp ở dạng “CSV UTF-8”.") % {"line": self._line}
            )
        except csv.Error as error:
            self._refuse(_("Dòng %(line)d: tệp không đúng dạng CSV (%(why)s).") % {"line": self._line, "why": error})

    def _lines(self, stream: Iterator[bytes]) -> Iterator[str]:
        for raw in stream:
            self._line += 1
            self.sha256.update(raw)
            self.progress(len(raw))
            yield (raw.removeprefix(UTF8_MARK) if self._line == 1 else raw).decode("utf-8")

    def _rows(self, reader: Iterator[list[str]], faults: Faults) -> Iterator[Row]:
        header = [name.strip() for name in next(reader, [])]
        self._check_header(header)
        any_row = False
        begins = self._line + 1
        for values in reader:
            line, begins = begins, self._line + 1
            if not any(value.strip() for value in values):
                continue
            any_row = True
            if len(values) != len(header):
                faults.add(
                    line,
                    _("có %(n)d ô, cần %(m)d ô như dòng tên cột.") % {"n": len(values), "m": len(header)},
                )
                continue
            if any("\x00" in value for value in values):
                faults.add(line, _("có ký tự rỗng (NUL)."))
                continue
            yield Row(line, {name: value.strip() for name, value in zip(header, values, strict=True)})
        if not any_row:
            self._refuse(_("Tệp “%(path)s” không có dòng dữ liệu nào.") % {"path": self.path.name})

    def _check_header(self, header: list[str]) -> None:
        if not any(header):
            self._refuse(_("Tệp “%(path)s” rỗng.") % {"path": self.path.name})
        missing = [name for name in self.required if name not in header]
        if missing:
            self._refuse(
                _("Dòng 1: tệp thiếu cột %(missing)s. Các cột cần có: %(columns)s.")
                % {"missing": ", ".join(missing), "columns": ", ".join(self.required)}
            )
        unknown = [name or "?" for name in header if name not in self.columns]
        if unknown:
            self._refuse(
                _("Dòng 1: tệp có cột lạ: %(unknown)s. Các cột được dùng: %(columns)s.")
                % {"unknown": ", ".join(unknown), "columns": ", ".join(self.columns)}
            )
        if len(set(header)) != len(header):
            self._refuse(_("Dòng 1: có cột bị lặp."))

    def _refuse(self, message: str) -> None:
        raise Refused(RefusalCode.INVALID, message, act=self.act)


def parse_date(text: str) -> datetime.date | None:
    """A date written YYYY-MM-DD or DD/MM/YYYY; None for an empty cell. Raises ValueError, with a message for people."""
    if not text:
        return None
    for form in DATE_FORMS:
        if found := form.fullmatch(text):
            try:
                return datetime.date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                break
    raise ValueError(_("ngày “%(text)s” không hợp lệ; hãy viết như 2025-07-01 hoặc 01/07/2025.") % {"text": text})

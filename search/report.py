"""What people look for, week by week, what finds nothing, and what only near misses.

No row tells of a question that few people asked.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime
import io
import operator
from collections import defaultdict

from django.utils.translation import gettext as _

from search.counting import is_shown
from search.models import SearchCount

SHOWN = 50  # questions of a list
# A cell that begins so is a formula to a spreadsheet, whatever it was meant to be.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclasses.dataclass(frozen=True)
class Line:
    """A question in a week."""

    query: str
    asked: int
    in_vain: int
    only_near: int

    @property
    def missed(self) -> int:
        """How often what it says was not found."""
        return self.in_vain + self.only_near


@dataclasses.dataclass
class Week:
    """A week from Monday on. ``others`` is what is not shown by name."""

    monday: datetime.date
    asked: int = 0
    in_vain: int = 0
    only_near: int = 0
    lines: list[Line] = dataclasses.field(default_factory=list)
    others: Line = dataclasses.field(default_factory=lambda: Line("", 0, 0, 0))

    @property
    def missed_first(self) -> list[Line]:
        """The questions that found nothing, or nothing but near misses; the most frequent first."""
        found = [line for line in self.lines if line.missed]
        return sorted(found, key=lambda line: (-line.missed, line.query))[:SHOWN]

    @property
    def most_asked(self) -> list[Line]:
        """The questions that were asked most."""
        return self.lines[:SHOWN]


def weeks(until: datetime.date, count: int) -> list[Week]:
    """So many weeks, the one of this day last."""
    last = until - datetime.timedelta(days=until.weekday())
    found = {monday: Week(monday) for monday in (last - datetime.timedelta(weeks=n) for n in reversed(range(count)))}
    sums: dict[tuple[datetime.date, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    rows = SearchCount.objects.filter(day__gte=min(found), day__lt=last + datetime.timedelta(weeks=1))
    for day, query, *counts, groups in rows.values_list("day", "query", "asked", "in_vain", "only_near", "groups"):
        total = sums[day - datetime.timedelta(days=day.weekday()), query]
        total[:3] = map(operator.add, total, counts)
        total[3] |= groups
    hidden: dict[datetime.date, list[int]] = defaultdict(lambda: [0, 0, 0])
    for (monday, query), (asked, in_vain, only_near, groups) in sums.items():
        week = found[monday]
        week.asked += asked
        week.in_vain += in_vain
        week.only_near += only_near
        if is_shown(groups):
            week.lines.append(Line(query, asked, in_vain, only_near))
        else:
            hidden[monday] = list(map(operator.add, hidden[monday], (asked, in_vain, only_near)))
    for week in found.values():
        week.lines.sort(key=lambda line: (-line.asked, line.query))
        week.others = Line("", *hidden[week.monday])
    return list(found.values())


def as_csv(shown: list[Week]) -> bytes:
    """The weeks as a file that Excel opens in Vietnamese."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_("Tuần từ"), _("Câu hỏi"), _("Số lần tìm"), _("Số lần không thấy"), _("Số lần chỉ gần đúng")])
    for week in shown:
        for line in week.lines:
            query = f"'{line.query}" if line.query.startswith(FORMULA) else line.query
            writer.writerow([week.monday.isoformat(), query, line.asked, line.in_vain, line.only_near])
        if (others := week.others).asked:
            query = _("(câu ít người hỏi)")
            writer.writerow([week.monday.isoformat(), query, others.asked, others.in_vain, others.only_near])
    return out.getvalue().encode("utf-8-sig")

"""The working calendar: office hours of the week, public holidays, and days worked in their place.

Deadlines are counted in working time. Everything is laid out in the province's zone (TIME_ZONE), day by day, and measured
in UTC: a deadline is right over weekends, holidays and a change of the clocks. Whoever has to count loads the calendar
once (two small queries) and asks it as often as needed.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

Span = tuple[datetime.datetime, datetime.datetime]
Hours = tuple[tuple[datetime.time, datetime.time], ...]

DAY = datetime.timedelta(days=1)
NOTHING = datetime.timedelta()
# Office hours where no others are entered: Monday to Friday, 7:30 to 11:30 and 13:30 to 17:30.
DEFAULT_HOURS: Hours = (
    (datetime.time(7, 30), datetime.time(11, 30)),
    (datetime.time(13, 30), datetime.time(17, 30)),
)
DEFAULT_WEEK: dict[int, Hours] = dict.fromkeys(range(5), DEFAULT_HOURS)
# A working day, as people mean it who say "five working days".
WORKING_DAY = datetime.timedelta(hours=8)
# A calendar that is all holidays must not keep anyone counting for ever: what is not found in this many days ends there.
FURTHEST = 800


class Weekday(models.IntegerChoices):
    """Days as Python counts them."""

    MONDAY = 0, _("Thứ hai")
    TUESDAY = 1, _("Thứ ba")
    WEDNESDAY = 2, _("Thứ tư")
    THURSDAY = 3, _("Thứ năm")
    FRIDAY = 4, _("Thứ sáu")
    SATURDAY = 5, _("Thứ bảy")
    SUNDAY = 6, _("Chủ nhật")


class Holiday(models.Model):
    """A day that is not like its weekday: a public holiday, or a Saturday worked in place of one (làm bù)."""

    day = models.DateField(_("ngày"), unique=True)
    name = models.CharField(_("tên"), max_length=128)
    is_working_day = models.BooleanField(
        _("là ngày làm bù"), default=False, help_text=_("Chọn khi ngày này đi làm, dù là ngày nghỉ trong tuần.")
    )

    class Meta:
        ordering = ["day"]
        verbose_name = _("ngày nghỉ lễ")
        verbose_name_plural = _("ngày nghỉ lễ")

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y} {self.name}"


class WorkingHours(models.Model):
    """Hours in which offices work on a weekday; several rows for a day with a noon break. No rows at all: DEFAULT_WEEK."""

    weekday = models.PositiveSmallIntegerField(_("thứ"), choices=Weekday)
    opens = models.TimeField(_("từ giờ"))
    closes = models.TimeField(_("đến giờ"))

    class Meta:
        ordering = ["weekday", "opens"]
        verbose_name = _("giờ làm việc")
        verbose_name_plural = _("giờ làm việc")
        constraints = [
            models.UniqueConstraint(fields=["weekday", "opens"], name="working_hours_open_once"),
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="working_hours_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}-{self.closes:%H:%M}"


@dataclasses.dataclass(frozen=True)
class Calendar:
    """The hours of each weekday, and for some days whether they are worked whatever their weekday says."""

    week: dict[int, Hours]
    exceptions: dict[datetime.date, bool]

    @classmethod
    def load(cls) -> Calendar:
        """The calendar as it is entered now."""
        week: dict[int, list[tuple[datetime.time, datetime.time]]] = defaultdict(list)
        for hours in WorkingHours.objects.all():
            week[hours.weekday].append((hours.opens, hours.closes))
        exceptions = dict(Holiday.objects.values_list("day", "is_working_day"))
        return cls({day: tuple(rows) for day, rows in week.items()} or DEFAULT_WEEK, exceptions)

    def add(self, moment: datetime.datetime, working: datetime.timedelta) -> datetime.datetime:
        """When so much working time will have passed since this moment. No time at all: the moment itself."""
        left, last = working, moment
        if left <= NOTHING:
            return moment
        for begins, ends in self._spans_after(moment):
            if ends - begins >= left:
                return begins + left
            left, last = left - (ends - begins), ends
        return last

    def back(self, moment: datetime.datetime, working: datetime.timedelta) -> datetime.datetime:
        """The moment from which so much working time passes until this one."""
        left, last = working, moment
        if left <= NOTHING:
            return moment
        for begins, ends in self._spans_before(moment):
            if ends - begins >= left:
                return ends - left
            left, last = left - (ends - begins), begins
        return last

    def between(self, begins: datetime.datetime, ends: datetime.datetime) -> datetime.timedelta:
        """How much working time lies between two moments; none where the second is not the later."""
        total = NOTHING
        for opens, closes in self._spans_after(begins):
            if opens >= ends:
                break
            total += min(closes, ends) - opens
        return total

    def spans_on(self, day: datetime.date) -> list[Span]:
        """The hours worked on a day, as moments in UTC."""
        zone = timezone.get_default_timezone()
        spans = [
            tuple(datetime.datetime.combine(day, time, zone).astimezone(datetime.UTC) for time in hours)
            for hours in self._hours_on(day)
        ]
        return [(begins, ends) for begins, ends in spans if ends > begins]  # not where the clocks skip all of it

    def _hours_on(self, day: datetime.date) -> Hours:
        worked = self.exceptions.get(day)
        if worked is False:
            return ()
        own = self.week.get(day.weekday(), ())
        return own or self._ordinary if worked else own

    @cached_property
    def _ordinary(self) -> Hours:
        """The hours of a day that is worked in place of another: those of the week's first working day."""
        return self.week[min(self.week)]

    def _spans_after(self, moment: datetime.datetime) -> Iterator[Span]:
        first = timezone.localtime(moment, timezone.get_default_timezone()).date()
        for number in range(FURTHEST):
            for begins, ends in self.spans_on(first + number * DAY):
                if ends > moment:
                    yield max(begins, moment), ends

    def _spans_before(self, moment: datetime.datetime) -> Iterator[Span]:
        last = timezone.localtime(moment, timezone.get_default_timezone()).date()
        for number in range(FURTHEST):
            for begins, ends in reversed(self.spans_on(last - number * DAY)):
                if begins < moment:
                    yield begins, min(ends, moment)

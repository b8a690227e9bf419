"""The editorial calendar: what goes out when, by month or week, and the two acts on it."""

from __future__ import annotations

import dataclasses
import datetime
import json
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from audit.enums import RefusalCode
from audit.refusals import Refused
from cms.models import Source
from editorial import actions
from editorial.calendar_entries import (
    Entry,
    entries_between,
    month_days,
    releases_between,
    seen_sources,
    sort_into_days,
    week_days,
)
from editorial.models import Schedule

# Months outside these years are not looked up: no content has dates there, and the first and last year have no edges.
YEARS = range(2000, 2100)
WEEKDAYS = [
    gettext_lazy("Thứ Hai"),
    gettext_lazy("Thứ Ba"),
    gettext_lazy("Thứ Tư"),
    gettext_lazy("Thứ Năm"),
    gettext_lazy("Thứ Sáu"),
    gettext_lazy("Thứ Bảy"),
    gettext_lazy("Chủ nhật"),
]


def sees_everything(user: Any) -> bool:
    """Whether entries of all sources exist for this person: the board and superusers."""
    return actions.may_reschedule(user)


def has_calendar(user: Any) -> bool:
    """Whether this person has a calendar to look at."""
    return sees_everything(user) or Source.objects.with_desk_of(user).exists()


class CalendarView(WagtailAdminTemplateMixin, TemplateView):
    """A month or a week of what is scheduled and what went out. Readable without JavaScript."""

    template_name = "editorial/calendar.html"
    page_title = gettext_lazy("Lịch biên tập")
    header_icon = "calendar"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        everything = sees_everything(user)
        sources = seen_sources(user, everything=everything)
        if not (everything or sources):
            raise PermissionDenied
        view = "week" if self.request.GET.get("view") == "week" else "month"
        date = asked_date(self.request.GET.get("date", ""))
        chosen = [source for source in sources if source.code == self.request.GET.get("source")]
        dates = week_days(date) if view == "week" else month_days(date)
        entries = entries_between(dates[0], dates[-1], sources=chosen or sources, may_move=actions.may_reschedule(user))
        linked = self._with_links(entries, everything=everything)
        if everything and not chosen:
            linked += releases_between(dates[0], dates[-1])
        earlier, later = neighbours(view, date)
        return super().get_context_data(
            view_name=view,
            date=date,
            today=timezone.localdate(),
            days=sort_into_days(dates, linked),
            weekdays=WEEKDAYS,
            hours=range(24),
            period=_period(view, dates, date),
            earlier=earlier,
            later=later,
            sources=sources,
            chosen=chosen[0] if chosen else None,
            count=len(linked),
            may_move=actions.may_reschedule(user),
            **kwargs,
        )

    def _with_links(self, entries: list[Entry], *, everything: bool) -> list[Entry]:
        """Links to the editor where it opens for this person: the board, the source's editors, a draft's writer."""
        user = self.request.user
        edited: set[int] = set()
        if not everything:
            edited = set(Source.objects.filter(editors__in=user.groups.all()).values_list("pk", flat=True))
        return [
            dataclasses.replace(entry, edit_url=reverse("wagtailadmin_pages:edit", args=[entry.page_id]))
            if everything or entry.source_id in edited or entry.owner_id == user.pk
            else entry
            for entry in entries
        ]


@require_POST
def move(request: HttpRequest, schedule_id: int) -> HttpResponse:
    """Move a publication: ``{"at": "2026-03-01T08:30"}``, or ``{"day": "2026-03-01"}`` with or without ``"hour": 8``.

    What is not named stays as it was: another day keeps the time of day, another hour keeps the minutes.
    """
    schedule = _seen_schedule(request, schedule_id, act="reschedule")
    due_at = _asked_time(request, timezone.localtime(schedule.due_at))
    moved = actions.reschedule(actor=request.user, schedule_id=schedule.pk, due_at=due_at)
    at = timezone.localtime(moved.due_at)
    return JsonResponse(
        {
            "success": True,
            "at": at.strftime("%Y-%m-%dT%H:%M"),
            "message": _("Đã đổi giờ đăng “%(page)s” sang %(time)s.")
            % {"page": schedule.page.draft_title, "time": date_format(at, "DATETIME_FORMAT")},
        }
    )


@require_POST
def call_off(request: HttpRequest, schedule_id: int) -> HttpResponse:
    """Call off a publication."""
    schedule = _seen_schedule(request, schedule_id, act="cancel_schedule")
    actions.cancel_schedule(actor=request.user, schedule_id=schedule.pk)
    return JsonResponse(
        {"success": True, "message": _("Đã hủy lịch đăng “%(page)s”.") % {"page": schedule.page.draft_title}}
    )


def asked_date(text: str) -> datetime.date:
    """The date of an address; today where it is missing or no date."""
    try:
        date = datetime.date.fromisoformat(text)
    except ValueError:
        return timezone.localdate()
    return date if date.year in YEARS else timezone.localdate()


def neighbours(view: str, date: datetime.date) -> tuple[datetime.date, datetime.date]:
    """A date in the month or week before this one, and one in that after it."""
    if view == "week":
        return date - datetime.timedelta(days=7), date + datetime.timedelta(days=7)
    first = date.replace(day=1)
    return (first - datetime.timedelta(days=1)).replace(day=1), (first + datetime.timedelta(days=31)).replace(day=1)


def _period(view: str, dates: list[datetime.date], date: datetime.date) -> str:
    if view == "month":
        return _("Tháng %(month)d năm %(year)d") % {"month": date.month, "year": date.year}
    return _("Tuần từ %(first)s đến %(last)s") % {
        "first": date_format(dates[0], "DATE_FORMAT"),
        "last": date_format(dates[-1], "DATE_FORMAT"),
    }


def _seen_schedule(request: HttpRequest, schedule_id: int, *, act: str) -> Schedule:
    """A schedule of a source that exists for this person; others are refused as if they were not there."""
    found = Schedule.objects.filter(pk=schedule_id).select_related("page")
    if not sees_everything(request.user):
        found = found.filter(page__source__in=Source.objects.with_desk_of(request.user))
    schedule = found.first()
    if schedule is None:
        raise Refused(RefusalCode.NOT_FOUND, _("Lịch đăng này không còn chờ nữa."), act=act)
    return schedule


def _asked_time(request: HttpRequest, before: datetime.datetime) -> datetime.datetime:
    """The time that was asked for, in the province's time zone, without seconds."""
    try:
        body = json.loads(request.body)
        if "at" in body:
            naive = datetime.datetime.fromisoformat(body["at"])
        else:
            naive = datetime.datetime.combine(
                datetime.date.fromisoformat(body["day"]),
                datetime.time(int(body.get("hour", before.hour)), before.minute),
            )
        if naive.tzinfo is not None or naive.year not in YEARS:
            raise ValueError(naive)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Refused(
            RefusalCode.INVALID,
            _("Không đọc được giờ mới. Hãy chọn ngày và giờ, ví dụ 08:30 01/03/2026."),
            field="due_at",
            act="reschedule",
        ) from error
    return timezone.make_aware(naive.replace(second=0, microsecond=0))

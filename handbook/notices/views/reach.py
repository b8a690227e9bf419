"""The screens of how far a notice has come: numbers for committees, names for one's own unit, and files."""

from __future__ import annotations

import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from wagtail.admin import messages

from handbook.notices import actions, export
from handbook.notices.enums import State, Status
from handbook.notices.permissions import budget_setters, sees_names, sees_numbers, sends_for, tells_in_person
from handbook.notices.reach import everywhere, people_of, reach_of
from handbook.notices.views.base import ReachScreen
from organizations.models import Member, Organization


@method_decorator(never_cache, name="dispatch")
class ReachView(ReachScreen):
    """The numbers of a unit and of those directly below it; with ``?part=numbers`` the table alone, for refreshing."""

    template_name = "notices/reach.html"
    page_title = gettext_lazy("Tình hình tiếp nhận")

    @cached_property
    def unit(self) -> Organization:
        """The unit that is looked into: one below where the view begins, or that itself."""
        asked = self.request.GET.get("unit", "")
        if not asked:
            return self.top
        unit = Organization.objects.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 19 else None
        if unit is None or not sees_numbers(self.request.user, unit):
            raise Http404
        return unit

    @property
    def stopped_at(self) -> datetime.datetime | None:
        """Since when those who have not read it are not texted for want of budget: told to who may send for the unit."""
        notice = self.notice
        if notice.texts_stopped_at is None or not sends_for(self.request.user, notice.organization):
            return None
        return notice.texts_stopped_at if notice.status_at(timezone.now()) == Status.SENT else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        notice, unit, text = self.notice, self.unit, self.notice.current
        above = Organization.objects.filter(pk__in=unit.line_ids[:-1]).order_by("path")
        return super().get_context_data(
            notice=notice,
            text=text,
            unit=unit,
            reach=reach_of(notice, unit, text),
            above=[each for each in above if sees_numbers(self.request.user, each)],
            may_see_names=sees_names(self.request.user, unit),
            is_recalled=notice.state == State.RECALLED,
            stopped_at=self.stopped_at,
            budget_setters=budget_setters() if self.stopped_at else [],
            now=timezone.now(),
            **kwargs,
        )

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        if self.request.GET.get("part") == "numbers":
            return TemplateResponse(self.request, "notices/numbers.html", context)
        return super().render_to_response(context, **kwargs)


@method_decorator(never_cache, name="dispatch")
class ExportView(ReachView):
    """The numbers of every unit below, as CSV or XLSX. There are no names in it."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.kwargs["form"]
        if form not in export.FORMS:
            raise Http404
        rows = everywhere(self.notice, self.unit, self.notice.current)
        return export.response(form, self.notice, self.unit, rows)


@method_decorator(never_cache, name="dispatch")
class PeopleView(ReachScreen):
    """Who of one's own unit has done what it asks, and whom to call or visit. Each look is in the audit."""

    template_name = "notices/people.html"
    page_title = gettext_lazy("Đảng viên cần gọi hoặc đến gặp")

    @cached_property
    def unit(self) -> Organization:
        """The person's own unit; 404 for any other."""
        unit = Organization.objects.filter(pk=self.kwargs["unit_pk"]).first()
        if unit is None or not sees_names(self.request.user, unit):
            raise Http404
        return unit

    def way_here(self) -> list[dict[str, Any]]:
        url = f"{reverse('notices:reach', args=[self.notice.pk])}?unit={self.unit.pk}"
        return [{"url": url, "label": self.notice.current.title}, {"url": "", "label": self.unit.name}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        people, text, now = people_of(self.notice, self.unit), self.notice.current, timezone.now()
        actions.log_names_read(actor=self.actor, notice=self.notice, unit=self.unit, names=len(people), form="screen")
        return super().get_context_data(
            notice=self.notice,
            text=text,
            unit=self.unit,
            waiting=[each for each in people if not each.is_done],
            done=[each for each in people if each.is_done],
            may_tell=self.notice.state == State.SENT and tells_in_person(self.request.user, self.unit),
            may_answer=text.deadline is None or now <= text.deadline,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Say that a member was told in person. A refusal is shown on the page before, by ``cms.middleware``."""
        asked = request.POST.get("member", "")
        member = Member.objects.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 19 else None
        if member is None:
            raise Http404
        actions.tell_in_person(
            actor=self.actor,
            notice=self.notice,
            unit=self.unit,
            member=member,
            answer=request.POST.get("answer", ""),
            reason=request.POST.get("reason", ""),
        )
        messages.success(request, _("Đã ghi: %(member)s được báo trực tiếp.") % {"member": member.full_name})
        return HttpResponseRedirect(request.path)


class SheetView(ReachScreen):
    """The notice on a sheet of A4, for the notice board and for those without a phone."""

    template_name = "notices/sheet.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if self.notice.state != State.SENT:
            raise Http404
        return {"notice": self.notice, "text": self.notice.current, "loud": self.kwargs["form"] == "loudspeaker"}

"""The numbers of units as bars and as files, and how a unit answers."""

from __future__ import annotations

import datetime
from typing import Any

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handbook.feedback import actions, export
from handbook.feedback.forms import SettingsForm
from handbook.feedback.models import FeedbackSettings
from handbook.feedback.permissions import answering_units, highest_unit
from handbook.feedback.statistics import every_unit, table_of
from handbook.feedback.views.base import ActForm, Screen
from organizations.enums import Right
from organizations.models import Organization
from organizations.scope import held_by, organizations_where

PERIODS = (30, 90, 365)


class NumbersView(Screen):
    """The numbers of a unit and of those directly below it, within what the person may see."""

    template_name = "feedback/numbers.html"
    page_title = gettext_lazy("Thống kê góp ý")

    @cached_property
    def days(self) -> int:
        """How many days back."""
        asked = self.request.GET.get("days", "")
        return int(asked) if asked in map(str, PERIODS) else PERIODS[0]

    @cached_property
    def unit(self) -> Organization:
        """The unit that is looked into; without a choice the highest of the person's own."""
        asked = self.request.GET.get("unit", "")
        if asked:
            units = answering_units(self.request.user)
            found = units.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 19 else None
        else:
            found = highest_unit(self.request.user)
        if found is None:
            raise Http404
        return found

    def check(self) -> None:
        _found = self.unit

    def since(self) -> datetime.datetime:
        """From when on is counted."""
        return timezone.now() - datetime.timedelta(days=self.days)

    def way_here(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        table = table_of(self.request.user, self.unit, self.since(), timezone.now())
        units = answering_units(self.request.user)
        above = units.filter(pk__in=self.unit.line_ids[:-1]).order_by("path")
        return super().get_context_data(
            table=table,
            unit=self.unit,
            above=above,
            days=self.days,
            periods=PERIODS,
            most=max((row.numbers.open + row.numbers.settled for row in table.rows), default=0) or 1,
            may_set=held_by(self.request.user, Right.APPROVE).exists()
            or self.request.user.has_perm("organizations.administer"),
            **kwargs,
        )


class NumbersExportView(NumbersView):
    """The numbers of every unit below, as CSV or XLSX."""

    def get(  # type: ignore[override]
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> StreamingHttpResponse:
        if self.kwargs["form"] not in export.FORMS:
            raise Http404
        rows = every_unit(request.user, self.unit, self.since(), timezone.now())
        return export.response(self.kwargs["form"], f"gop-y-so-lieu-{self.unit.pk}", export.numbers(rows))


class SettingsView(ActForm):
    """How many of a unit's committee approve its answers."""

    form_class = SettingsForm
    page_title = gettext_lazy("Cách trả lời góp ý")
    submit_label = gettext_lazy("Lưu")

    @cached_property
    def units(self) -> Any:
        """Units whose committee the person sits on; for an operator any."""
        if self.request.user.has_perm("organizations.administer"):
            return organizations_where(self.request.user, Right.APPROVE).in_force()
        return held_by(self.request.user, Right.APPROVE)

    def check(self) -> None:
        if not self.units.exists():
            raise Http404

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "units": self.units}

    def get_initial(self) -> dict[str, Any]:
        unit = self.units.first()
        found = FeedbackSettings.objects.filter(organization=unit).first()
        return {"organization": unit.pk, "approvals": found.approvals if found else 0}

    def act(self, form: Any) -> str:
        facts = form.cleaned_data
        actions.save_settings(actor=self.actor, organization=facts["organization"], approvals=facts["approvals"])
        self.told(_("Đã lưu cách trả lời của “%(unit)s”.") % {"unit": facts["organization"]})
        return reverse("feedback:numbers")

    def way_here(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": self.page_title}]

    def back(self) -> str:
        return reverse("feedback:numbers")

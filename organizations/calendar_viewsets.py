"""The screens of the working calendar, under the settings."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from organizations import actions
from organizations.calendar import Holiday, WorkingHours


class HolidayForm(WagtailAdminModelForm):
    """A day and why it is not like others."""

    class Meta:
        model = Holiday
        fields = ["day", "name", "is_working_day"]

    def save(self, commit: bool = True) -> Holiday:
        """The day with the form's values; the action writes it."""
        return self.instance


class HolidayCreateView(generic.CreateView):
    """Adds a day through the action."""

    def save_instance(self) -> Holiday:
        return actions.save_holiday(actor=self.request.user, holiday=self.form.save())


class HolidayEditView(generic.EditView):
    """Changes a day through the action."""

    def save_instance(self) -> Holiday:
        return actions.save_holiday(actor=self.request.user, holiday=self.form.save())


class HolidayDeleteView(generic.DeleteView):
    """Takes a day out through the action."""

    def delete_action(self) -> None:
        actions.delete_holiday(actor=self.request.user, holiday=self.object)


class HolidayViewSet(ModelViewSet):
    """Ngày nghỉ lễ."""

    model = Holiday
    name = "holidays"
    icon = "date"
    menu_label = _("Ngày nghỉ lễ")
    menu_order = 320
    add_to_settings_menu = True
    copy_view_enabled = False
    list_display = ["day", "name", "is_working_day"]
    add_view_class = HolidayCreateView
    edit_view_class = HolidayEditView
    delete_view_class = HolidayDeleteView

    def get_form_class(self, for_update: bool = False) -> Any:
        """One form for new and old."""
        return HolidayForm


class WorkingHoursForm(WagtailAdminModelForm):
    """Hours of a weekday."""

    class Meta:
        model = WorkingHours
        fields = ["weekday", "opens", "closes"]

    def save(self, commit: bool = True) -> WorkingHours:
        """The hours with the form's values; the action writes them."""
        return self.instance


class WorkingHoursCreateView(generic.CreateView):
    """Adds hours through the action."""

    def save_instance(self) -> WorkingHours:
        return actions.save_working_hours(actor=self.request.user, hours=self.form.save())


class WorkingHoursEditView(generic.EditView):
    """Changes hours through the action."""

    def save_instance(self) -> WorkingHours:
        return actions.save_working_hours(actor=self.request.user, hours=self.form.save())


class WorkingHoursDeleteView(generic.DeleteView):
    """Takes hours out through the action."""

    def delete_action(self) -> None:
        actions.delete_working_hours(actor=self.request.user, hours=self.object)


class WorkingHoursViewSet(ModelViewSet):
    """Giờ làm việc."""

    model = WorkingHours
    name = "working_hours"
    icon = "time"
    menu_label = _("Giờ làm việc")
    menu_order = 321
    add_to_settings_menu = True
    copy_view_enabled = False
    list_display = ["weekday", "opens", "closes"]
    add_view_class = WorkingHoursCreateView
    edit_view_class = WorkingHoursEditView
    delete_view_class = WorkingHoursDeleteView

    def get_form_class(self, for_update: bool = False) -> Any:
        """One form for new and old."""
        return WorkingHoursForm

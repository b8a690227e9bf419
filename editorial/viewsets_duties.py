"""The screens on which the board keeps what each source owes a month."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from cms.viewsets import RefusalOnForm, indented
from editorial import duty_actions
from editorial.models import Duty


class DutyForm(WagtailAdminModelForm):
    """A duty of a source."""

    class Meta:
        model = Duty
        fields = ["source", "name", "kind", "category", "per_month"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].label_from_instance = indented

    def save(self, commit: bool = True) -> Duty:
        """The duty with the form's values; ``editorial.duty_actions`` writes it."""
        return self.instance


class DutyCreateView(RefusalOnForm, generic.CreateView):
    """Gives a duty through the action."""

    def save_instance(self) -> Duty:
        return duty_actions.save_duty(actor=self.request.user, duty=self.form.save())


class DutyEditView(RefusalOnForm, generic.EditView):
    """Changes a duty through the action."""

    def save_instance(self) -> Duty:
        return duty_actions.save_duty(actor=self.request.user, duty=self.form.save())


class DutyDeleteView(generic.DeleteView):
    """Takes a duty away through the action."""

    def delete_action(self) -> None:
        duty_actions.delete_duty(actor=self.request.user, duty_id=self.object.pk)


class DutyViewSet(ModelViewSet):
    """Việc hằng tháng."""

    model = Duty
    name = "duties"
    icon = "tasks"
    menu_label = _("Việc hằng tháng")
    menu_order = 295
    add_to_settings_menu = True
    copy_view_enabled = False
    list_display = ["name", "source", "kind", "category", "per_month"]
    list_filter = ["source"]
    list_select_related: Any = ["source", "category"]
    add_view_class = DutyCreateView
    edit_view_class = DutyEditView
    delete_view_class = DutyDeleteView

    def get_form_class(self, for_update: bool = False) -> Any:
        """One form for new and old."""
        return DutyForm

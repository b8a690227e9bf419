"""The screens on which abbreviations are kept."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from cms.viewsets import RefusalOnForm
from search import actions
from search.models import Abbreviation


class AbbreviationForm(WagtailAdminModelForm):
    """An abbreviation and what it stands for."""

    class Meta:
        model = Abbreviation
        fields = ["short", "long"]

    def save(self, commit: bool = True) -> Abbreviation:
        """The abbreviation with the form's values; ``search.actions`` writes it."""
        return self.instance


class AbbreviationCreateView(RefusalOnForm, generic.CreateView):
    """Adds an abbreviation through the action."""

    def save_instance(self) -> Abbreviation:
        return actions.save_abbreviation(actor=self.request.user, abbreviation=self.form.save())


class AbbreviationEditView(RefusalOnForm, generic.EditView):
    """Changes an abbreviation through the action."""

    def save_instance(self) -> Abbreviation:
        return actions.save_abbreviation(actor=self.request.user, abbreviation=self.form.save())


class AbbreviationDeleteView(generic.DeleteView):
    """Deletes an abbreviation through the action."""

    def delete_action(self) -> None:
        actions.delete_abbreviation(actor=self.request.user, abbreviation_id=self.object.pk)


class AbbreviationViewSet(ModelViewSet):
    """Từ viết tắt."""

    model = Abbreviation
    name = "abbreviations"
    icon = "search"
    menu_label = _("Từ viết tắt")
    menu_order = 310
    add_to_settings_menu = True
    copy_view_enabled = False
    search_fields = ["short", "long"]
    list_display = ["short", "long"]
    add_view_class = AbbreviationCreateView
    edit_view_class = AbbreviationEditView
    delete_view_class = AbbreviationDeleteView

    def get_form_class(self, for_update: bool = False) -> Any:
        """One form for new and old."""
        return AbbreviationForm

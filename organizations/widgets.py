"""Choosing among thousands of units: a search box with results from the server, for one unit or several."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.widgets.chooser import BaseChooser

from organizations.models import Organization

CHOOSER_URL_NAME = "organization_chooser:choose"


class OrganizationChooser(BaseChooser):
    """Chooses one unit. ``among`` is a word of ``organizations.permissions.CHOICES``."""

    model = Organization
    icon = "group"
    choose_one_text = _("Chọn tổ chức")
    choose_another_text = _("Chọn tổ chức khác")
    clear_choice_text = _("Bỏ chọn")
    show_edit_link = False
    chooser_modal_url_name = CHOOSER_URL_NAME

    def __init__(self, *, among: str = "all", **kwargs: Any) -> None:
        self.among = among
        super().__init__(**kwargs)

    def get_instance(self, value: Any) -> Organization | None:
        """The unit to show; what was posted may be anything."""
        if value is None or isinstance(value, Organization) or str(value).isdecimal():
            return super().get_instance(value)
        return None

    def get_chooser_modal_url(self) -> str:
        return f"{reverse(CHOOSER_URL_NAME)}?among={self.among}"


class OrganizationMultipleChooser(forms.Widget):
    """Chooses several units. A form never carries more of them than are chosen.

    For a many-to-many field: ``FieldPanel("addressed_to", widget=OrganizationMultipleChooser)``.
    """

    template_name = "organizations/widgets/multiple_chooser.html"
    # ModelMultipleChoiceField hands its lazy list of all units here; it is never walked.
    choices: Any = ()

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return [value for value in (data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])) if value]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """An empty choice posts nothing at all, as check boxes do."""
        return False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        ids = [getattr(item, "pk", item) for item in value or []]
        ids = [pk for pk in ids if str(pk).isdecimal()]
        context["widget"]["chosen"] = list(Organization.objects.filter(pk__in=ids)) if ids else []
        context["widget"]["modal_url"] = f"{reverse(CHOOSER_URL_NAME)}?among=all"
        return context

    def id_for_label(self, id_: str) -> str:
        """None: a label tied to the button would hide the button's own words from a screen reader."""
        return ""

    @property
    def media(self) -> forms.Media:
        return forms.Media(
            js=[
                versioned_static("wagtailadmin/js/chooser-modal.js"),
                versioned_static("wagtailadmin/js/chooser-widget.js"),
                versioned_static("organizations/multiple-chooser.js"),
            ],
            css={"all": [versioned_static("organizations/multiple-chooser.css")]},
        )

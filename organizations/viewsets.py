"""Where the screens and the chooser of units are, and what the menu shows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import ForeignKey
from django.http import Http404, HttpRequest
from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.forms.models import register_form_field_override
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import chooser as chooser_views
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.viewsets.chooser import ChooserViewSet

from organizations import activation_views, delegation_views, views
from organizations.models import Organization, OrganizationQuerySet
from organizations.permissions import CHOICES, visible_units
from organizations.widgets import OrganizationChooser


class OrganizationMenuItem(MenuItem):
    """Shown to who looks after members somewhere; asked once a request, whatever entries of the menu ask it."""

    def is_shown(self, request: Any) -> bool:
        if not hasattr(request, "looks_after_units"):
            user = request.user
            request.looks_after_units = user.has_perm("organizations.administer") or visible_units(user).exists()
        return request.looks_after_units


class OrganizationViewSet(ViewSet):
    """The screens of the organisation tree."""

    name = "organizations"
    icon = "group"
    menu_label = _("Tổ chức đảng")
    menu_name = "organizations"
    menu_order = 350
    menu_item_class = OrganizationMenuItem
    add_to_admin_menu = True

    def get_urlpatterns(self) -> list[Any]:
        return [
            path("", views.TreeView.as_view(), name="index"),
            path("<int:pk>/", views.UnitView.as_view(), name="unit"),
            path("<int:pk>/activation/", activation_views.ActivationView.as_view(), name="activation"),
            path("members/", views.FindMemberView.as_view(), name="find"),
            path("members/<int:pk>/", views.MemberView.as_view(), name="member"),
            path("members/<int:pk>/move/", views.MoveMemberView.as_view(), name="move"),
            path("members/<int:pk>/end-sessions/", activation_views.EndSessionsView.as_view(), name="end_sessions"),
            path("members/<int:pk>/give-position/", views.GivePositionView.as_view(), name="give_position"),
            path("positions/<int:pk>/delegate/", delegation_views.DelegateView.as_view(), name="delegate"),
            path("delegations/", delegation_views.DelegationsView.as_view(), name="delegations"),
            path("delegations/<int:pk>/end/", delegation_views.EndDelegationView.as_view(), name="end_delegation"),
            path("positions/<int:pk>/end/", views.EndPositionView.as_view(), name="end_position"),
        ]


class AmongMixin:
    """Offers, lists and hands out only the units that the word ``among`` in the address stands for."""

    request: HttpRequest

    def among(self) -> OrganizationQuerySet:
        """The units, or 404 for a word that is none."""
        word = self.request.GET.get("among", "all")
        if word not in CHOICES:
            raise Http404
        return CHOICES[word](self.request.user).select_related("parent")

    def get_object_list(self) -> OrganizationQuerySet:
        return self.among()


class ChooseColumnsMixin(AmongMixin):
    """The columns by which units of the same name are told apart."""

    per_page = 20
    ordering = ("name", "pk")

    @property
    def columns(self) -> list[Column]:
        title = super().columns[0]  # type: ignore[misc]
        title.label = _("Tên")
        return [
            title,
            Column("level", label=_("Cấp"), accessor="get_level_display"),
            Column("parent", label=_("Trực thuộc"), accessor="parent"),
            Column("code", label=_("Mã"), accessor="code"),
        ]


class UnitFilterForm(BaseFilterForm):
    """The search box of the chooser."""

    q = forms.CharField(
        label=_("Tên hoặc mã tổ chức"),
        help_text=_("Có thể gõ không dấu."),
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("Ví dụ: dang uy xa vu thu")}),
    )

    def filter(self, objects: OrganizationQuerySet) -> OrganizationQuerySet:
        objects = super().filter(objects)
        text = self.cleaned_data.get("q", "").strip()
        if text:
            objects = objects.found_by(text)
            self.is_searching = True
            self.search_query = text
        return objects


class ChooseView(ChooseColumnsMixin, chooser_views.ChooseView):
    """The window: a search box and the first results."""

    filter_form_class = UnitFilterForm


class ChooseResultsView(ChooseColumnsMixin, chooser_views.ChooseResultsView):
    """The results alone."""

    filter_form_class = UnitFilterForm


class ChosenView(AmongMixin, chooser_views.ChosenView):
    """One unit that was chosen; another than those offered is not there."""

    def get_object(self, pk: str) -> Organization:
        if not pk.isdecimal():
            raise Http404
        return self.among().get(pk=pk)


class ChosenMultipleView(AmongMixin, chooser_views.ChosenMultipleView):
    """Several units that were chosen."""

    def get_objects(self, pks: list[str]) -> OrganizationQuerySet:
        return self.among().filter(pk__in=[pk for pk in pks if pk.isdecimal()])


class OrganizationChooserViewSet(ChooserViewSet):
    """Chooses units; the field of every foreign key to a unit in the admin's forms."""

    model = Organization
    icon = "group"
    page_title = _("Chọn tổ chức đảng")
    per_page = 20
    preserve_url_parameters = ["multiple", "among"]
    choose_view_class = ChooseView
    choose_results_view_class = ChooseResultsView
    chosen_view_class = ChosenView
    chosen_multiple_view_class = ChosenMultipleView
    widget_class = OrganizationChooser
    register_widget = False

    def get_urlpatterns(self) -> list[Any]:
        """Without "create": units are made by imports and acts, never in passing."""
        return [pattern for pattern in super().get_urlpatterns() if pattern.name != "create"]

    def on_register(self) -> None:
        super().on_register()
        register_form_field_override(ForeignKey, to=Organization, override={"widget": OrganizationChooser})


organization_chooser = OrganizationChooserViewSet("organization_chooser")

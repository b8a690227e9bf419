"""The screens on which sources and the people of their desks are kept. The board reads, superusers change."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from cms.models import Source
from cms.viewsets import RefusalOnForm, indented
from editorial import source_actions
from editorial.actions import may_reschedule
from editorial.source_actions import DeskRole
from organizations.enums import Level
from organizations.models import Organization


class SourcePermissionPolicy(ModelPermissionPolicy):
    """The board sees sources; only superusers change them; nobody deletes one, because its content stays its own."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        if action == "view":
            return may_reschedule(user)
        return action != "delete" and source_actions.may_change_sources(user)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        return self.user_has_permission(user, action)


register_permission_policy(Source, SourcePermissionPolicy(Source))


class SourceForm(WagtailAdminModelForm):
    """A source. Its groups and pages are made with it and are not chosen."""

    class Meta:
        model = Source
        fields = ["code", "name", "name_en", "organization", "workflow", "allowed_categories", "due_hours", "active"]
        widgets = {"allowed_categories": forms.CheckboxSelectMultiple}
        help_texts = {"code": gettext_lazy("Chữ thường không dấu, ví dụ: tuyen-giao. Không đổi được về sau.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["allowed_categories"].label_from_instance = indented
        # Committees and bodies of the province stand for sources, cells never: the list stays short.
        self.fields["organization"].queryset = Organization.objects.in_force().exclude(
            level__in=[Level.CELL, Level.GROUP]
        )
        if self.instance.pk:
            self.fields["code"].disabled = True
        else:
            del self.fields["active"]

    def save(self, commit: bool = True) -> Source:
        """The source with the form's values; ``editorial.source_actions`` writes it."""
        return self.instance

    def values(self) -> dict[str, Any]:
        """What the action is given."""
        values = {**self.cleaned_data, "allowed_categories": list(self.cleaned_data["allowed_categories"])}
        if self.instance.pk:
            del values["code"]
        return values


class SourceIndexView(generic.IndexView):
    """All sources, with how many people are on their desks."""

    def get_base_queryset(self) -> QuerySet[Source]:
        return (
            super()
            .get_base_queryset()
            .select_related("workflow", "organization")
            .prefetch_related("allowed_categories")
            .annotate(
                contributor_count=Count("contributors__user", distinct=True),
                editor_count=Count("editors__user", distinct=True),
            )
        )

    def get_edit_url(self, instance: Source) -> str | None:
        """The name leads to the source's page, for everyone."""
        return self.get_inspect_url(instance)


class SourceCreateView(RefusalOnForm, generic.CreateView):
    """Makes a source through the action, with its groups, pages and rights."""

    def save_instance(self) -> Source:
        return source_actions.create_source(actor=self.request.user, **self.form.values())


class SourceEditView(RefusalOnForm, generic.EditView):
    """Changes a source through the action."""

    def save_instance(self) -> Source:
        return source_actions.change_source(actor=self.request.user, source_id=self.object.pk, **self.form.values())


class SourceInspectView(generic.InspectView):
    """A source's page: what it is, and who is on its desk."""

    page_title = gettext_lazy("Nguồn tin")
    template_name = "editorial/source.html"

    def get_fields_context(self) -> list[dict[str, Any]]:
        source = self.object
        categories = ", ".join(str(each) for each in source.allowed_categories.all()) or _("mọi chuyên mục")
        rows = [
            (_("Mã"), source.code),
            (_("Tên tiếng Anh"), source.name_en or "–"),
            (_("Tổ chức"), source.organization),
            (_("Quy trình duyệt"), source.workflow),
            (_("Chuyên mục được dùng"), categories),
            (_("Hạn xử lý"), _("%(n)d giờ làm việc mỗi bước") % {"n": source.due_hours}),
            (_("Trạng thái"), _("đang hoạt động") if source.active else _("đã ngừng")),
        ]
        return [{"label": label, "value": value, "component": None} for label, value in rows]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        desk = [
            {
                "role": role,
                "people": getattr(self.object, role.value).user_set.order_by("username"),
                "add_url": reverse("sources:desk_add", args=[self.object.pk, role.value]),
            }
            for role in DeskRole
        ]
        may_change = source_actions.may_change_sources(self.request.user)
        return super().get_context_data(desk=desk, may_change=may_change, **kwargs)


@require_POST
def desk_add(request: HttpRequest, pk: int, role: str) -> HttpResponse:
    """Put a person on the desk."""
    username = request.POST.get("username", "")
    source_actions.add_to_desk(actor=request.user, source_id=pk, role=role, username=username)
    messages.success(request, _("Đã thêm “%(name)s”.") % {"name": username.strip()})
    return redirect("sources:inspect", pk)


@require_POST
def desk_remove(request: HttpRequest, pk: int, role: str, user_id: int) -> HttpResponse:
    """Take a person off the desk."""
    source_actions.remove_from_desk(actor=request.user, source_id=pk, role=role, user_id=user_id)
    messages.success(request, _("Đã đưa người này khỏi bàn biên tập."))
    return redirect("sources:inspect", pk)


def category_names(source: Source) -> str:
    """The categories that a source may use."""
    return ", ".join(str(each) for each in source.allowed_categories.all()) or _("mọi chuyên mục")


class SourceViewSet(ModelViewSet):
    """Nguồn tin."""

    model = Source
    name = "sources"
    icon = "group"
    menu_label = gettext_lazy("Nguồn tin")
    menu_order = 290
    add_to_settings_menu = True
    copy_view_enabled = False
    inspect_view_enabled = True
    list_display = [
        "name",
        Column("code", label=gettext_lazy("Mã")),
        Column("contributor_count", label=gettext_lazy("Cộng tác viên")),
        Column("editor_count", label=gettext_lazy("Biên tập")),
        Column("workflow", label=gettext_lazy("Quy trình duyệt")),
        Column("categories", label=gettext_lazy("Chuyên mục được dùng"), accessor=category_names),
        Column("due_hours", label=gettext_lazy("Hạn (giờ làm việc)")),
        BooleanColumn("active", label=gettext_lazy("Hoạt động")),
    ]
    index_view_class = SourceIndexView
    add_view_class = SourceCreateView
    edit_view_class = SourceEditView
    inspect_view_class = SourceInspectView
    inspect_template_name = "editorial/source.html"

    def get_form_class(self, for_update: bool = False) -> type[SourceForm]:
        """One form for new and old."""
        return SourceForm

    def get_urlpatterns(self) -> list[Any]:
        """The viewset's own, without deletion, and the desk's two acts."""
        kept = [each for each in super().get_urlpatterns() if each.name != "delete"]
        return [
            *kept,
            path("<int:pk>/desk/<slug:role>/add/", desk_add, name="desk_add"),
            path("<int:pk>/desk/<slug:role>/<int:user_id>/remove/", desk_remove, name="desk_remove"),
        ]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_common_view_kwargs(**{"delete_url_name": None, **kwargs})

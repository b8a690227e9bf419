"""The screens on which categories are kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from audit.actions import record_refusal
from audit.refusals import Refused
from cms import actions
from cms.models import Category


class RefusalOnForm:
    """For a form's view: a refused act is told beside its field, recorded, and nothing of it is kept."""

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)  # type: ignore[misc]
        except Refused as refusal:
            record_refusal(refusal, actor=self.request.user, channel="admin")  # type: ignore[attr-defined]
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            self.produced_error_message = self.get_error_message()  # type: ignore[attr-defined]
            return self.form_invalid(form)  # type: ignore[attr-defined]


class CategoryChoiceField(forms.ModelChoiceField):
    """A category, chosen from the tree."""

    def label_from_instance(self, category: Any) -> str:
        """The name, indented by its depth."""
        return f"{'— ' * (category.path.count('/') - 2)}{category.name}"


class CategoryForm(WagtailAdminModelForm):
    """A category with its place in the tree."""

    parent = CategoryChoiceField(
        queryset=Category.objects.order_by("path"),
        required=False,
        label=_("Thuộc chuyên mục"),
        empty_label=_("(chuyên mục gốc)"),
    )

    class Meta:
        model = Category
        fields = ["name", "name_en", "parent", "slug"]
        help_texts = {"slug": _("Chữ thường không dấu, số và gạch nối, ví dụ: tin-trong-tinh.")}

    def save(self, commit: bool = True) -> Category:
        """The category with the form's values; ``cms.actions`` writes it."""
        return self.instance


class CategoryCreateView(RefusalOnForm, generic.CreateView):
    """Makes a category through the action."""

    def save_instance(self) -> Category:
        return actions.save_category(actor=self.request.user, category=self.form.save())


class CategoryEditView(RefusalOnForm, generic.EditView):
    """Changes a category through the action."""

    def save_instance(self) -> Category:
        return actions.save_category(actor=self.request.user, category=self.form.save())


class CategoryDeleteView(generic.DeleteView):
    """Deletes a category through the action, which says what still uses it."""

    def get_usage(self) -> None:
        """Not asked: the action knows more uses than Wagtail does, and names them."""
        return None

    def get_usage_url(self) -> None:
        return None

    def delete_action(self) -> None:
        actions.delete_category(actor=self.request.user, category_id=self.object.pk)


class CategoryIndexView(generic.IndexView):
    """All categories in the order of the tree."""

    def get_base_queryset(self) -> QuerySet[Category]:
        return (
            super()
            .get_base_queryset()
            .annotate(page_count=Count("pages", distinct=True), source_count=Count("sources", distinct=True))
        )

    def order_queryset(self, queryset: QuerySet[Category]) -> QuerySet[Category]:
        return queryset.order_by("path")

    def _get_title_column(self, field_name: str, column_class: Any = None, **kwargs: Any) -> Any:
        column = super()._get_title_column(field_name, **kwargs)
        # The name is a link; its depth is told by what stands before it.
        column.get_value = indented  # type: ignore[method-assign]
        return column


def indented(category: Category) -> SafeString:
    """The name behind as many dashes as there are categories above."""
    return format_html("{}{}", "— " * (category.path.count("/") - 2), category.name)


class CategoryViewSet(ModelViewSet):
    """Chuyên mục."""

    model = Category
    name = "categories"
    icon = "list-ul"
    menu_label = _("Chuyên mục")
    menu_order = 300
    add_to_settings_menu = True
    copy_view_enabled = False
    list_per_page = 200
    search_fields = ["name", "slug"]
    list_display = [
        "name",
        Column("name_en", label=_("Tên tiếng Anh")),
        Column("path", label=_("Đường dẫn")),
        Column("page_count", label=_("Số nội dung")),
        Column("source_count", label=_("Dành cho nguồn")),
    ]
    index_view_class = CategoryIndexView
    add_view_class = CategoryCreateView
    edit_view_class = CategoryEditView
    delete_view_class = CategoryDeleteView

    def get_form_class(self, for_update: bool = False) -> type[CategoryForm]:
        """One form for new and old."""
        return CategoryForm

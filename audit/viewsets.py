"""The screen on which the audit is read. It has no way to change anything."""

from __future__ import annotations

import re
from typing import Any

import django_filters
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import path
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import BaseListingView, PermissionCheckedMixin
from wagtail.admin.viewsets.base import ViewSet

from audit.enums import ACT_LABELS, DETAIL_LABELS, Outcome
from audit.models import AuditEntry

# A moment as JSON keeps it.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$")


class CappedPaginator(WagtailPaginator):
    """Counts and pages through the newest entries only, so that a page of a million entries costs as one of a thousand.

    Older entries are reached by the date filter, which the index on ``at`` serves.
    """

    cap = 2_000

    @cached_property
    def count(self) -> int:
        """How many entries can be paged through, at most ``cap``."""
        return self.object_list.order_by()[: self.cap].count()

    @cached_property
    def items_count_label(self) -> str:
        """The count, or that there are more."""
        if self.count >= self.cap:
            return str(_("%(n)d mục mới nhất. Lọc theo thời gian để xem mục cũ hơn.") % {"n": self.cap})
        return str(_("%(n)d mục") % {"n": self.count})


class AuditFilterSet(WagtailFilterSet):
    """By person, act, outcome and date."""

    person = django_filters.CharFilter(
        label=_("Người thực hiện"), method="of_person", help_text=_("Tên đăng nhập, đúng từng chữ.")
    )
    act = django_filters.ChoiceFilter(label=_("Việc"), choices=lambda: list(ACT_LABELS.items()))
    outcome = django_filters.ChoiceFilter(label=_("Kết quả"), choices=Outcome.choices)
    at = django_filters.DateFromToRangeFilter(label=_("Ngày"), widget=DateRangePickerWidget)

    class Meta:
        model = AuditEntry
        fields: list[str] = []

    def of_person(self, queryset: QuerySet[AuditEntry], name: str, value: str) -> QuerySet[AuditEntry]:
        """Entries of an account, also under an earlier name of it; else of whoever acted under this name."""
        user_id = get_user_model().objects.filter(username=value).values_list("pk", flat=True).first()
        return queryset.filter(actor_id=user_id) if user_id else queryset.filter(actor=value)


class DetailColumn(Column):
    """What else was recorded, one fact a line, in the reader's words and time."""

    def get_value(self, instance: AuditEntry) -> SafeString:
        facts = [
            (DETAIL_LABELS.get(key, key), _shown(fact))
            for key, fact in instance.detail.items()
            if fact not in (None, "", [], {})
        ]
        return format_html_join("", "<div><b>{}</b>: {}</div>", facts)


def _shown(fact: Any) -> str:
    if isinstance(fact, dict):
        return "; ".join(f"{DETAIL_LABELS.get(key, key)}: {_shown(each)}" for key, each in fact.items())
    if isinstance(fact, list):
        inner = any(isinstance(each, list) for each in fact)
        return ("; " if inner else ", ").join(_shown(each) for each in fact)
    moment = parse_datetime(fact) if isinstance(fact, str) and _MOMENT.match(fact) else None
    return date_format(localtime(moment), "DATETIME_FORMAT") if moment else str(fact)


class AuditLogView(PermissionCheckedMixin, BaseListingView):
    """The audit, newest first. No export: who did what leaves the house only as the operator's dump."""

    template_name = "wagtailadmin/reports/base_report.html"
    results_template_name = "wagtailadmin/reports/base_report_results.html"
    paginate_by = 50
    model = AuditEntry
    page_title = _("Nhật ký kiểm tra")
    header_icon = "history"
    any_permission_required = ["view"]
    filterset_class = AuditFilterSet
    paginator_class = CappedPaginator
    is_searchable = True
    search_fields = ["target", "target_id"]
    index_url_name = "audit_log:index"
    index_results_url_name = "audit_log:index_results"
    columns = [
        Column("seq", label=_("Số")),
        DateColumn("at", label=_("Thời điểm")),
        Column("actor", label=_("Người thực hiện")),
        Column("act_label", label=_("Việc"), accessor="act_label"),
        Column("outcome", label=_("Kết quả"), accessor="get_outcome_display"),
        Column("target", label=_("Đối tượng")),
        DetailColumn("detail", label=_("Chi tiết")),
    ]

    def search_queryset(self, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """By the words of the target's name, or exactly by its id or by the act's code."""
        if not self.is_searching:
            return queryset
        words = self.search_query
        return queryset.filter(Q(target__icontains=words) | Q(target_id=words) | Q(act=words))

    def order_queryset(self, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """Newest first, always: the number is the order."""
        return queryset.order_by("-seq")


class AuditLogViewSet(ViewSet):
    """Where the audit is read: Báo cáo > Nhật ký kiểm tra."""

    name = "audit_log"
    url_prefix = "reports/audit"
    icon = "history"

    def get_urlpatterns(self) -> list[Any]:
        """The page, and the part of it that filters replace."""
        return [
            path("", AuditLogView.as_view(), name="index"),
            path("results/", AuditLogView.as_view(results_only=True), name="index_results"),
        ]


def may_read_audit(request: HttpRequest) -> bool:
    """Whether the audit exists for this person."""
    return request.user.has_perm("audit.view_auditentry")

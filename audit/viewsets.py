"""The screen on which the audit is read. It has no way to change anything."""

from __future__ import annotations

import re
from typing import Any

import django_filters
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.urls import path, reverse
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import format_html_join
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import BaseListingView, PermissionCheckedMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.widgets.button import HeaderButton

from audit import people, units
from audit.enums import ACT_LABELS, DETAIL_LABELS, Outcome, RefusalCode
from audit.export import export_audit
from audit.models import AuditEntry

FILTERS = ("person", "unit", "item", "act", "outcome", "at_from", "at_to", "q")
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
    """By person, unit, item, act, outcome and date."""

    person = django_filters.CharFilter(
        label=_("Người thực hiện"), method="of_person", help_text=_("Tên đăng nhập hoặc họ tên; một phần cũng được.")
    )
    unit = django_filters.CharFilter(
        label=_("Tổ chức"), method="of_unit", help_text=_("Mã hoặc tên; gồm cả các tổ chức trực thuộc.")
    )
    item = django_filters.CharFilter(
        label=_("Đối tượng"), method="of_item", help_text=_("Mã số của bài, thông báo, đảng viên…")
    )
    act = django_filters.ChoiceFilter(label=_("Việc"), choices=lambda: list(ACT_LABELS.items()))
    outcome = django_filters.ChoiceFilter(label=_("Kết quả"), choices=Outcome.choices)
    at = django_filters.DateFromToRangeFilter(label=_("Ngày"), widget=DateRangePickerWidget)

    class Meta:
        model = AuditEntry
        fields: list[str] = []

    def of_person(self, queryset: QuerySet[AuditEntry], name: str, value: str) -> QuerySet[AuditEntry]:
        """Entries of the account of exactly this name, also under an earlier name of it. Where there is none: of all whose
        name has these words, and of whoever acted under such a name, as programs do and accounts that are gone did."""
        if account := people.account_of(value.strip()):
            return queryset.filter(actor_id=account)
        acted = Q(*(Q(actor__icontains=word) for word in value.split()))
        return queryset.filter(Q(actor_id__in=people.accounts_named(value)) | acted)

    def of_unit(self, queryset: QuerySet[AuditEntry], name: str, value: str) -> QuerySet[AuditEntry]:
        """Entries whose target or actor belonged, when it happened, to a unit so named or to one below it."""
        return queryset.filter(units.at_or_below(units.paths_named(value)))

    def of_item(self, queryset: QuerySet[AuditEntry], name: str, value: str) -> QuerySet[AuditEntry]:
        """Entries about the things with this id; with their kind before it (``cms.article 12``) about one."""
        *kind, target_id = value.split()
        kinds = [kind[0]] if kind else _target_types()
        return queryset.filter(target_type__in=kinds, target_id=target_id)


def _target_types() -> list[str]:
    """All kinds of things, so that the index on kind and id is used."""
    return sorted(model._meta.label_lower for model in apps.get_models())


class UnitColumn(Column):
    """The unit to which the target belonged, or else the actor; the whole page's names are read at once."""

    def get_value(self, instance: AuditEntry) -> str:
        return getattr(instance, "unit_name", "")


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
    if isinstance(fact, str) and fact in RefusalCode.values:
        return str(RefusalCode(fact).label)
    moment = parse_datetime(fact) if isinstance(fact, str) and _MOMENT.match(fact) else None
    return date_format(localtime(moment), "DATETIME_FORMAT") if moment else str(fact)


class AuditLogView(PermissionCheckedMixin, BaseListingView):
    """The audit, newest first. Who may export gets what the filters show, in full, as a file."""

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
        UnitColumn("unit_name", label=_("Tổ chức")),
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

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the names of the units of this page, in one query."""
        context = super().get_context_data(**kwargs)
        entries = list(context["object_list"])
        names = units.names_of({entry.unit or entry.actor_unit for entry in entries})
        for entry in entries:
            entry.unit_name = names.get(entry.unit or entry.actor_unit, "")
        return context

    @cached_property
    def header_buttons(self) -> list[Any]:
        """Leads to the file, with the filters that are set."""
        if not may_export_audit(self.request):
            return []
        query = self.request.GET.copy()
        query.pop("p", None)
        url = f"{reverse('audit_log:export')}?{query.urlencode()}"
        return [HeaderButton(_("Xuất tệp CSV"), url=url, icon_name="download")]


class AuditExportView(AuditLogView):
    """What the filters show, in full, as CSV."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> StreamingHttpResponse:
        """The file. Asked for with GET as any download; that it left the house is in the audit itself."""
        if not may_export_audit(request):
            raise PermissionDenied
        filters = {key: request.GET[key] for key in FILTERS if request.GET.get(key)}
        lines = export_audit(actor=request.user, entries=self.get_queryset(), filters=filters)
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        name = f"nhat-ky-{localtime():%Y-%m-%d-%H%M}.csv"
        response["Content-Disposition"] = content_disposition_header(True, name) or ""
        response["Cache-Control"] = "no-store"
        return response


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
            path("export/", AuditExportView.as_view(), name="export"),
        ]


def may_read_audit(request: HttpRequest) -> bool:
    """Whether the audit exists for this person."""
    return request.user.has_perm("audit.view_auditentry")


def may_export_audit(request: HttpRequest) -> bool:
    """Whether this person may take the audit out of the house."""
    return may_read_audit(request) and request.user.has_perm("audit.export_auditentry")

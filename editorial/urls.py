"""Addresses of Wagtail's admin that stand before its own; the screens of this room are in ``wagtail_hooks``."""

from __future__ import annotations

from django.urls import path, re_path
from wagtail.admin.auth import require_admin_access
from wagtail.utils.urlpatterns import decorate_urlpatterns

from editorial.views.chooser import ChooserBrowseView, ChooserSearchView
from editorial.views.history import CompareView
from editorial.views.reports import HistoryReport, WorkflowReport
from editorial.views.translations import TranslationsView

# Under Wagtail's names: its dialogs, and the boundary of a desk (``middleware``), know the choosers by them.
urlpatterns = decorate_urlpatterns(
    [
        path("choose-page/", ChooserBrowseView.as_view(), name="wagtailadmin_choose_page"),
        path("choose-page/<int:parent_page_id>/", ChooserBrowseView.as_view(), name="wagtailadmin_choose_page_child"),
        path("choose-page/search/", ChooserSearchView.as_view(), name="wagtailadmin_choose_page_search"),
        re_path(
            r"^pages/(?P<page_id>\d+)/revisions/compare/(?P<before>live|earliest|\d+)\.\.\.(?P<after>live|latest|\d+)/$",
            CompareView.as_view(),
        ),
        path("reports/workflow/", WorkflowReport.as_view(), name="wagtailadmin_workflow_report"),
        path(
            "reports/workflow/results/",
            WorkflowReport.as_view(results_only=True),
            name="wagtailadmin_workflow_report_results",
        ),
        path("reports/site-history/", HistoryReport.as_view(), name="wagtailadmin_history_report"),
        path(
            "reports/site-history/results/",
            HistoryReport.as_view(results_only=True),
            name="wagtailadmin_history_report_results",
        ),
        path("localize/reports/translations/", TranslationsView.as_view(), name="editorial_translations"),
        path("localize/reports/translations/results/", TranslationsView.as_view()),
    ],
    require_admin_access,
)

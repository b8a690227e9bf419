"""What the editorial room adds to the Wagtail admin, and what it takes away there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import path, re_path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.action_menu import SubmitForModerationMenuItem
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.widgets.button import Button
from wagtail.models import Page
from wagtail.permissions import policy_registry

from audit.enums import RefusalCode
from audit.refusals import Refused
from cms.models import ContentPage
from editorial import calendar_hooks, review_link_hooks, translation_hooks  # noqa: F401
from editorial.app_preview import may_preview
from editorial.dashboard import may_watch
from editorial.models.steps import undecided_by
from editorial.permissions import choosable_pages, desk_sources, may_amend, may_compose_releases
from editorial.views.amendments import AmendView, CorrectView, RecallView, ReplaceView, WithdrawView
from editorial.views.app_preview import AppPreviewView
from editorial.views.dashboard import DashboardExportView, DashboardView
from editorial.views.desk import BeginView, DeskView
from editorial.views.emergency import EmergencyView
from editorial.views.explorer import ContentViewSet
from editorial.views.history import CompareView, HistoryView
from editorial.views.path import PathView
from editorial.views.releases import (
    ReleaseFormView,
    ReleasePhoneView,
    ReleasePreviewView,
    ReleasePrintView,
    ReleasesView,
    ReleaseView,
)
from editorial.views.requests import RequestView
from editorial.views.review import ReviewFileView, ReviewView
from editorial.views.session import SignedInView, session
from editorial.viewsets import FeedViewSetGroup
from editorial.viewsets_duties import DutyViewSet

# Nothing of Wagtail's own that would publish, take down or schedule is offered: approvals do (ADR 0005).
FORBIDDEN_ACTIONS = {"action-publish", "action-unpublish"}


@hooks.register("register_admin_urls")
def editorial_urls() -> list[Any]:
    """The screens of the editorial room."""
    return [
        path("editorial/desk/", DeskView.as_view(), name="editorial_desk"),
        path("editorial/dashboard/", DashboardView.as_view(), name="editorial_dashboard"),
        re_path(
            r"^editorial/dashboard/export/(?P<kind>csv|xlsx)/$",
            DashboardExportView.as_view(),
            name="editorial_dashboard_export",
        ),
        path("editorial/begin/", BeginView.as_view(), name="editorial_begin"),
        path("editorial/review/<int:page_id>/<int:revision_id>/", ReviewView.as_view(), name="editorial_review"),
        path(
            "editorial/review/<int:page_id>/<int:revision_id>/file/<str:signed>/",
            ReviewFileView.as_view(),
            name="editorial_review_file",
        ),
        path("editorial/request/<uuid:request_id>/", RequestView.as_view(), name="editorial_request"),
        path("editorial/releases/", ReleasesView.as_view(), name="editorial_releases"),
        path("editorial/releases/add/", ReleaseFormView.as_view(), name="editorial_release_add"),
        path("editorial/releases/<int:pk>/", ReleaseView.as_view(), name="editorial_release"),
        path("editorial/releases/<int:pk>/edit/", ReleaseFormView.as_view(), name="editorial_release_edit"),
        path("editorial/releases/<int:pk>/preview/", ReleasePreviewView.as_view(), name="editorial_release_preview"),
        path("editorial/releases/<int:pk>/phone/", ReleasePhoneView.as_view(), name="editorial_release_phone"),
        path("editorial/releases/<int:pk>/print/", ReleasePrintView.as_view(), name="editorial_release_print"),
        path("editorial/session/", session, name="editorial_session"),
        path("editorial/signed-in/", SignedInView.as_view(), name="editorial_signed_in"),
        path("editorial/path/<int:page_id>/", PathView.as_view(), name="editorial_path"),
        path("editorial/app-preview/<int:page_id>/", AppPreviewView.as_view(), name="editorial_app_preview"),
        path("editorial/history/<int:page_id>/", HistoryView.as_view(), name="editorial_history"),
        path(
            "editorial/compare/<int:page_id>/<int:before>/<int:after>/", CompareView.as_view(), name="editorial_compare"
        ),
        path("editorial/amend/<int:page_id>/", AmendView.as_view(), name="editorial_amend"),
        path("editorial/correct/<int:page_id>/", CorrectView.as_view(), name="editorial_correct"),
        path("editorial/withdraw/<int:page_id>/", WithdrawView.as_view(), name="editorial_withdraw"),
        path("editorial/replace/<int:page_id>/", ReplaceView.as_view(), name="editorial_replace"),
        path("editorial/recall/<int:page_id>/", RecallView.as_view(), name="editorial_recall"),
        path("editorial/emergency/<int:page_id>/", EmergencyView.as_view(), name="editorial_emergency"),
    ]


@hooks.register("register_admin_menu_item")
def desk_menu_item() -> MenuItem:
    """First in the menu."""
    return MenuItem(gettext_lazy("Bàn làm việc"), reverse("editorial_desk"), name="desk", icon_name="home", order=1)


class ReleasesMenuItem(MenuItem):
    """Shown to who composes releases."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_compose_releases(request.user)


@hooks.register("register_admin_menu_item")
def releases_menu_item() -> MenuItem:
    """After the desk."""
    return ReleasesMenuItem(
        gettext_lazy("Đợt phát hành"), reverse("editorial_releases"), name="releases", icon_name="list-ul", order=3
    )


class DashboardMenuItem(MenuItem):
    """Shown to those who watch a source: a committee only decides."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_watch(request.user) or desk_sources(request.user).exists()


@hooks.register("register_admin_menu_item")
def dashboard_menu_item() -> DashboardMenuItem:
    """Second in the menu."""
    return DashboardMenuItem(
        gettext_lazy("Tiến độ công việc"), reverse("editorial_dashboard"), name="dashboard", icon_name="tasks", order=2
    )


@hooks.register("register_permissions")
def pipeline_permission() -> QuerySet[Permission]:
    """Lets superusers give a group (Văn phòng) the right to see how all sources stand."""
    return Permission.objects.filter(content_type__app_label="editorial", codename="watch_pipeline")


@hooks.register("register_admin_viewset")
def register_duties() -> DutyViewSet:
    """What each source owes a month."""
    return DutyViewSet()


# --- the buttons of a page


@hooks.register("register_page_header_buttons")
def page_header_buttons(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """The way of the draft, and the acts of the few, where Wagtail shows a page."""
    if isinstance(page, ContentPage):
        yield from _page_buttons(page, user)
        if page.pk is not None and may_preview(user, page):
            address = reverse("editorial_app_preview", args=[page.pk])
            yield Button(_("Xem trên ứng dụng"), url=address, icon_name="mobile-alt", priority=6)


@hooks.register("register_page_listing_more_buttons")
def page_listing_buttons(page: Page, user: Any, next_url: str | None = None) -> Iterator[Button]:
    """The same in the explorer's lists."""
    if isinstance(page, ContentPage):
        yield from _page_buttons(page, user)


def _page_buttons(page: ContentPage, user: Any) -> Iterator[Button]:
    if page.pk is None:
        return
    yield Button(
        _("Đường đi của bản thảo"), url=reverse("editorial_path", args=[page.pk]), icon_name="history", priority=5
    )
    if page.live and may_amend(user):
        address = reverse("editorial_amend", args=[page.pk])
        yield Button(_("Đính chính, gỡ, thu hồi"), url=address, icon_name="edit", priority=70)
    if user.has_perm("editorial.emergency_publish"):
        yield Button(
            _("Đăng khẩn cấp"), url=reverse("editorial_emergency", args=[page.pk]), icon_name="warning", priority=75
        )


class SubmitItem(SubmitForModerationMenuItem):
    """Wagtail's button without the workflow's name: a source has one way, and the name makes the button unreadable."""

    def get_context_data(self, parent_context: Any) -> Any:
        context = super().get_context_data(parent_context)
        context["label"] = _("Trình duyệt")
        return context


class ReviewLink(Component):
    """Leads from the editing form to the review page, where what is decided is what is shown."""

    order = 1
    name = "editorial-review"

    def render_html(self, parent_context: Any = None) -> SafeString:
        page = parent_context["page"]
        state = page.current_workflow_task_state
        url = reverse("editorial_review", args=[page.pk, state.revision_id])
        return format_html('<a class="button" href="{}">{}</a>', url, _("Đọc và quyết định"))


@hooks.register("construct_page_action_menu")
def page_action_menu(items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    """Leave out whatever would publish, and offer the review page to who decides."""
    items[:] = [item for item in items if item.name not in FORBIDDEN_ACTIONS]
    items[:] = [SubmitItem(order=item.order) if item.name == "action-submit" else item for item in items]
    page = context.get("page")
    if context["view"] != "edit" or not isinstance(page, ContentPage):
        return
    state = page.current_workflow_task_state
    if state and undecided_by(request.user).filter(pk=state.pk).exists():
        items.append(ReviewLink())


# --- what a form may do


@hooks.register("before_edit_page")
def refuse_a_stale_decision(request: HttpRequest, page: Page) -> None:
    """A decision sent from a form that shows an older text is refused: it would count for a text nobody read."""
    if request.method != "POST" or not isinstance(page, ContentPage) or not request.POST.get("action-workflow-action"):
        return
    latest = page.get_latest_revision()
    shown = request.POST.get("overwrite_revision_id") or request.POST.get("loaded_revision_id")
    saved_at = request.POST.get("loaded_revision_created_at")
    overwritten = not request.POST.get("overwrite_revision_id") and saved_at != latest.created_at.isoformat()
    if shown == str(latest.pk) and not overwritten:
        return
    raise Refused(
        RefusalCode.CONFLICT,
        _("“%(page)s” vừa được sửa. Hãy đọc lại bản mới rồi quyết định.") % {"page": page},
        field="revision",
        act="decide",
        target=page,
    )


# --- what a person may see in Wagtail's lists


@hooks.register("construct_explorer_page_queryset")
def own_desk_in_the_explorer(parent_page: Page, pages: QuerySet[Page], request: HttpRequest) -> QuerySet[Page]:
    """The explorer opens a page by its number for anyone with pages on both sides of the tree; here it asks."""
    explorable = policy_registry.get_by_type(Page).explorable_instances(request.user)
    if not explorable.filter(pk=parent_page.pk).exists():
        raise Http404
    return pages


@hooks.register("construct_page_chooser_queryset")
def own_desk_in_choosers(pages: QuerySet[Page], request: HttpRequest) -> QuerySet[Page]:
    """Wagtail's page choosers list the whole tree, drafts included."""
    return choosable_pages(pages, request.user)


@hooks.register("register_admin_viewset")
def register_feeds() -> FeedViewSetGroup:
    """The feeds, under one menu item."""
    return FeedViewSetGroup()


@hooks.register("register_admin_viewset")
def register_page_screens() -> ContentViewSet:
    """The page screens, after Wagtail's own (order -1), which they replace."""
    return ContentViewSet()

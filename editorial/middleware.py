"""The boundary of a desk in Wagtail's admin: a page of another desk does not exist, on whichever path it is asked for.

Wagtail checks rights view by view, and most of its past advisories are a check missing on a second path. Here the
question is asked once, below all of its page views, before any of them runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from wagtail.models import Page
from wagtail.permissions import policy_registry

from audit.readings import OPEN_PAGE, record_refused_reading
from cms.forbidden import record_what_is_forbidden
from cms.models import ContentPage
from editorial.permissions import choosable_pages, is_board, works_on

PAGE_ARGUMENTS = ("page_id", "page_pk", "parent_page_id", "page_to_move_id", "destination_id")
# Views whose "pk" is that of a page.
PAGE_VIEWS = ("wagtailadmin_pages:", "wagtailadmin_api:pages:")
# What the databases keep ids in; a greater number would end in their own error.
LARGEST_ID = 2**63 - 1
# Reports over all pages, which know no desks.
BOARD_REPORTS = ("page_types_usage", "page_types_usage_results")


class DeskBoundary:
    """Answers 404 for pages of other desks, and leads from Wagtail's dashboard to the desk."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Look at the address before Wagtail's view does."""
        if any(isinstance(value, int) and value > LARGEST_ID for value in kwargs.values()):
            raise Http404
        match = request.resolver_match
        if match is None or not request.user.is_authenticated:
            return None
        if match.view_name == "wagtailadmin_home":
            return HttpResponseRedirect(reverse("editorial_desk"))
        if not match.view_name.startswith("wagtail"):
            return None  # our own screens ask for themselves: reviewers come there, who are of no desk
        if match.url_name in BOARD_REPORTS and not is_board(request.user):
            record_what_is_forbidden(request)
            raise Http404
        if self._reaches_foreign(request, match.view_name, kwargs):
            self._record(request, kwargs)
            raise Http404
        return None

    def _record(self, request: HttpRequest, kwargs: dict[str, Any]) -> None:
        """Who asked for another desk's page is in the audit, under the first page that the address names."""
        named = [kwargs[name] for name in (*PAGE_ARGUMENTS, "pk", "object_id") if kwargs.get(name)]
        asked = [value for value in [*named, *request.GET.getlist("id")] if str(value).isdigit()]
        page = ContentPage.objects.filter(pk__in=asked[:1]).first()
        if page is not None:
            record_refused_reading(act=OPEN_PAGE, actor=request.user, target=page.specific, channel="admin")

    def _reaches_foreign(self, request: HttpRequest, view_name: str, kwargs: dict[str, Any]) -> bool:
        user = request.user
        if is_board(user):
            return False
        named = [kwargs[name] for name in PAGE_ARGUMENTS if kwargs.get(name)]
        if view_name.startswith(PAGE_VIEWS):
            named += [kwargs.get("pk")]
        if view_name.startswith("wagtailadmin_editing_sessions:"):
            named += [kwargs.get("object_id")]
        asked = request.GET.getlist("id")
        if view_name == "wagtailadmin_choose_page_chosen_multiple":
            ids = {int(value) for value in asked if value.isdigit()}
            return choosable_pages(Page.objects.filter(pk__in=ids), user).count() != len(ids)
        if view_name == "wagtail_bulk_action" and kwargs.get("model_name") == "page":
            if "all" in asked:
                return not self._is_own_place(user, request.GET.get("childOf"))
            named += asked
        return any(self._is_foreign(user, page_id) for page_id in named)

    def _is_foreign(self, user: Any, page_id: Any) -> bool:
        if not str(page_id).isdigit():
            return False
        page = ContentPage.objects.filter(pk=page_id).only("pk", "source_id").first()
        return page is not None and not works_on(user, page)

    def _is_own_place(self, user: Any, page_id: Any) -> bool:
        """Whether all that lies below this page is of the person's desk."""
        page = Page.objects.filter(pk=page_id).first() if str(page_id).isdigit() else None
        policy = policy_registry.get_by_type(Page)
        return page is not None and policy.user_has_any_permission_for_instance(user, {"add", "change"}, page)

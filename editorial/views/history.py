"""Who changed what of a page, and any two of its texts side by side; on a phone, one below the other."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy
from wagtail.models import Revision

from audit.readings import OPEN_PAGE, record_refused_reading
from editorial.history import corrections_since, differences, history_of, is_order_only, readable_revisions
from editorial.middleware import LARGEST_ID
from editorial.permissions import may_open_editor
from editorial.views.path import PageScreen

PAGE_TEXTS = 15
SIDES = ("before", "after")


class HistoryView(PageScreen):
    """The texts of a page that exist for this person, newest first, each with the names of what was changed."""

    template_name = "editorial/history.html"
    page_title = gettext_lazy("Ai đã sửa gì")
    header_icon = "history"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The list; with two texts chosen, on to their comparison. Who turns the page has not chosen yet."""
        chosen = [request.GET.get(side, "") for side in SIDES]
        if "p" not in request.GET and all(each.isdecimal() for each in chosen):
            return redirect("editorial_compare", self.page.pk, *map(int, chosen))
        return super().get(request, *args, **kwargs)

    def _chosen(self, revisions: QuerySet[Revision]) -> dict[str, Revision]:
        """What was chosen on another page of the list, by its side; nothing that does not exist for this person."""
        asked = {side: self.request.GET.get(side, "") for side in SIDES}
        ids = {int(each) for each in asked.values() if each.isdecimal() and int(each) <= LARGEST_ID}
        found = {str(each.pk): each for each in revisions.filter(pk__in=ids).select_related("user")} if ids else {}
        return {side: found[pk] for side, pk in asked.items() if pk in found}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = self.page
        revisions = readable_revisions(page, self.request.user)
        items = Paginator(revisions.values_list("pk", flat=True), PAGE_TEXTS).get_page(self.request.GET.get("p"))
        last = items.number * PAGE_TEXTS
        # One more than is shown: what the oldest of this stretch is compared with.
        found = list(revisions.select_related("user")[last - PAGE_TEXTS : last + 1])
        shown, rest = found[:PAGE_TEXTS], found[PAGE_TEXTS:]
        return super().get_context_data(
            page=page,
            items=items,
            texts=history_of(page, shown, rest[0] if rest else None, self.request.user),
            chosen=self._chosen(revisions),
            shown={each.pk for each in shown},
            can_edit=may_open_editor(self.request.user, page),
            **kwargs,
        )


class CompareView(PageScreen):
    """Two texts of one page, the older first whichever way they were asked for; in Wagtail's place at its address too."""

    template_name = "editorial/compare.html"
    page_title = gettext_lazy("So sánh hai bản")
    header_icon = "view"

    @cached_property
    def texts(self) -> tuple[Revision, Revision]:
        """The older and the newer; 404 where one does not exist for this person."""
        found = [self._text(self.kwargs["before"]), self._text(self.kwargs["after"])]
        older, newer = sorted(found, key=lambda revision: (revision.created_at, revision.pk))
        return older, newer

    def _text(self, named: Any) -> Revision:
        page, user = self.page, self.request.user
        readable: QuerySet[Revision] = readable_revisions(page, user)
        pk = {"live": page.live_revision_id, "latest": page.latest_revision_id}.get(named, named)
        if named == "earliest":
            pk = readable.order_by("created_at", "pk").values_list("pk", flat=True).first()
        revision = readable.select_related("user").filter(pk=pk).first() if pk else None
        if revision is None:
            if page.revisions.filter(pk=pk or 0).exists():
                record_refused_reading(act=OPEN_PAGE, actor=user, target=page, channel="admin")
            raise Http404
        return revision

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Between the desk and this: the page's history."""
        *above, own = super().get_breadcrumbs_items()
        history = {"url": reverse("editorial_history", args=[self.page.pk]), "label": HistoryView.page_title}
        return [*above, history, own]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        older, newer = self.texts
        changes = differences(self.page, older, newer, self.request)
        return super().get_context_data(
            page=self.page,
            older=older,
            newer=newer,
            changes=[(each, is_order_only(each)) for each in changes],
            corrections=corrections_since(older, newer),
            **kwargs,
        )

"""The way of a draft, shown to everyone involved."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from audit.readings import OPEN_PAGE, record_refused_reading
from cms.models import ContentPage
from editorial.enums import ScheduledAct
from editorial.models import Schedule
from editorial.path import way_of
from editorial.permissions import may_amend, may_open_editor, may_see, works_on
from editorial.translation_states import Translated, translations_of
from editorial.views.desk import EditorialView


class PageScreen(EditorialView):
    """A screen about one page, for those for whom the page exists."""

    @cached_property
    def page(self) -> ContentPage:
        """The page of the address."""
        page = get_object_or_404(ContentPage, pk=self.kwargs["page_id"]).specific
        if not may_see(self.request.user, page):
            record_refused_reading(act=OPEN_PAGE, actor=self.request.user, target=page, channel="admin")
            raise Http404
        return page

    def get_page_subtitle(self) -> str:
        return self.page.draft_title or self.page.title


class PathView(PageScreen):
    """Who wrote, submitted, decided, scheduled, published and took down; when, and why."""

    template_name = "editorial/path.html"
    page_title = _("Đường đi của bản thảo")
    header_icon = "history"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = self.page
        can_edit = may_open_editor(self.request.user, page)
        planned = {schedule.act: schedule for schedule in Schedule.objects.pending().filter(page=page)}
        return super().get_context_data(
            page=page,
            events=way_of(page, with_links=can_edit),
            can_edit=can_edit,
            state=page.current_workflow_state,
            task_state=page.current_workflow_task_state,
            schedule=planned.get(ScheduledAct.PUBLISH),
            expiry=planned.get(ScheduledAct.EXPIRE),
            lifting=planned.get(ScheduledAct.LIFT),
            # Also what is no longer out: a stub can still be recalled.
            can_amend=bool(page.first_published_at) and may_amend(self.request.user),
            translations=self._translations(),
            **kwargs,
        )

    def _translations(self) -> list[Translated]:
        """How the page stands in the other languages. Who is not of its desk knows of a translation what came to them."""
        found = translations_of([self.page.translation_key]).get(self.page.translation_key, [])
        if works_on(self.request.user, self.page):
            return found
        return [each for each in found if each.page_id == self.page.pk]

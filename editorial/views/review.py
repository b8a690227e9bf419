"""The review page: one text as its readers will see it, and the two buttons. Made for a phone held in one hand."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views import View
from wagtail.models import Revision

from audit.readings import OPEN_PAGE, record_refused_reading
from cms.models import ContentPage
from editorial.actions import decide
from editorial.history import differences
from editorial.models import Approval, ReviewStep
from editorial.models.approval import text_digest
from editorial.path import way_of
from editorial.permissions import may_open_editor, may_read
from editorial.reading import earlier_text, open_file, readable_form
from editorial.views.deciding import DecidingView


class ReadableText:
    """Finds the text of the address, or says that it does not exist for this person."""

    request: HttpRequest
    kwargs: dict[str, Any]

    @cached_property
    def page(self) -> ContentPage:
        """The page of the address."""
        return get_object_or_404(ContentPage, pk=self.kwargs["page_id"]).specific

    @cached_property
    def revision(self) -> Revision:
        """The text of the address."""
        revision = get_object_or_404(self.page.revisions.select_related("user"), pk=self.kwargs["revision_id"])
        if not may_read(self.request.user, self.page, revision):
            record_refused_reading(act=OPEN_PAGE, actor=self.request.user, target=self.page, channel="admin")
            raise Http404
        return revision


class ReviewView(ReadableText, DecidingView):
    """Shows exactly one revision; takes a decision about exactly what was shown."""

    page_title = gettext_lazy("Đọc và quyết định")
    header_icon = "view"

    def get_template_names(self) -> list[str]:
        return ["editorial/superseded.html" if self.is_superseded else "editorial/review.html"]

    @cached_property
    def is_superseded(self) -> bool:
        """Whether the draft has moved on since this revision."""
        return self.revision.pk != self.page.latest_revision_id

    def get_page_subtitle(self) -> str:
        return self.revision.object_str

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page, revision, user = self.page, self.revision, self.request.user
        context = {"page": page, "revision": revision, "can_edit": may_open_editor(user, page), **kwargs}
        if self.is_superseded:
            latest = page.get_latest_revision()
            if latest and may_read(user, page, latest):
                context["latest_url"] = reverse("editorial_review", args=[page.pk, latest.pk])
            return super().get_context_data(**context)
        # The digest is taken before the text: if autosave comes in between, the decision is refused, not misplaced.
        context["digest"] = text_digest(revision.pk)
        text = revision.as_object()
        before = earlier_text(page, revision, user)
        context |= {
            "text": text,
            "form_out": readable_form(text, revision.pk, user),
            "shortcomings": text.shortcomings(),
            "units": list(text.addressed_to.all()),
            "before": before,
            "before_is_out": before is not None and before.pk == page.live_revision_id and page.live,
            "changes": differences(page, before, revision, self.request) if before else [],
            "events": way_of(page, with_links=False),
        }
        return super().get_context_data(**context, **self._step())

    def _step(self) -> dict[str, Any]:
        """Where the text stands, and what this person may say about it."""
        state = self.page.current_workflow_task_state
        step = state.task.specific if state else None
        if not isinstance(step, ReviewStep) or state.revision_id != self.revision.pk:
            return {"step": None}
        user = self.request.user
        decided = Approval.objects.standing().filter(revision=self.revision, step_id=step.pk, person_id=user.pk).first()
        return {
            "step": step,
            "decided": decided,
            "may_decide": decided is None and step.is_reviewer(user, self.page),
            "own_text": self.revision.user_id == user.pk,
        }

    @property
    def decided_on(self) -> ContentPage:
        return self.page

    def decide(self, **decision: Any) -> None:
        decide(actor=self.request.user, page_id=self.page.pk, revision_id=self.revision.pk, **decision)


class ReviewFileView(ReadableText, View):
    """A picture or file of a text under review, for those who may read that text."""

    def get(self, request: HttpRequest, signed: str, **kwargs: Any) -> HttpResponseBase:
        """The file itself, never a lasting link to it."""
        return open_file(self.page, self.revision.pk, signed, request.user)

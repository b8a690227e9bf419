"""The inbox: what waits for an answer, by unit, with filters that can be kept, and as a file."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets.button import HeaderButton

from handbook.feedback import actions, export
from handbook.feedback.enums import RUNNING, State
from handbook.feedback.forms import InboxForm, Part
from handbook.feedback.models import FeedbackThread, Handover, SavedView
from handbook.feedback.models.thread import FeedbackThreadQuerySet
from handbook.feedback.permissions import author_of, own_units
from handbook.feedback.views.base import Screen
from organizations.listing import page_of
from organizations.models import Organization
from organizations.scope import member_of

RELATED = ("owner", "topic", "author", "assigned_to", "escalated_to")


class Filtered(Screen):
    """The threads that the filters of the address leave."""

    @cached_property
    def form(self) -> InboxForm:
        """The filters, those that are none left out."""
        form = InboxForm(self.request.GET or None, user=self.request.user)
        form.is_valid()
        return form

    @cached_property
    def chosen(self) -> dict[str, Any]:
        """What was chosen, by name."""
        return getattr(self.form, "cleaned_data", {}) if self.form.is_bound else {}

    @property
    def part(self) -> str:
        """Which part of the inbox."""
        return self.chosen.get("part") or Part.RUNNING

    def units(self) -> Any:
        """Whose inbox: the unit that was chosen, else those where the person holds a position, else any."""
        if unit := self.chosen.get("unit"):
            return Organization.objects.subtree_of(unit) if self.chosen.get("below") else [unit]
        own = list(own_units(self.request.user))
        if not own or self.chosen.get("below"):
            return None
        return own

    def threads(self) -> FeedbackThreadQuerySet:
        """The threads, in their order."""
        user, chosen, units = self.request.user, self.chosen, self.units()
        if self.part == Part.HANDED:
            # Not searched: what was said after it went away is not theirs to find.
            work = FeedbackThread.objects.workable_by(user).order_by().values("pk")
            handed = Handover.objects.filter(from_unit__in=own_units(user).order_by().values("pk")).order_by()
            found = FeedbackThread.objects.of_officer(user).exclude(pk__in=work)
            return found.filter(pk__in=handed.values("thread")).order_by("-created_at", "-pk")
        found = FeedbackThread.objects.workable_by(user)
        if units is not None:
            found = found.at_units(units)
        if text := chosen.get("q"):
            found = found.found_by(text)
        if topic := chosen.get("topic"):
            found = found.filter(topic=topic)
        if kind := chosen.get("kind"):
            found = found.filter(kind=kind)
        if chosen.get("mine"):
            found = found.filter(assigned_to=member_of(user) or 0)
        if self.part == Part.OVERDUE:
            return found.late(timezone.now()).order_by("due_at", "pk")
        if self.part == Part.WAITING:
            return found.filter(state=State.WAITING).order_by("created_at", "pk")
        if self.part == Part.SETTLED:
            settled = [State.ANSWERED, State.CLOSED, State.MERGED]
            return found.filter(state__in=settled).order_by("-created_at", "-pk")
        return found.filter(state__in=RUNNING).order_by("due_at", "pk")


class IndexView(Filtered):
    """The inbox. j and k go through it, Enter opens, / looks (static/feedback/keys.js)."""

    template_name = "feedback/index.html"
    page_title = gettext_lazy("Góp ý của đảng viên")

    @property
    def header_buttons(self) -> list[HeaderButton]:
        return [
            HeaderButton(label=_("Thống kê"), url=reverse("feedback:numbers"), icon_name="order"),
            HeaderButton(label=_("Lấy ý kiến dự thảo"), url=reverse("feedback:consultations"), icon_name="edit"),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = page_of(self.threads().select_related(*RELATED), self.request.GET.get("p"))
        now = timezone.now()
        query = self.request.GET.copy()
        query.pop("p", None)
        return super().get_context_data(
            page=page,
            rows=[
                {"thread": thread, "author": author_of(thread), "late": thread.is_late_at(now)} for thread in page.rows
            ],
            form=self.form,
            media=self.form.media,
            parts=[(part, part.label, _with(query, part=part.value)) for part in Part],
            part=self.part,
            views=SavedView.objects.filter(user=self.actor),
            query=query.urlencode(),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep the filters of this address under a name, or forget some."""
        query = request.GET.copy()
        query.pop("p", None)
        if "drop" in request.POST:
            pk = request.POST["drop"]
            actions.drop_view(actor=self.actor, view_id=int(pk) if pk.isdecimal() and len(pk) < 19 else 0)
        else:
            actions.save_view(actor=self.actor, name=request.POST.get("name", ""), query=query.urlencode())
            self.told(_("Đã lưu bộ lọc."))
        return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")


class ExportView(Filtered):
    """All threads that the filters leave, as CSV or XLSX, the newest first. An anonymous author is no name there either."""

    def get(  # type: ignore[override]
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> StreamingHttpResponse:
        form = self.kwargs["form"]
        if form not in export.FORMS:
            raise Http404
        found = self.threads()
        actions.log_names_exported(actor=self.actor, threads=found.count(), filters=request.GET.urlencode(), form=form)
        rows = export.newest_first(found.select_related(*RELATED))
        return export.response(form, "gop-y", export.threads(rows, timezone.now()))


def _with(query: QueryDict, **changes: str) -> str:
    """The address's filters with these in the place of theirs."""
    changed = query.copy()
    for name, value in changes.items():
        changed[name] = value
    return changed.urlencode()

"""What all screens of the room share."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from accounts import screens
from handbook.feedback.models import FeedbackThread
from handbook.feedback.permissions import is_officer


@method_decorator(never_cache, name="dispatch")
class Screen(screens.Screen):
    """Refused to who answers nowhere."""

    header_icon = "help"
    index = "feedback:index"
    index_label = gettext_lazy("Góp ý của đảng viên")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_officer(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class ThreadScreen(Screen):
    """A screen about a thread that exists for the person; 404 for everybody else."""

    @cached_property
    def thread(self) -> FeedbackThread:
        """The thread of the address."""
        threads = FeedbackThread.objects.of_officer(self.request.user)
        related = ("owner", "topic", "author", "assigned_to", "escalated_to", "merged_into", "veil", "split_from")
        found = threads.select_related(*related).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def check(self) -> None:
        _found = self.thread

    def way_here(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": self.thread.subject}]


class ActForm(Screen, screens.ActForm):
    """A form of this room."""

    template_name = "feedback/act.html"

"""What the screens of the grave acts have in common: a reason to give, and one heavy button."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from audit.actions import record_refusal
from audit.refusals import Refused
from editorial.views.path import PageScreen


class ReasonedActView(PageScreen):
    """A page with a reason to give and one heavy button. Needs a right of its own."""

    permission = ""
    # Fields of the form beside which a refusal is shown; any other ends the page with a message.
    fields = ("reason", "confirmed")
    done_message: Any = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse before anything is shown; to strangers the page does not even exist."""
        _found = self.page
        if not request.user.has_perm(self.permission):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(page=self.page, **kwargs)

    def act(self, request: HttpRequest, reason: str) -> None:
        """Do what the page is for."""
        raise NotImplementedError

    def where_next(self) -> HttpResponse:
        """Where the person goes on once it is done."""
        return redirect("editorial_path", self.page.pk)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Do it; where the reason or the confirmation is missing, say so and keep what was typed."""
        reason = request.POST.get("reason", "")
        title = self.get_page_subtitle()
        try:
            self.act(request, reason)
        except Refused as refusal:
            if refusal.field not in self.fields:
                raise
            record_refusal(refusal, actor=request.user, channel="admin")
            context = self.get_context_data(error=refusal.message, error_field=refusal.field, reason=reason)
            return self.render_to_response(context, status=400)
        messages.success(request, self.done_message % {"page": title})
        return self.where_next()

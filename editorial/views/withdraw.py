"""To take content from its readers (gỡ), with a reason."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.actions import record_refusal
from audit.refusals import Refused
from editorial.actions import withdraw
from editorial.views.path import PageScreen


class ReasonedActView(PageScreen):
    """A page with a reason to give and one heavy button. Needs a right of its own."""

    permission = ""
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

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Do it; where the reason or the confirmation is missing, say so and keep what was typed."""
        reason = request.POST.get("reason", "")
        title = self.get_page_subtitle()
        try:
            self.act(request, reason)
        except Refused as refusal:
            if refusal.field not in ("reason", "confirmed"):
                raise
            record_refusal(refusal, actor=request.user, channel="admin")
            context = self.get_context_data(error=refusal.message, error_field=refusal.field, reason=reason)
            return self.render_to_response(context, status=400)
        messages.success(request, self.done_message % {"page": title})
        return redirect("editorial_path", self.page.pk)


class WithdrawView(ReasonedActView):
    """Take down what is out."""

    template_name = "editorial/withdraw.html"
    page_title = gettext_lazy("Gỡ nội dung đã đăng")
    header_icon = "download"
    permission = "editorial.withdraw"

    @property
    def done_message(self) -> str:  # type: ignore[override]
        """What is said once it is done."""
        return _("Đã gỡ “%(page)s”. Người đọc không còn thấy nữa.")

    def act(self, request: HttpRequest, reason: str) -> None:
        withdraw(actor=request.user, page_id=self.page.pk, reason=reason)

"""What the admin does when an act is refused."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from audit.actions import record_refusal
from audit.refusals import Refused
from cms.forbidden import record_what_is_forbidden


class RefusalMiddleware:
    """Turns a refusal in an admin view into its message on the page the person came from, and records it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Nothing of the refused act was kept: the exception has rolled its transaction back."""
        if isinstance(exception, PermissionDenied):
            record_what_is_forbidden(request)
            return None
        if not isinstance(exception, Refused):
            return None
        record_refusal(exception, actor=request.user if request.user.is_authenticated else None, channel="admin")
        if "application/json" in request.headers.get("Accept", ""):
            return JsonResponse(
                {"success": False, "error_code": exception.code.value, "error_message": exception.message}, status=400
            )
        messages.error(request, exception.message)
        # A dialog of Wagtail's cannot follow a redirect; told of success it loads the page, which shows the message.
        in_dialog = request.headers.get("X-Requested-With") == "XMLHttpRequest"
        back = request.headers.get("Referer", "")
        if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
            back = reverse("wagtailadmin_home")
        if in_dialog:
            return JsonResponse({"step": "success", "redirect": back})
        return HttpResponseRedirect(back)

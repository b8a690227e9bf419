"""The button under the translation editor."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from editorial.translations import submit_translation


@require_POST
def submit_translation_view(request: HttpRequest, page_id: int) -> HttpResponse:
    """Submit the translation for review and go back to it."""
    submit_translation(actor=request.user, page_id=page_id)
    messages.success(request, _("Đã trình duyệt bản dịch."))
    return redirect("wagtailadmin_pages:edit", page_id)

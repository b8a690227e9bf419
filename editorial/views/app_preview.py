"""Where a token for a real app is made: beside the form, for who may open it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy

from audit.readings import OPEN_PAGE, record_refused_reading
from cms.models import ContentPage
from editorial.app_preview import make_token, may_preview
from editorial.views.desk import EditorialView


class AppPreviewView(EditorialView):
    """Asks first, then shows the token once; it is nowhere to be looked up."""

    template_name = "editorial/app_preview.html"
    page_title = gettext_lazy("Xem trên ứng dụng")
    header_icon = "mobile-alt"

    @cached_property
    def page(self) -> ContentPage:
        """The page of the address; for who may not edit it there is none."""
        page = get_object_or_404(ContentPage, pk=self.kwargs["page_id"]).specific
        if not may_preview(self.request.user, page):
            record_refused_reading(act=OPEN_PAGE, actor=self.request.user, target=page, channel="admin")
            raise Http404
        return page

    def get_page_subtitle(self) -> str:
        return self.page.draft_title

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(page=self.page, **kwargs)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """A new token for the draft as it was saved last."""
        token, until = make_token(actor=request.user, page_id=self.page.pk)  # type: ignore[arg-type]
        response = self.render_to_response(self.get_context_data(token=token, until=until))
        response["Cache-Control"] = "no-store"
        return response

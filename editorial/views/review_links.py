"""The links that were sent for reviewing on a phone: each person's own, and for the board all, to take back or send again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.enums import RefusalCode
from audit.refusals import Refused
from editorial.models import ReviewLink
from editorial.permissions import is_board
from editorial.phone_review.actions import revoke, send_again
from editorial.views.desk import EditorialView

PAGE_ROWS = 30


class ReviewLinksView(EditorialView):
    """The latest first. Whether a link still leads anywhere is asked when it is opened; here stands what was done with it."""

    template_name = "editorial/review_links.html"
    page_title = gettext_lazy("Liên kết duyệt trên điện thoại")
    header_icon = "mobile-alt"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        links = ReviewLink.objects.managed_by(user, is_board=is_board(user))
        rows = Paginator(links.select_related("person", "organization"), PAGE_ROWS).get_page(self.request.GET.get("p"))
        return super().get_context_data(rows=rows, now=timezone.now(), **kwargs)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Take one back, or send it anew."""
        given = request.POST.get("link", "")
        link_id = int(given) if given.isdigit() and len(given) < 19 else 0
        if request.POST.get("act") == "revoke":
            revoke(actor=request.user, link_id=link_id)
            messages.success(request, _("Đã thu hồi. Không ai mở được bằng liên kết ấy nữa."))
        elif request.POST.get("act") == "send":
            send_again(actor=request.user, link_id=link_id)
            messages.success(request, _("Đang gửi liên kết mới. Liên kết cũ không dùng được nữa."))
        else:
            raise Refused(RefusalCode.INVALID, _("Hãy bấm một nút trên trang."), act="revoke_review_link")
        return redirect("editorial_review_links")

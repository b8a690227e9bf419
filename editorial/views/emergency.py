"""To publish without approvals, in an emergency: an act of its own, for few, with a reason, seen by all afterwards."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.enums import RefusalCode
from audit.refusals import Refused
from editorial.actions import emergency_publish
from editorial.gate import missing_approvals
from editorial.models.approval import text_digest
from editorial.reading import readable_form
from editorial.views.reasoned import ReasonedActView


class EmergencyView(ReasonedActView):
    """Shows the text, what it lacks, and what this act means; superusers too publish only this way."""

    template_name = "editorial/emergency.html"
    page_title = gettext_lazy("Đăng khẩn cấp")
    header_icon = "warning"
    permission = "editorial.emergency_publish"

    @property
    def done_message(self) -> str:  # type: ignore[override]
        """What is said once it is done."""
        return _("Đã đăng khẩn cấp “%(page)s”. Việc này được ghi lại và mọi người liên quan đều thấy.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        revision = self.page.get_latest_revision()
        text = revision.as_object() if revision else None
        return super().get_context_data(
            digest=text_digest(revision.pk) if revision else "",
            revision=revision,
            text=text,
            form_out=readable_form(text, revision.pk, self.request.user) if text else None,
            missing=missing_approvals(revision) if revision else [],
            shortcomings=text.shortcomings() if text else [],
            **kwargs,
        )

    def act(self, request: HttpRequest, reason: str) -> None:
        if request.POST.get("confirmed") != "1":
            raise Refused(
                RefusalCode.REQUIRED,
                _("Hãy đánh dấu vào ô xác nhận nếu bạn thật sự muốn đăng mà không qua phê duyệt."),
                field="confirmed",
                act="emergency_publish",
                target=self.page,
            )
        shown = request.POST.get("revision", "")
        emergency_publish(
            actor=request.user,
            page_id=self.page.pk,
            revision_id=int(shown) if shown.isdigit() else 0,
            reason=reason,
            digest=request.POST.get("digest", ""),
        )

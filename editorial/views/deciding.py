"""What both review pages do with a decision: that on a page's text, and that on what is no page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from audit.actions import record_refusal
from audit.enums import RefusalCode
from audit.refusals import Refused
from editorial.enums import Decision
from editorial.views.desk import EditorialView


class DecidingView(EditorialView):
    """Takes a decision about exactly what was shown."""

    @property
    def decided_on(self) -> Any:
        """What the decision is about, as the audit names it."""
        raise NotImplementedError

    def decide(self, **decision: Any) -> None:
        """Give ``decision``, ``comment`` and ``digest`` to the action of what is shown."""
        raise NotImplementedError

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Take the decision. A refusal about the form's own fields is shown beside them, and nothing typed is lost."""
        decision, comment = request.POST.get("decision", ""), request.POST.get("comment", "")
        if decision not in Decision.values:
            raise Refused(
                RefusalCode.INVALID, _("Hãy bấm Phê duyệt hoặc Trả lại."), act="decide", target=self.decided_on
            )
        title = self.get_page_subtitle()
        try:
            self.decide(decision=decision, comment=comment, digest=request.POST.get("digest", ""))
        except Refused as refusal:
            if refusal.field != "comment":
                raise
            record_refusal(refusal, actor=request.user, channel="admin")
            context = self.get_context_data(error=refusal.message, comment=comment)
            return self.render_to_response(context, status=400)
        said = (
            _("Đã phê duyệt “%(page)s”. Xin cảm ơn.") if decision == Decision.APPROVE else _("Đã trả lại “%(page)s”.")
        )
        messages.success(request, said % {"page": title})
        return redirect("editorial_desk")

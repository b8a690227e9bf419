"""The review page of what is no page: the thing as it was put before the committee, and the two buttons."""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

from django.http import Http404
from django.utils.translation import gettext_lazy

from editorial.enums import RequestState
from editorial.models import ApprovalRequest
from editorial.requests.actions import decide
from editorial.requests.subjects import digest_of, subject_of, thing_of
from editorial.views.deciding import DecidingView


class RequestView(DecidingView):
    """Shows exactly what is asked about; takes a decision about exactly what was shown."""

    template_name = "editorial/request.html"
    page_title = gettext_lazy("Đọc và quyết định")
    header_icon = "view"

    @cached_property
    def request_for_approval(self) -> ApprovalRequest:
        """The request of the address; for who does not decide on it there is none."""
        found = ApprovalRequest.objects.decided_at_by(self.request.user).with_count()
        request = found.select_related("organization", "asked_by").filter(pk=self.kwargs["request_id"]).first()
        if request is None:
            raise Http404
        return request

    def get_page_subtitle(self) -> str:
        return self.request_for_approval.title

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked, user = self.request_for_approval, cast("Any", self.request.user)
        thing = thing_of(asked)
        # The digest is taken before the thing is shown: if it changes in between, the decision is refused.
        digest = digest_of(thing) if thing else ""
        stands = digest == asked.digest
        context: dict[str, Any] = {
            "asked": asked,
            "digest": digest,
            "stands": stands,
            "decided": asked.decisions.filter(person_id=user.pk).first(),
            "decisions": asked.decisions.select_related("person"),
            "own_text": asked.writers.filter(pk=user.pk).exists(),
        }
        if thing is not None and stands:
            subject = subject_of(thing)
            context |= {
                "template": subject.template,
                "goes_out_at": subject.goes_out_at(thing),
                **subject.context(thing, user),
            }
        has_a_say = asked.may_be_decided_by(user)
        context["may_decide"] = (
            stands and has_a_say and asked.state == RequestState.WAITING and context["decided"] is None
        )
        return super().get_context_data(**context, **kwargs)

    @property
    def decided_on(self) -> ApprovalRequest:
        return self.request_for_approval

    def decide(self, **decision: Any) -> None:
        decide(actor=self.request.user, request_id=self.request_for_approval.pk, **decision)

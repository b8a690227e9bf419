"""The screens of delegation: one's own seats and who stands in for them, and the form that lets somebody do so."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organizations import actions
from organizations.delegations import Delegation
from organizations.enums import Right
from organizations.forms import DelegateForm
from organizations.models import Member, Position
from organizations.permissions import managed_units
from organizations.scope import kinds_with
from organizations.views import ActForm, Screen


def own_seats(user: Any) -> QuerySet[Position]:
    """The positions by which this person approves."""
    return Position.objects.in_force().filter(member__user_id=user.pk, kind__in=kinds_with(Right.APPROVE))


def may_delegate(user: Any) -> bool:
    """Whether there is anything here for this person: seats of their own, or of people they manage."""
    return own_seats(user).exists() or managed_units(user).exists()


def _delegable(user: Any) -> QuerySet[Position]:
    """Seats that this person may have stood in for: their own, and those in units they manage."""
    theirs = Q(member__user_id=user.pk) | Q(organization__in=managed_units(user))
    found = Position.objects.in_force().filter(theirs, kind__in=kinds_with(Right.APPROVE))
    return found.select_related("member__cell", "organization")


class DelegationsView(Screen):
    """One's own seats, and every delegation that counts or will."""

    template_name = "organizations/delegations.html"
    page_title = gettext_lazy("Ủy quyền phê duyệt")
    header_buttons = []

    def way_here(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        if not may_delegate(user):
            raise PermissionDenied
        theirs = Q(position__in=_delegable(user).order_by().values("pk")) | Q(to__user_id=user.pk)
        delegations = Delegation.objects.to_come().filter(theirs).order_by("first_day", "pk")
        return super().get_context_data(
            seats=own_seats(user).select_related("organization"),
            delegations=delegations.select_related("position__member", "position__organization", "to")[:200],
            **kwargs,
        )


class DelegateView(ActForm):
    """Let somebody stand in for a seat."""

    form_class = DelegateForm
    page_title = gettext_lazy("Ủy quyền phê duyệt")
    submit_label = gettext_lazy("Ủy quyền")

    @cached_property
    def position(self) -> Position:
        """The seat of the address."""
        return get_object_or_404(_delegable(self.request.user), pk=self.kwargs["pk"])

    @cached_property
    def member(self) -> Member:
        """Who holds it."""
        return self.position.member

    def check(self) -> None:
        _found = self.position

    def way_here(self) -> list[dict[str, Any]]:
        back = {"url": reverse("organizations:delegations"), "label": self.page_title}
        return [back, {"url": "", "label": str(self.position)}]

    def get_page_subtitle(self) -> str:
        return f"{self.position}, {self.member.full_name}"

    def do(self, facts: dict[str, Any]) -> str:
        made = actions.delegate(actor=self.actor, position=self.position, **facts)
        return _("%(to)s được duyệt thay từ %(first)s đến hết %(last)s.") % {
            "to": made.to,
            "first": f"{made.first_day:%d/%m/%Y}",
            "last": f"{made.last_day:%d/%m/%Y}",
        }

    def get_success_url(self) -> str:
        return self.back()

    def back(self) -> str:
        return reverse("organizations:delegations")


class EndDelegationView(Screen):
    """End one before its last day, by its button."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A refusal is shown on the page before, by ``cms.middleware``."""
        theirs = Delegation.objects.filter(position__in=_delegable(request.user).order_by().values("pk"))
        delegation = get_object_or_404(theirs, pk=self.kwargs["pk"])
        ended = actions.end_delegation(actor=self.actor, delegation=delegation)
        messages.success(request, _("Đã kết thúc ủy quyền cho %(to)s.") % {"to": ended.to})
        return HttpResponseRedirect(reverse("organizations:delegations"))

    http_method_names = ["post"]

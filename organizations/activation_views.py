"""The screens of sign-in: activation codes for a cell, and a lost phone."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache

from organizations import actions
from organizations.enums import Level, Right
from organizations.forms import EndSessionsForm
from organizations.models import Organization
from organizations.permissions import may_hand_codes_to
from organizations.scope import may
from organizations.views import ActForm, UnitScreen, unit_url


@method_decorator(never_cache, name="dispatch")
class ActivationView(UnitScreen):
    """Who of a cell would get a code; and, once asked for, the sheet to print, which is shown this one time."""

    template_name = "organizations/activation.html"
    page_title = gettext_lazy("Mã kích hoạt cho chi bộ")

    @cached_property
    def cell(self) -> Organization:
        """The unit, where it is a cell in which this person manages members."""
        if self.unit.level != Level.CELL or self.has_ended:
            raise Http404
        if not may(self.request.user, Right.MANAGE_MEMBERS, self.unit):
            raise PermissionDenied
        return self.unit

    def way_here(self) -> list[dict[str, Any]]:
        return [*self.line_of(self.unit), {"url": "", "label": self.page_title}]

    def get_page_subtitle(self) -> str:
        return self.unit.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = may_hand_codes_to(self.request.user, self.cell)
        return super().get_context_data(
            cell=self.cell,
            members=[row.member for row in rows if row.may],
            held_back=[row.member for row in rows if not row.may],
            back=unit_url(self.cell),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Make the codes. A refusal is shown on the page before, by ``cms.middleware``."""
        sheet = actions.print_activation_codes(actor=self.actor, cell=self.cell)
        return render(request, "organizations/activation_sheet.html", {"sheet": sheet, "back": unit_url(self.cell)})


class EndSessionsView(ActForm):
    """Mất điện thoại: signs a member out everywhere."""

    form_class = EndSessionsForm
    template_name = "organizations/end_sessions.html"
    page_title = gettext_lazy("Mất điện thoại")
    submit_label = gettext_lazy("Đăng xuất khỏi mọi thiết bị")

    def check(self) -> None:
        if not may(self.request.user, Right.MANAGE_MEMBERS, self.member.cell):
            raise PermissionDenied

    def do(self, facts: dict[str, Any]) -> str:
        ended = actions.end_member_sessions(actor=self.actor, member=self.member, **facts)
        if not ended:
            return _("%(member)s không còn đăng nhập trên thiết bị nào.") % {"member": self.member}
        told = ngettext(
            "Đã đăng xuất %(member)s khỏi %(n)d thiết bị.", "Đã đăng xuất %(member)s khỏi %(n)d thiết bị.", ended
        )
        return told % {"member": self.member, "n": ended}

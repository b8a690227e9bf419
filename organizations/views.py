"""The screens: the tree, a unit, finding a member, a member, and the three forms about a member."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets.button import HeaderButton

from accounts import screens
from organizations import actions
from organizations.enums import Level, Right
from organizations.forms import EndPositionForm, FindMemberForm, GivePositionForm, MoveMemberForm
from organizations.listing import page_of, with_counts
from organizations.models import Member, Organization, Position, today
from organizations.permissions import managed_units, top_units, visible_members, visible_units
from organizations.scope import kinds_with, may


def unit_url(unit: Organization) -> str:
    """The address of a unit's page."""
    return reverse("organizations:unit", args=[unit.pk])


def member_url(member: Member) -> str:
    """The address of a member's page."""
    return reverse("organizations:member", args=[member.pk])


class Screen(screens.Screen):
    """What all screens of the room share: the icon, the way back up, and the button to find a member."""

    header_icon = "group"
    index = "organizations:index"
    index_label = gettext_lazy("Tổ chức đảng")

    def line_of(self, unit: Organization) -> list[dict[str, Any]]:
        """The units from the top down to this one, as far as the person may see them."""
        visible = visible_units(self.request.user).filter(pk__in=unit.line_ids)
        by_id = {step.pk: step for step in visible}
        return [{"url": unit_url(by_id[pk]), "label": by_id[pk].name} for pk in unit.line_ids if pk in by_id]

    @property
    def header_buttons(self) -> list[HeaderButton]:
        return [HeaderButton(label=_("Tìm đảng viên"), url=reverse("organizations:find"), icon_name="search")]


class TreeView(Screen):
    """Where a person's view of the tree begins; refused to who looks after no one."""

    template_name = "organizations/tree.html"
    page_title = gettext_lazy("Tổ chức đảng")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        units = top_units(self.request.user).select_related("parent").order_by("path")
        page = page_of(units, self.request.GET.get("p"))
        if not page.rows and page.number == 1 and not self.request.user.has_perm("organizations.administer"):
            raise PermissionDenied
        return super().get_context_data(
            rows=with_counts(page.rows, within=page.rows[0] if len(page.rows) == 1 else None),
            page=page,
            **kwargs,
        )


class UnitScreen(Screen):
    """A screen about one unit, which is 404 for who may not see its people."""

    @cached_property
    def unit(self) -> Organization:
        """The unit, or 404 where it is none of the person's."""
        units = visible_units(self.request.user).select_related("parent")
        return get_object_or_404(units, pk=self.kwargs["pk"])

    @property
    def has_ended(self) -> bool:
        """Whether the unit is history."""
        return self.unit.valid_to is not None and self.unit.valid_to <= today()


class UnitView(UnitScreen):
    """One unit: what lies directly below it, its committee, its members and its history."""

    template_name = "organizations/unit.html"

    def get_page_title(self) -> str:
        return self.unit.name

    def way_here(self) -> list[dict[str, Any]]:
        return self.line_of(self.unit)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        children = Organization.objects.in_force().filter(parent=self.unit).order_by("name", "pk")
        children_page = page_of(children, self.request.GET.get("p"))
        members = Member.objects.active().filter(cell=self.unit).order_by("code")
        held = Position.objects.in_force().filter(organization=self.unit).select_related("member")
        positions = sorted(held, key=lambda position: (RANKS[position.kind], position.member.code))
        seen = visible_members(self.request.user).filter(pk__in=[position.member_id for position in positions])
        may_manage = may(self.request.user, Right.MANAGE_MEMBERS, self.unit)
        numbers, *rows = with_counts([self.unit, *children_page.rows], within=self.unit)
        return super().get_context_data(
            unit=self.unit,
            ended=self.has_ended,
            numbers=numbers,
            rows=rows,
            children_page=children_page,
            members_page=page_of(members, self.request.GET.get("m"), parameter="m"),
            positions=positions,
            seen=set(seen.values_list("pk", flat=True)),
            may_manage=may_manage,
            may_activate=may_manage and self.unit.level == Level.CELL and not self.has_ended,
            versions=self.unit.versions.select_related("parent").order_by("-valid_from", "-pk"),
            **kwargs,
        )


# The order in which a unit's people are shown: as the positions are listed in PositionKind.
RANKS = {kind: rank for rank, (kind, _label) in enumerate(Position._meta.get_field("kind").flatchoices)}


class FindMemberView(Screen):
    """People by name, code or telephone, within the units that the person may see."""

    template_name = "organizations/find.html"
    page_title = gettext_lazy("Tìm đảng viên")
    header_buttons = []

    def way_here(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": _("Tìm đảng viên")}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        if not user.has_perm("organizations.administer") and not visible_units(user).exists():
            raise PermissionDenied
        form = FindMemberForm(self.request.GET or None, user=user)
        page = None
        if form.is_valid():
            members = visible_members(user).active().select_related("cell")
            if unit := form.cleaned_data["unit"]:
                members = members.within([unit])
            text = form.cleaned_data["q"]
            members = members.found_by(text) if text.strip() else members.order_by("code")
            page = page_of(members, self.request.GET.get("p"))
        return super().get_context_data(form=form, media=form.media, page=page, **kwargs)


class MemberScreen(Screen):
    """A screen about one member, who is 404 for who may not see them."""

    @cached_property
    def member(self) -> Member:
        """The member of the address."""
        members = visible_members(self.request.user).select_related("cell", "user")
        return get_object_or_404(members, pk=self.kwargs["pk"])

    def way_here(self) -> list[dict[str, Any]]:
        return [*self.line_of(self.member.cell), {"url": member_url(self.member), "label": self.member.full_name}]


class MemberView(MemberScreen):
    """One member: what is written about them, their cells so far, their positions, and what may be done."""

    template_name = "organizations/member.html"

    def get_page_title(self) -> str:
        return self.member.full_name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, member = self.request.user, self.member
        positions = list(member.positions.select_related("organization").order_by("-valid_from", "-pk"))
        may_manage = member.left_on is None and may(user, Right.MANAGE_MEMBERS, member.cell)
        managed = managed_units(user).filter(pk__in=[position.organization_id for position in positions])
        return super().get_context_data(
            member=member,
            memberships=member.memberships.select_related("cell").order_by("-valid_from", "-pk"),
            positions=positions,
            managed=set(managed.values_list("pk", flat=True)),
            deciding=kinds_with(Right.APPROVE),
            today=today(),
            may_move=may_manage,
            phones=member.user.sessions.usable_by(member.user).count() if may_manage and member.user else 0,
            may_give=member.left_on is None and managed_units(user).exists(),
            **kwargs,
        )


class ActForm(Screen, screens.ActForm):
    """A form about a member. Each says in ``check`` who may."""

    template_name = "organizations/act.html"
    page_title: Any = ""

    @cached_property
    def member(self) -> Member:
        """The member that the act is about."""
        return get_object_or_404(
            visible_members(self.request.user).select_related("cell"), pk=self.kwargs["pk"], left_on=None
        )

    def check(self) -> None:
        raise NotImplementedError

    def do(self, facts: dict[str, Any]) -> str:
        """Call the action; returns what to tell the person."""
        raise NotImplementedError

    def act(self, form: Form) -> str:
        self.told(self.do(form.cleaned_data))
        return self.get_success_url()

    def get_page_subtitle(self) -> str:
        return str(self.member)

    def way_here(self) -> list[dict[str, Any]]:
        return [
            *self.line_of(self.member.cell),
            {"url": member_url(self.member), "label": self.member.full_name},
            {"url": "", "label": self.page_title},
        ]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def get_success_url(self) -> str:
        """The member's page, or the tree where the act took the member out of sight."""
        if visible_members(self.request.user).filter(pk=self.member.pk).exists():
            return member_url(self.member)
        return reverse("organizations:index")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(member=self.member, **kwargs)

    def back(self) -> str:
        return member_url(self.member)


class MoveMemberView(ActForm):
    """Chuyển sinh hoạt: to another cell."""

    form_class = MoveMemberForm
    page_title = gettext_lazy("Chuyển sinh hoạt")
    submit_label = gettext_lazy("Chuyển sinh hoạt")

    def check(self) -> None:
        if not may(self.request.user, Right.MANAGE_MEMBERS, self.member.cell):
            raise PermissionDenied

    def do(self, facts: dict[str, Any]) -> str:
        member = actions.move_member(actor=self.actor, member=self.member, **facts)
        told = _("Đã chuyển %(member)s đến “%(cell)s”.") % {"member": member, "cell": member.cell}
        held = member.positions.filter(valid_to=None).count()
        if held:
            told += " " + _("Đảng viên vẫn giữ %(n)d chức vụ. Nếu không còn giữ, hãy bấm “Kết thúc chức vụ”.") % {
                "n": held
            }
        return told


class GivePositionView(ActForm):
    """Giao chức vụ: in a unit that the person manages."""

    form_class = GivePositionForm
    page_title = gettext_lazy("Giao chức vụ")
    submit_label = gettext_lazy("Giao chức vụ")

    def check(self) -> None:
        if self.member and not managed_units(self.request.user).exists():
            raise PermissionDenied

    def do(self, facts: dict[str, Any]) -> str:
        position = actions.give_position(actor=self.actor, member=self.member, **facts)
        return _("Đã giao chức vụ: %(position)s.") % {"position": position}


class EndPositionView(ActForm):
    """Kết thúc chức vụ."""

    form_class = EndPositionForm
    page_title = gettext_lazy("Kết thúc chức vụ")
    submit_label = gettext_lazy("Kết thúc chức vụ")

    @cached_property
    def position(self) -> Position:
        """The position, of a unit that the person may see."""
        positions = Position.objects.select_related("member__cell", "organization")
        return get_object_or_404(
            positions.filter(organization__in=visible_units(self.request.user)), pk=self.kwargs["pk"]
        )

    @cached_property
    def member(self) -> Member:
        """Who holds it; their own cell may lie elsewhere."""
        return self.position.member

    def check(self) -> None:
        if not may(self.request.user, Right.MANAGE_MEMBERS, self.position.organization):
            raise PermissionDenied

    def way_here(self) -> list[dict[str, Any]]:
        return [*self.line_of(self.position.organization), {"url": "", "label": self.page_title}]

    def get_page_subtitle(self) -> str:
        return f"{self.position}, {self.member.full_name}"

    def do(self, facts: dict[str, datetime.date]) -> str:
        actions.end_position(actor=self.actor, position=self.position, **facts)
        return _("Đã kết thúc chức vụ: %(position)s.") % {"position": self.position}

    def get_success_url(self) -> str:
        return self.back()

    def back(self) -> str:
        if visible_members(self.request.user).filter(pk=self.member.pk).exists():
            return member_url(self.member)
        return unit_url(self.position.organization)

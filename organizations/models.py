"""The dated tree of units, the people in it, and what they are there."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.calendar import Holiday, WorkingHours
from organizations.enums import Level, MemberStatus, PositionKind
from organizations.names import folded

__all__ = ["Holiday", "WorkingHours"]  # models of the room that live elsewhere


def today() -> datetime.date:
    """The date in the province (TIME_ZONE): not in UTC, and not in the zone in which a person's screen shows times."""
    return datetime.datetime.now(timezone.get_default_timezone()).date()


def ids_in(path: str) -> list[int]:
    """The ids of a path, from the root down."""
    return [int(part) for part in path.strip("/").split("/") if part]


class OrganizationQuerySet(models.QuerySet["Organization"]):
    """Reads of the tree as it stands now."""

    def in_force(self) -> OrganizationQuerySet:
        """Units that exist today."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=today()))

    def subtree_of(self, organization: Organization) -> OrganizationQuerySet:
        """The unit and all below it."""
        return self.filter(path__startswith=organization.path)

    def subtrees_of(self, organizations: Iterable[Organization]) -> OrganizationQuerySet:
        """The units and all below any of them; none where none is given."""
        query = Q(pk=None)
        for organization in organizations:
            query |= Q(path__startswith=organization.path)
        return self.filter(query)

    def found_by(self, text: str) -> OrganizationQuerySet:
        """Units whose name has all these words, with or without accents, or whose code begins so."""
        return self.filter(Q(code__istartswith=text.strip()) | _all_words(text))


def _all_words(text: str) -> Q:
    """The folded name has every word of the text; nothing where it has no words."""
    words = folded(text).split()
    query = Q() if words else Q(pk=None)
    for word in words:
        query &= Q(name_folded__contains=word)
    return query


class Organization(models.Model):
    """A unit of the party (tổ chức đảng): a node of the tree as it stands now.

    ``path`` holds the ids from the root down to this unit (``/1/17/203/``). It is made of ids, so siblings never
    renumber each other, and a prefix of it is a subtree. What the unit was called and where it stood before is kept in
    ``OrganizationVersion``.
    """

    code = models.CharField(_("mã"), max_length=32, unique=True)
    name = models.CharField(_("tên"), max_length=255)
    # Lower case, without accents: what people type when they look for a unit. Kept by ``save``; bulk writes set it.
    name_folded = models.CharField(max_length=255, editable=False, default="")
    level = models.CharField(_("cấp"), max_length=16, choices=Level)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("trực thuộc")
    )
    path = models.CharField(max_length=255, db_index=True, editable=False)
    valid_from = models.DateField(_("có hiệu lực từ"), default=today)
    valid_to = models.DateField(_("đến hết trước ngày"), null=True, blank=True)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["path"]
        verbose_name = _("tổ chức đảng")
        verbose_name_plural = _("tổ chức đảng")
        permissions = [("administer", "Quản lý toàn bộ cây tổ chức và đảng viên")]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="organization_dates_in_order"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, with the folded name beside the name."""
        self.name_folded = folded(self.name)
        fields = kwargs.get("update_fields")
        if fields is not None and "name" in fields:
            kwargs["update_fields"] = {*fields, "name_folded"}
        super().save(*args, **kwargs)

    @property
    def line_ids(self) -> list[int]:
        """The ids from the root down to this unit, itself included."""
        return ids_in(self.path)

    def line(self) -> OrganizationQuerySet:
        """The units from the root down to this one, in that order."""
        return Organization.objects.filter(pk__in=self.line_ids).order_by("path")


class OrganizationVersion(models.Model):
    """What a unit was, from one date to another: the tree's history. The open one (no ``valid_to``) is today's."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="versions")
    name = models.CharField(_("tên"), max_length=255)
    level = models.CharField(_("cấp"), max_length=16, choices=Level)
    parent = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="+")
    valid_from = models.DateField(_("từ ngày"))
    valid_to = models.DateField(_("đến trước ngày"), null=True, blank=True)
    reason = models.CharField(_("lý do"), max_length=255, blank=True)

    class Meta:
        ordering = ["organization", "valid_from", "pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], condition=Q(valid_to=None), name="one_open_version_per_organization"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.valid_from})"


class MemberQuerySet(models.QuerySet["Member"]):
    """Reads of the people."""

    def active(self) -> MemberQuerySet:
        """Those who are members today."""
        return self.filter(left_on=None)

    def never_signed_in(self) -> MemberQuerySet:
        """Members of today who have no account, or one that is open and was never used, neither here nor in the admin."""
        unused = Q(user=None) | Q(user__is_active=True, user__last_login=None)
        return self.active().filter(unused)

    def within(self, organizations: Iterable[Organization]) -> MemberQuerySet:
        """Members whose cell lies in a subtree of any of the units."""
        return self.filter(cell__in=Organization.objects.subtrees_of(organizations))

    def found_by(self, text: str) -> MemberQuerySet:
        """Members by name (all words, with or without accents), beginning of the code, or part of the telephone.

        Where accents were typed, names that have them as typed come first.
        """
        text = " ".join(unicodedata.normalize("NFC", text).split())
        query = Q(code__istartswith=text)
        number = re.sub(r"[\s.\-]", "", text)
        query |= Q(phone__contains=number) if re.fullmatch(r"\+?\d{4,}", number) else _all_words(text)
        found = self.filter(query)
        if text.isascii():
            return found.order_by("code")
        as_typed = Case(When(full_name__icontains=text, then=Value(0)), default=Value(1))
        return found.order_by(as_typed, "code")


class Member(models.Model):
    """A party member (đảng viên): the person. The account that signs in, where there is one, is ``user``."""

    code = models.CharField(_("mã đảng viên"), max_length=32, unique=True)
    full_name = models.CharField(_("họ và tên"), max_length=255)
    # Lower case, without accents, d for đ: what people type when they look for someone.
    name_folded = models.CharField(max_length=255, editable=False, db_index=True)
    phone = models.CharField(_("điện thoại"), max_length=20, blank=True)
    email = models.EmailField(_("thư điện tử"), blank=True)
    birth_date = models.DateField(_("ngày sinh"), null=True, blank=True)
    status = models.CharField(_("diện"), max_length=16, choices=MemberStatus, default=MemberStatus.OFFICIAL)
    cell = models.ForeignKey(Organization, models.PROTECT, related_name="members", verbose_name=_("chi bộ"))
    left_on = models.DateField(_("ra khỏi Đảng bộ ngày"), null=True, blank=True)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="member")

    objects = MemberQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("đảng viên")
        verbose_name_plural = _("đảng viên")
        indexes = [models.Index(fields=["cell", "code"], name="member_cell_code")]

    def __str__(self) -> str:
        return f"{self.full_name} ({self.code})"


class Membership(models.Model):
    """That a member belonged to a cell, from one date to another. The open one is the member's cell today."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="memberships")
    cell = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("chi bộ"))
    valid_from = models.DateField(_("từ ngày"))
    valid_to = models.DateField(_("đến trước ngày"), null=True, blank=True)
    reason = models.CharField(_("lý do"), max_length=255, blank=True)

    class Meta:
        ordering = ["member", "valid_from", "pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["member"], condition=Q(valid_to=None), name="one_cell_at_a_time")
        ]

    def __str__(self) -> str:
        return f"{self.member_id} @ {self.cell_id}"


class PositionQuerySet(models.QuerySet["Position"]):
    """Reads of the positions."""

    def in_force(self) -> PositionQuerySet:
        """Positions held today, by people who are members today."""
        now = today()
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=now), valid_from__lte=now, member__left_on=None)


class Position(models.Model):
    """That a member is something in a unit: secretary, committee member, officer, or watcher of an area."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="positions", verbose_name=_("đảng viên"))
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="positions", verbose_name=_("tổ chức"))
    kind = models.CharField(_("chức vụ"), max_length=24, choices=PositionKind)
    valid_from = models.DateField(_("từ ngày"), default=today)
    valid_to = models.DateField(_("đến trước ngày"), null=True, blank=True)

    objects = PositionQuerySet.as_manager()

    class Meta:
        ordering = ["organization", "kind", "member"]
        verbose_name = _("chức vụ")
        verbose_name_plural = _("chức vụ")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "organization", "kind"], condition=Q(valid_to=None), name="one_open_position"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.organization}"

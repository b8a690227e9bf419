"""Who sees what of notices besides their readers: behind every screen, field and file.

Numbers are for whoever may view the members of a unit (rights reach down the tree). Names are for those who have that
right by a position in exactly the unit: a province sees how many of a cell have read, the cell who.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from accounts.models import User
from editorial.enums import RequestKind
from editorial.models import ApprovalRequest
from handbook.notices.enums import LEVELS
from handbook.notices.models import Notice, NoticeAudience, NoticeFile, NoticeTemplate, NoticeVersion
from handbook.notices.reach import addressed_by
from organizations.enums import MEMBER_LEVELS, Right
from organizations.models import Organization, OrganizationQuerySet
from organizations.scope import held_by, may, member_of, organizations_where, scope_of_member


def sending_units(user: Any) -> OrganizationQuerySet:
    """Units in force in whose name this person may send."""
    return organizations_where(user, Right.SEND_NOTICES).in_force()


def usual_unit(user: Any) -> Organization | None:
    """In whose name the person usually sends: the one unit where they hold the right by a position, where it is one."""
    own = list(held_by(user, Right.SEND_NOTICES)[:2])
    return own[0] if len(own) == 1 else None


def sees_numbers(user: Any, unit: Organization) -> bool:
    """Whether the person may see how many of the unit's subtree did what."""
    return may(user, Right.VIEW_MEMBERS, unit)


def sees_names(user: Any, unit: Organization) -> bool:
    """Whether the person may see who of the unit itself did what."""
    return held_by(user, Right.VIEW_MEMBERS).filter(pk=unit.pk).exists()


def tells_in_person(user: Any, unit: Organization) -> bool:
    """Whether the person may say that members of the unit were told in person."""
    return held_by(user, Right.SEND_NOTICES).filter(pk=unit.pk).exists()


def head_of_view(user: Any, notice: Notice) -> Organization | None:
    """Where this person's view of the numbers begins: the unit that sent it, else the highest of their own that it reaches."""
    if sees_numbers(user, notice.organization):
        return notice.organization
    addressed = addressed_by(notice)
    own = sorted(held_by(user, Right.VIEW_MEMBERS), key=lambda unit: (unit.path.count("/"), unit.pk))
    return next((unit for unit in own if addressed.meets(unit.path)), None)


def files_visible_to(user: Any, at: datetime.datetime) -> QuerySet[NoticeFile]:
    """Files of the texts that are out in the person's inbox, of notices for whose unit they may send, and their own uploads."""
    if user is None or not user.is_authenticated or not user.is_active:
        return NoticeFile.objects.none()
    texts = NoticeVersion.objects.filter(notice__in=Notice.objects.of_officer(user).order_by())
    query = Q(uploaded_by=user) | Q(versions__in=texts) | Q(versions__notice__in=put_before(user))
    if member := member_of(user):
        inbox = Notice.objects.in_inbox_of(member, scope=scope_of_member(member), at=at)
        query |= Q(versions__in=NoticeVersion.objects.filter(notice__in=inbox, number=F("notice__version")))
    return NoticeFile.objects.filter(query).distinct()


def put_before(user: Any) -> list[str]:
    """The ids of notices that wait for a decision of this person's committee: they read them with their files."""
    waiting = ApprovalRequest.objects.decided_at_by(user).waiting().filter(kind=RequestKind.NOTICE)
    return list(waiting.values_list("subject_id", flat=True))


def is_sender(user: Any) -> bool:
    """Whether the person may send anywhere."""
    return sending_units(user).exists()


def readable_by(user: Any, at: datetime.datetime) -> QuerySet[Notice]:
    """Notices whose text the person may see: of units for which they may send, and of their own inbox."""
    query = Q(pk__in=Notice.objects.of_officer(user).order_by().values("pk"))
    if member := member_of(user):
        inbox = Notice.objects.in_inbox_of(member, scope=scope_of_member(member), at=at)
        query |= Q(pk__in=inbox.order_by().values("pk"))
    return Notice.objects.filter(query)


def reaching_own_units(user: Any, at: datetime.datetime) -> QuerySet[Notice]:
    """Notices in force in the person's inbox that reach units where they may see names: those they look after."""
    member = member_of(user)
    if member is None:
        return Notice.objects.none()
    keys: set[str] = set()
    for unit in held_by(user, Right.VIEW_MEMBERS):
        keys.update(f"{level}:{pk}" for level in LEVELS.values() for pk in unit.line_ids)
    addressed = NoticeAudience.objects.filter(key__in=keys).order_by()
    inbox = Notice.objects.in_inbox_of(member, scope=scope_of_member(member), at=at)
    return inbox.in_force(at).filter(pk__in=addressed.values("notice"))


def sets_rules(user: Any) -> bool:
    """Whether the person sends for a unit that may have others below it, whose notices it could want to approve."""
    return sending_units(user).exclude(level__in=MEMBER_LEVELS).exists()


def sets_budgets(user: Any) -> bool:
    """Whether the person may say what units spend on texts: who administers the whole tree, for texts cost money."""
    return bool(user.is_active and user.has_perm("organizations.administer"))


def budget_setters() -> list[str]:
    """The names of those whom to ask for a budget, the first five."""
    people = User.objects.with_perm("organizations.administer", backend="django.contrib.auth.backends.ModelBackend")
    return [each.get_full_name() for each in people.filter(is_active=True).order_by("pk")[:5]]


def sends_for(user: Any, unit: Organization) -> bool:
    """Whether the person may send in the unit's name."""
    return may(user, Right.SEND_NOTICES, unit)


def own_templates(user: Any) -> QuerySet[NoticeTemplate]:
    """Texts to begin from that the person may change: of the units for which they may send."""
    return NoticeTemplate.objects.filter(organization__in=organizations_where(user, Right.SEND_NOTICES).order_by())


def templates_for(user: Any) -> QuerySet[NoticeTemplate]:
    """Texts to begin from: of the units for which the person may send, and of those above."""
    ids = {pk for unit in held_by(user, Right.SEND_NOTICES) for pk in unit.line_ids}
    return own_templates(user) | NoticeTemplate.objects.filter(organization__in=ids)

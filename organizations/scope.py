"""The two questions every other room asks: may this person do this here, and what may this person see.

An *audience key* names a set of readers: ``public`` is everyone, ``member`` every member, ``member:17`` the members
below unit 17, ``committee`` every committee, ``committee:17`` the committees below unit 17, ``secretary:17`` the
secretaries below unit 17. Content carries the keys of those it is for; a caller carries the keys of all audiences they
belong to; content is seen where the two sets meet. That one predicate serves the database, the search filter, files,
changes and counts (ADR 0003).
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, Q, QuerySet

from organizations.delegations import Delegation
from organizations.enums import COMMITTEE_POSITIONS, RIGHTS, SECRETARY_POSITIONS, Clearance, Right
from organizations.models import Member, Membership, Organization, OrganizationQuerySet, Position, ids_in, today

if TYPE_CHECKING:
    from accounts.models import User

# The level of keys for secretaries, who are addressed by notices; content has no such clearance.
SECRETARIES = "secretary"


@dataclasses.dataclass(frozen=True)
class Scope:
    """All audiences that a caller belongs to."""

    keys: frozenset[str]

    @property
    def signature(self) -> str:
        """The same for all callers who see the same: 16 hexadecimal digits."""
        return hashlib.sha256(",".join(sorted(self.keys)).encode()).hexdigest()[:16]

    def sees(self, audience: Iterable[str]) -> bool:
        """Whether content with these audience keys exists for the caller."""
        return not self.keys.isdisjoint(audience)


EVERYONE = Scope(frozenset({Clearance.PUBLIC.value}))


def audience_keys(clearance: str, organizations: Iterable[Organization | int]) -> list[str]:
    """The keys of content: its clearance within the subtrees it addresses, or everywhere where it addresses none.

    Content of public clearance that addresses units is for the members there, not for everyone: naming readers can
    only narrow who reads.
    """
    ids = sorted({unit if isinstance(unit, int) else unit.pk for unit in organizations})
    if not ids:
        return [str(clearance)]
    level = Clearance.MEMBER if clearance == Clearance.PUBLIC else clearance
    return [f"{level}:{pk}" for pk in ids]


def member_of(user: Any) -> Member | None:
    """The person behind an account, where the account is active and the person a member today."""
    if user is None or not user.is_authenticated or not user.is_active:
        return None
    return Member.objects.active().select_related("cell").filter(user_id=user.pk).first()


def scope_of(user: User | Any | None) -> Scope:
    """What this caller may see, looked up now: a member who moved a second ago sees the new scope.

    The line of the member's cell and of every unit where they hold a position counts as ``member``; the line of the
    units on whose committee they sit counts as ``committee`` too, and where they are secretary as ``secretary``.
    """
    member = member_of(user)
    return EVERYONE if member is None else scope_of_member(member)


def scope_of_member(member: Member) -> Scope:
    """The same for a member of today, whether or not they have an account."""
    return _scope(member, member.positions.all().in_force().select_related("organization"))


def scope_since(member: Member, day: datetime.date) -> Scope:
    """All audiences that a member belonged to at any time from this day on, in the tree as it stands now.

    For what a phone that was offline tells of a time before its owner moved; never for what is shown to them.
    """
    later = Q(valid_to=None) | Q(valid_to__gte=day)
    cells = Membership.objects.filter(later, member=member).values_list("cell__path", flat=True)
    held = Position.objects.filter(later, member=member, valid_from__lte=today())
    positions = frozenset(held.values_list("kind", "organization__path"))
    keys = [scope_from(path, positions).keys for path in {member.cell.path, *cells}]
    return Scope(frozenset().union(*keys))


def scopes_of(user_ids: Iterable[int]) -> dict[int, Scope]:
    """The answers of ``scope_of`` for many accounts, by their ids, in as many queries as for one."""
    ids = set(user_ids)
    held = Prefetch("positions", Position.objects.in_force().select_related("organization"))
    members = Member.objects.active().filter(user_id__in=ids, user__is_active=True)
    found = {
        member.user_id: _scope(member, member.positions.all())
        for member in members.select_related("cell").prefetch_related(held)
        if member.user_id
    }
    return {pk: found.get(pk, EVERYONE) for pk in ids}


def possible_readers(audience: Iterable[str]) -> QuerySet[Member] | None:
    """Members among whom are all that belong to an audience, to begin a search with; None where that is everybody.

    Narrow enough that a notice to one cell does not go through the province, but not the predicate: whether somebody
    does belong to it is told by ``Scope.sees`` alone.
    """
    keys = list(audience)
    if {Clearance.PUBLIC, Clearance.MEMBER} & set(keys):
        return None
    units = Organization.objects.filter(pk__in=[int(pk) for key in keys if (pk := key.partition(":")[2])])
    held = Position.objects.in_force().filter(kind__in=COMMITTEE_POSITIONS) if Clearance.COMMITTEE in keys else None
    query = Q(pk__in=held.values("member")) if held is not None else Q(pk=None)
    for path in units.values_list("path", flat=True):
        below = Position.objects.in_force().filter(organization__path__startswith=path)
        query |= Q(cell__path__startswith=path) | Q(pk__in=below.values("member"))
    return Member.objects.active().filter(query)


def _scope(member: Member, positions: Iterable[Position]) -> Scope:
    return scope_from(member.cell.path, frozenset((each.kind, each.organization.path) for each in positions))


@functools.lru_cache(maxsize=16_384)
def scope_from(cell_path: str | None, positions: frozenset[tuple[str, str]]) -> Scope:
    """The scope of a member of the cell with this path, who holds these positions (kind, path of the unit) today.

    No cell: somebody who is no member, and sees what everyone sees. Members of one cell share one object.
    """
    if cell_path is None:
        return EVERYONE
    keys = {Clearance.PUBLIC.value, Clearance.MEMBER.value}
    keys.update(f"member:{pk}" for pk in ids_in(cell_path))
    for kind, path in positions:
        line = ids_in(path)
        keys.update(f"member:{pk}" for pk in line)
        if kind in COMMITTEE_POSITIONS:
            keys.add(Clearance.COMMITTEE.value)
            keys.update(f"committee:{pk}" for pk in line)
        if kind in SECRETARY_POSITIONS:
            keys.update(f"{SECRETARIES}:{pk}" for pk in line)
    return Scope(frozenset(keys))


def may(user: User | Any | None, right: Right, organization: Organization) -> bool:
    """Whether this person may do this in this unit: through a position there or above it."""
    if _everywhere(user):
        return True
    kinds = kinds_with(right)
    return _positions(user).filter(kind__in=kinds, organization__in=organization.line_ids).exists()


def organizations_where(user: User | Any | None, right: Right) -> OrganizationQuerySet:
    """All units where this person may do this: the same answer as ``may``, asked the other way round."""
    if _everywhere(user):
        return Organization.objects.all()
    positions = _positions(user).filter(kind__in=kinds_with(right)).select_related("organization")
    return Organization.objects.subtrees_of([position.organization for position in positions])


def holders(right: Right, organization: Organization) -> QuerySet[Member]:
    """The people who have this right by a position in exactly this unit: its committee, for ``Right.APPROVE``.

    Who has delegated the right to approve rests; who stands in for them is of the committee for that time.
    """
    held = _resting(right, Position.objects.in_force().filter(organization=organization, kind__in=kinds_with(right)))
    standing_in = _standing_in(right).filter(position__organization=organization)
    return Member.objects.active().filter(Q(pk__in=held.values("member")) | Q(pk__in=standing_in.values("to")))


def held_by(user: User | Any | None, right: Right) -> QuerySet[Organization]:
    """The units where this person has this right by a position in exactly that unit: ``holders`` reversed."""
    held = _resting(right, _positions(user).filter(kind__in=kinds_with(right), member__in=Member.objects.active()))
    if user is None or not user.is_authenticated or not user.is_active:
        return Organization.objects.none()
    standing_in = _standing_in(right).filter(to__user_id=user.pk)
    return Organization.objects.filter(
        Q(pk__in=held.values("organization")) | Q(pk__in=standing_in.values("position__organization"))
    )


def seat_of(user: User | Any, organization: Organization) -> Position | None:
    """The position by which this person approves in exactly this unit: their own, or the one they stand in for."""
    held = _positions(user).filter(kind__in=kinds_with(Right.APPROVE), organization=organization)
    own = _resting(Right.APPROVE, held).order_by("pk").first()
    if own is not None:
        return own
    standing_in = _standing_in(Right.APPROVE).filter(to__user_id=user.pk, position__organization=organization)
    found = standing_in.select_related("position__member").order_by("pk").first()
    return found.position if found else None


def _resting(right: Right, positions: QuerySet[Position]) -> QuerySet[Position]:
    """Without those whose holder has delegated them today; only the right to approve is delegated."""
    if right != Right.APPROVE:
        return positions
    return positions.exclude(pk__in=Delegation.objects.in_force().order_by().values("position"))


def _standing_in(right: Right) -> QuerySet[Delegation]:
    if right != Right.APPROVE:
        return Delegation.objects.none()
    return Delegation.objects.in_force().filter(position__kind__in=kinds_with(right)).order_by()


def kinds_with(right: Right) -> list[str]:
    """The kinds of positions that give this right."""
    return [kind for kind, rights in RIGHTS.items() if right in rights]


def _everywhere(user: Any) -> bool:
    return bool(user and user.is_active and user.has_perm("organizations.administer"))


def _positions(user: Any) -> QuerySet[Position]:
    if user is None or not user.is_authenticated or not user.is_active:
        return Position.objects.none()
    return Position.objects.in_force().filter(member__user_id=user.pk)

"""Sending links: whoever decides about what waits gets one link to each text, however often this runs.

What is missing is read from the open steps and requests, so a wake-up that is lost costs a minute, never a link.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from wagtail.models import Revision, TaskState

from accounts.models import User
from audit.actions import record
from cms.models import ContentPage
from editorial.deadlines.waiting import at_their_steps
from editorial.enums import RequestKind
from editorial.models import ApprovalRequest, CommitteeApproval, ReviewLink, ReviewStep
from editorial.models.approval import content_digest
from editorial.models.review_link import LINK_LIFETIME
from editorial.models.steps import open_steps, undecided_by
from editorial.moments import moment
from editorial.phone_review.tokens import new_token, token_digest, url_of
from editorial.requests.subjects import digest_of, thing_of
from messaging.actions import push, send_text
from messaging.enums import PushCategory, TextKind
from organizations.models import Member, Organization
from organizations.scope import member_of

ACT = "send_review_link"
PUSHED = "review_link"  # the subject of its pushes
# While a text that waits is being edited, autosave makes it another every half second: one message is enough.
PAUSE = datetime.timedelta(minutes=15)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Matter:
    """What waits for a committee: a text at its step, or a request."""

    organization: Organization
    title: str
    kind: Any
    digest: str
    page: ContentPage | None = None
    revision: Revision | None = None
    step: TaskState | None = None
    committee: CommitteeApproval | None = None  # what kind of step that is
    request: ApprovalRequest | None = None

    @property
    def is_late(self) -> bool:
        """Whether it is overdue, so that who stands in for the committee is asked too."""
        clock = self.request if self.request is not None else getattr(self.step, "clock", None)
        return clock is not None and clock.escalated_at is not None

    @property
    def asked(self) -> tuple[Any, ...]:
        """What is the same for matters about which the same people are asked."""
        return self.organization.pk, self.committee and self.committee.pk, self.is_late

    def people(self) -> QuerySet[User]:
        """Those who may be asked: the committee, and once it is overdue who stands in for it."""
        if self.request is not None:
            people, substitutes = self.request.people(), self.request.substitutes()
        else:
            assert self.committee and self.page  # noqa: S101 - a matter is one or the other
            people, substitutes = self.committee.reviewers(self.page), self.committee.substitutes()
        return User.objects.filter(Q(pk__in=people) | Q(pk__in=substitutes)) if self.is_late else people

    def waits_for(self, person: User) -> bool:
        """Whether this person has yet to decide about it, as the desk's own lists say."""
        if self.request is not None:
            return ApprovalRequest.objects.undecided_by(person).filter(pk=self.request.pk).exists()
        return self.step is not None and undecided_by(person).filter(pk=self.step.pk).exists()


def send_missing() -> int:
    """Send each link that should be there and is not; how many. Safe many at a time.

    Where nothing is missing, the number of queries does not grow with what waits.
    """
    sent, just_now = 0, timezone.now() - PAUSE
    matters = list(waiting_matters())
    have_it, told = _links_to(matters)
    asked: dict[tuple[Any, ...], list[User]] = {}
    for matter in matters:
        if matter.asked not in asked:
            asked[matter.asked] = list(_reachable(matter.people()).order_by("pk"))
        key = (matter.step and matter.step.pk, matter.request and matter.request.pk)
        for person in asked[matter.asked]:
            last = told.get((*key, person.pk))
            if (*key, person.pk, matter.digest) in have_it or (last is not None and last > just_now):
                continue
            if matter.waits_for(person):
                sent += _send_first(person, matter)
    return sent


def _links_to(matters: Iterable[Matter]) -> tuple[set[tuple[Any, ...]], dict[tuple[Any, ...], datetime.datetime]]:
    """Who has a link to which form of which of these, and when each was last sent one to any form of it."""
    steps = [matter.step.pk for matter in matters if matter.step is not None]
    requests = [matter.request.pk for matter in matters if matter.request is not None]
    links = ReviewLink.objects.filter(Q(step__in=steps) | Q(request__in=requests)).order_by("sent_at")
    have_it, told = set(), {}
    for step, request, person, digest, sent_at in links.values_list("step", "request", "person", "digest", "sent_at"):
        have_it.add((step, request, person, digest))
        told[(step, request, person)] = sent_at
    return have_it, told


def _reachable(people: QuerySet[User]) -> QuerySet[User]:
    """Those of them who are members with a telephone or an address."""
    return people.filter(Q(member__phone__gt="") | Q(member__email__gt=""))


def waiting_matters() -> Iterator[Matter]:
    """All that waits for a committee now."""
    states = open_steps().filter(task__in=CommitteeApproval.objects.values("pk"))
    for state, step, page in at_their_steps(states.order_by("pk")):
        if (matter := _matter(state, step, page)) is not None:
            yield matter
    for request in ApprovalRequest.objects.waiting().select_related("organization"):
        if (found := matter_of_request(request)) is not None:
            yield found


def matter_of_step(state: TaskState) -> Matter | None:
    """The text at a committee's step as it is now; None where the draft has moved on or the step is not a committee's."""
    for _state, step, page in at_their_steps(TaskState.objects.filter(pk=state.pk)):
        return _matter(_state, step, page)
    return None


def _matter(state: TaskState, step: ReviewStep, page: ContentPage) -> Matter | None:
    if not isinstance(step, CommitteeApproval) or page.latest_revision_id != state.revision_id:
        return None
    return Matter(
        organization=step.organization,
        title=state.revision.object_str,
        kind=page._meta.verbose_name,
        digest=content_digest(state.revision.content),
        page=page,
        revision=state.revision,
        step=state,
        committee=step,
    )


def matter_of_request(request: ApprovalRequest) -> Matter | None:
    """What a request is about, as it is now; None where it is gone or was changed since."""
    thing = thing_of(request)
    if thing is None or digest_of(thing) != request.digest:
        return None
    return Matter(
        organization=request.organization,
        title=request.title,
        kind=RequestKind(request.kind).label,
        digest=request.digest,
        request=request,
    )


@transaction.atomic
def tell(*, link: ReviewLink, member: Member, token: str, kind: Any, actor: Any) -> None:
    """Have the link sent after commit, by text and to the person's devices, and record it.

    What stands on a locked screen names the kind, never the title.
    """
    until = moment(link.expires_at)
    with translation.override("vi"):
        text = _(
            "Sổ tay: có %(kind)s chờ đồng chí duyệt. Mở %(url)s để đọc và quyết định. "
            "Dùng được đến %(until)s; chỉ đồng chí mở được."
        ) % {"kind": str(kind).lower(), "url": url_of(token), "until": until}
    key = f"review-link:{link.pk}:{link.token_digest[:16]}"
    send_text(member=member, text=text, kind=TextKind.REVIEW, effect_key=key)
    push(effect_key=key, subject_kind=PUSHED, subject_id=str(link.pk), category=PushCategory.REVIEW)
    record(ACT, actor=actor, target=link, detail={"person": link.person.get_username(), "to": until})


@transaction.atomic
def _send_first(person: User, matter: Matter) -> bool:
    """One person's first link to a text. False where they cannot be reached, or another process was quicker."""
    member = member_of(person)
    if member is None or not (member.phone or member.email):
        return False
    token, now = new_token(), timezone.now()
    link, created = ReviewLink.objects.get_or_create(
        person=person,
        step=matter.step,
        request=matter.request,
        digest=matter.digest,
        defaults={
            "organization": matter.organization,
            "page": matter.page,
            "revision": matter.revision,
            "title": matter.title[:255],
            "token_digest": token_digest(token),
            "sent_at": now,
            "expires_at": now + LINK_LIFETIME,
        },
    )
    if created:
        tell(link=link, member=member, token=token, kind=matter.kind, actor="review_links")
    return created

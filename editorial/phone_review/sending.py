"""Sending links: whoever decides about what waits gets one link to each text, however often this runs.

What is missing is read from the open steps and requests, so a wake-up that is lost costs a minute, never a link.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from wagtail.models import Revision, TaskState

from accounts.models import User
from audit.actions import record
from cms.models import ContentPage
from editorial.enums import RequestKind
from editorial.models import ApprovalRequest, CommitteeApproval, ReviewLink, StepClock
from editorial.models.approval import text_digest
from editorial.models.review_link import LINK_LIFETIME
from editorial.models.steps import open_steps, undecided_by
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
    request: ApprovalRequest | None = None

    @property
    def links(self) -> Any:
        """The links to it that were sent, whatever became of them; also those to earlier forms of its text."""
        return ReviewLink.objects.filter(step=self.step, request=self.request)

    def people(self) -> QuerySet[User]:
        """Those who may be asked: the committee, and once it is overdue who stands in for it."""
        if self.request is not None:
            people, substitutes = self.request.people(), self.request.substitutes()
            late = self.request.escalated_at is not None
        else:
            assert self.step and self.page  # noqa: S101 - a matter is one or the other
            step = self.step.task.specific
            people, substitutes = step.reviewers(self.page), step.substitutes()
            late = StepClock.objects.filter(state=self.step, escalated_at__isnull=False).exists()
        return User.objects.filter(Q(pk__in=people) | Q(pk__in=substitutes)) if late else people

    def waits_for(self, person: User) -> bool:
        """Whether this person has yet to decide about it, as the desk's own lists say."""
        if self.request is not None:
            return ApprovalRequest.objects.undecided_by(person).filter(pk=self.request.pk).exists()
        return self.step is not None and undecided_by(person).filter(pk=self.step.pk).exists()


def send_missing() -> int:
    """Send each link that should be there and is not; how many. Safe many at a time."""
    sent, now = 0, timezone.now()
    for matter in waiting_matters():
        people = matter.people()
        have_it = matter.links.filter(digest=matter.digest).values("person")
        told_just_now = matter.links.filter(sent_at__gt=now - PAUSE).values("person")
        for person in people.exclude(pk__in=have_it).exclude(pk__in=told_just_now).order_by("pk"):
            if matter.waits_for(person):
                sent += _send_first(person, matter)
    return sent


def waiting_matters() -> Iterator[Matter]:
    """All that waits for a committee now."""
    states = open_steps().filter(task__in=CommitteeApproval.objects.values("pk"))
    for state in states.select_related("workflow_state").order_by("pk"):
        if (matter := matter_of_step(state)) is not None:
            yield matter
    for request in ApprovalRequest.objects.waiting().select_related("organization"):
        if (found := matter_of_request(request)) is not None:
            yield found


def matter_of_step(state: TaskState) -> Matter | None:
    """The text at a committee's step as it is now; None where the draft has moved on or the step is not a committee's."""
    step, page = state.task.specific, ContentPage.objects.filter(pk=state.workflow_state.object_id).first()
    if page is None or not isinstance(step, CommitteeApproval) or page.latest_revision_id != state.revision_id:
        return None
    return Matter(
        organization=step.organization,
        title=state.revision.object_str,
        kind=page.specific_class._meta.verbose_name,
        digest=text_digest(state.revision_id),
        page=page,
        revision=state.revision,
        step=state,
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
    until = date_format(timezone.localtime(link.expires_at), "H:i d/m/Y")
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

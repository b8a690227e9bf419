"""Whether a link leads anywhere: asked at each request, never remembered.

An unknown token, one that is over and somebody else's all end in the same answer. Why is in the audit.
"""

from __future__ import annotations

import logging
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from wagtail.models import TaskState

from accounts.actions.guards import too_many
from accounts.limits import Limit
from audit.actions import record
from audit.enums import Outcome, RefusalCode
from audit.refusals import Refused
from editorial.enums import LinkEnd, RequestState
from editorial.models import ReviewLink
from editorial.phone_review.sending import Matter, matter_of_request, matter_of_step
from editorial.phone_review.tokens import named_by

logger = logging.getLogger("sotay.editorial")

ACT = "open_review_link"
# Links that lead nowhere, from one address. Those that lead somewhere are not counted: a hall shares an address.
DEAD_LINKS = Limit("dead-review-links", count=30, seconds=60)
CONFIRMED_SECONDS = 60 * 60
COOKIE = "duyet"
SALT = "editorial.phone_review"


class Gone(Exception):
    """The link leads nowhere. ``end`` is for the audit; the page never says it."""

    def __init__(self, end: LinkEnd) -> None:
        self.end = end
        super().__init__(str(end))


def opened(token: str, *, visitor: Any, address: str) -> tuple[ReviewLink, Matter]:
    """The link of a token, with what it leads to as it is now. Raises Gone, recorded; Refused RATE_LIMITED."""
    if DEAD_LINKS.is_over(address):
        raise too_many(DEAD_LINKS, DEAD_LINKS.hit(address), "", act=ACT, target=address)
    links = ReviewLink.objects.select_related("person", "organization", "page", "revision", "step", "request")
    link = links.filter(named_by(token)).first()
    if link is None:
        # Not in the audit, or anyone could fill it by guessing.
        logger.info("a review link that does not exist was asked for from %s", address)
        DEAD_LINKS.hit(address)
        raise Gone(LinkEnd.UNKNOWN)
    stranger = visitor.is_authenticated and visitor.pk != link.person_id
    found = LinkEnd.OTHER_PERSON if stranger else standing(link)
    if isinstance(found, LinkEnd):
        DEAD_LINKS.hit(address)
        refuse(link, found, actor=visitor if stranger else None, address=address)
        raise Gone(found)
    return link, found


def refuse(link: ReviewLink, end: LinkEnd, *, actor: Any, address: str) -> None:
    """Record who was refused, and why. ``actor`` is who is known to be there: holding a link proves nobody."""
    record(
        ACT,
        actor=actor,
        target=link,
        outcome=Outcome.REFUSED,
        detail={
            "code": RefusalCode.NOT_FOUND.value,
            "reason": end.value,
            "person": link.person.get_username(),
            "channel": "phone",
            "address": address,
        },
    )


def standing(link: ReviewLink) -> Matter | LinkEnd:
    """What the link leads to, exactly as it was when it was sent, or why it leads nowhere."""
    if link.used_at is not None:
        return LinkEnd.USED
    if link.revoked_at is not None:
        return LinkEnd.REVOKED
    if link.expires_at <= timezone.now():
        return LinkEnd.EXPIRED
    if not _has_a_say(link):
        return LinkEnd.NO_RIGHT
    matter: Matter | LinkEnd | None
    if link.request is not None:
        if link.request.state not in (RequestState.WAITING, RequestState.LAPSED):
            return LinkEnd.SETTLED
        matter = matter_of_request(link.request) if link.request.state == RequestState.WAITING else None
    else:
        matter = _at_step(link)
    if isinstance(matter, LinkEnd):
        return matter
    if matter is None or matter.digest != link.digest:
        return LinkEnd.SUPERSEDED
    return matter if matter.waits_for(link.person) else LinkEnd.SETTLED


def _has_a_say(link: ReviewLink) -> bool:
    """Whether its person may decide at that place today, whatever has become of the text."""
    if link.request is not None:
        return link.request.may_be_decided_by(link.person)
    assert link.page and link.step  # noqa: S101 - a constraint of the table
    return link.step.task.specific.is_reviewer(link.person, link.page.specific)


def _at_step(link: ReviewLink) -> Matter | LinkEnd | None:
    assert link.page and link.step  # noqa: S101 - a constraint of the table
    if link.page.latest_revision_id != link.revision_id:
        return LinkEnd.SUPERSEDED
    if link.step.status != TaskState.STATUS_IN_PROGRESS:
        return LinkEnd.SETTLED
    return matter_of_step(link.step)


# --- that the person is there: a cookie of this link alone


def confirm(response: HttpResponse, request: HttpRequest, link: ReviewLink, path: str) -> None:
    """Remember for an hour, in this browser and for this link, that its person has confirmed."""
    response.set_cookie(
        COOKIE,
        signing.dumps(_confirmed_value(link), salt=SALT),
        max_age=CONFIRMED_SECONDS,
        path=path,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def is_confirmed(request: HttpRequest, link: ReviewLink) -> bool:
    """Whether the person of this link, and of no other, has confirmed in this browser within the hour."""
    try:
        given = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=CONFIRMED_SECONDS)
    except signing.BadSignature:
        return False
    return isinstance(given, str) and constant_time_compare(given, _confirmed_value(link))


def _confirmed_value(link: ReviewLink) -> str:
    """Another token of the same link, and another password of the person, are not confirmed."""
    return f"{link.pk}:{link.token_digest}:{link.person.get_session_auth_hash()}"


def refuse_unconfirmed(link: ReviewLink) -> Refused:
    """What is said to who acts without having confirmed; not a word of the text."""
    return Refused(
        RefusalCode.UNAUTHENTICATED,
        _("Đã quá một giờ, hoặc đồng chí mở bằng trình duyệt khác. Hãy lấy mã và xác nhận lại."),
        act="decide_by_review_link",
        target=link,
    )

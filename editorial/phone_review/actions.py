"""The acts around a link: asking for a code, confirming, deciding, taking back, sending again."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import codes
from accounts.actions.guards import EVERYONE, busy, refuse_busy_address, refuse_busy_codes, too_many, wrong_code
from accounts.limits import CODES, CODES_PER_ACCOUNT, CODES_PER_ACCOUNT_A_DAY, CODES_PER_ADDRESS
from audit.actions import record
from audit.enums import RefusalCode
from audit.refusals import Refused
from editorial import actions as page_actions
from editorial.enums import LinkEnd
from editorial.models import ReviewLink
from editorial.models.review_link import LINK_LIFETIME
from editorial.permissions import is_board
from editorial.phone_review.access import Gone, refuse, standing
from editorial.phone_review.sending import tell
from editorial.phone_review.tokens import new_token, token_digest
from editorial.requests import actions as request_actions
from messaging.actions import send_text
from messaging.enums import TextKind
from organizations.models import Member
from organizations.scope import member_of


def request_code(*, link: ReviewLink, address: str) -> None:
    """Send six digits to the person of the link, good for ten minutes; the former code of this link is void.

    The caller has asked whether the link leads anywhere. Raises Refused RATE_LIMITED.
    """
    act = "request_review_code"
    refuse_busy_address(address, act=act, target=link)
    own = _("Đã xin mã quá nhiều lần. Hãy dùng mã mới nhất đã nhận, hoặc đợi rồi thử lại sau.")
    for limit, key, message in (
        (CODES_PER_ADDRESS, address, _("Có quá nhiều yêu cầu mã từ mạng này. Hãy đợi một phút.")),
        (CODES_PER_ACCOUNT, f"review-link:{link.pk}", own),
        (CODES_PER_ACCOUNT_A_DAY, f"review-link:{link.pk}", own),
        (CODES, EVERYONE, busy()),
    ):
        if (asked := limit.hit(key)) > limit.count:
            raise too_many(limit, asked, message, act=act, target=link)
    with transaction.atomic():
        code = codes.REVIEW.random()
        codes.issue(codes.REVIEW, link.pk, code, at=timezone.now())
        with translation.override("vi"):
            text = _("Mã xác nhận duyệt trên Sổ tay: %(code)s, dùng trong 10 phút. Không cho ai biết mã này.") % {
                "code": code
            }
        send_text(member=_reachable(link), text=text, kind=TextKind.CODE, effect_key=f"review-code:{uuid.uuid4().hex}")
        record(act, target=link, detail={"person": link.person.get_username(), "address": address})


def confirm_code(*, link: ReviewLink, code: str, address: str) -> None:
    """Spend the code: whoever typed it is the person. Raises Refused UNAUTHENTICATED, RATE_LIMITED.

    Never call it inside a transaction: a try that is rolled back does not count.
    """
    act = "confirm_review_code"
    refuse_busy_address(address, act=act, target=link)
    refuse_busy_codes(act=act, target=link)
    digest = codes.tried(codes.REVIEW, link.pk, code)
    with transaction.atomic():
        if digest is None or not codes.spend(codes.REVIEW, link.pk, digest):
            message = _("Mã không đúng hoặc đã hết hạn. Hãy xem lại tin nhắn mới nhất, hoặc bấm “Gửi mã mới”.")
            raise wrong_code(message, address=address, act=act, target=link)
        record(act, actor=link.person, target=link, detail={"address": address})


@transaction.atomic
def decide(*, link_id: int, decision: str, comment: str, digest: str, address: str) -> ReviewLink:
    """Decide as the person of the link, who has confirmed: by the same acts as everybody, on the text that was shown.

    ``digest`` is that of the text shown. Raises Gone where the link is over by now, and whatever those acts refuse.
    """
    link = ReviewLink.objects.select_for_update().get(pk=link_id)
    found = standing(link)
    if isinstance(found, LinkEnd):
        raise Gone(found)
    if link.request_id is not None:
        request_actions.decide(
            actor=link.person, request_id=link.request_id, digest=digest, decision=decision, comment=comment
        )
    else:
        page_actions.decide(
            actor=link.person,
            page_id=link.page_id or 0,
            revision_id=link.revision_id or 0,
            decision=decision,
            comment=comment,
            digest=digest,
        )
    # SQLite knows no row locks: of two at once the decision itself lets one through, and this says so of the link.
    if not ReviewLink.objects.open(timezone.now()).filter(pk=link.pk).update(used_at=timezone.now()):
        raise Gone(LinkEnd.USED)
    codes.void(codes.REVIEW, link.pk)
    record("decide_by_review_link", actor=link.person, target=link, detail={"address": address, "kind": decision})
    return link


@transaction.atomic
def revoke(*, actor: Any, link_id: int) -> ReviewLink:
    """Take a link back: its person, or the board. Raises Refused NOT_FOUND for others, and where it is over already."""
    mine = ReviewLink.objects.managed_by(actor, is_board=is_board(actor)).select_for_update()
    link = mine.filter(pk=link_id).first()
    if link is None or not mine.open(timezone.now()).filter(pk=link.pk).update(revoked_at=timezone.now()):
        raise Refused(
            RefusalCode.NOT_FOUND,
            _("Liên kết này không còn mở. Không cần thu hồi nữa."),
            act="revoke_review_link",
            target=link,
        )
    codes.void(codes.REVIEW, link.pk)
    record("revoke_review_link", actor=actor, target=link, detail={"person": link.person.get_username()})
    return link


@transaction.atomic
def send_again(*, actor: Any, link_id: int) -> ReviewLink:
    """Send a link anew, for three days more, where its text still waits; the former token leads nowhere from now on."""
    act = "send_review_link"
    link = ReviewLink.objects.managed_by(actor, is_board=is_board(actor)).select_for_update().filter(pk=link_id).first()
    if link is not None:
        # As it would stand with its time renewed: only what lies outside of the link itself can end it.
        link.revoked_at, link.expires_at = None, timezone.now() + LINK_LIFETIME
        matter = standing(link)
    if link is None or isinstance(matter, LinkEnd):
        raise Refused(
            RefusalCode.NOT_FOUND,
            _("Nội dung này không còn chờ người đó duyệt, nên không gửi lại được."),
            act=act,
            target=link,
        )
    token = new_token()
    link.token_digest, link.sent_at = token_digest(token), timezone.now()
    link.save(update_fields=["token_digest", "sent_at", "expires_at", "revoked_at"])
    codes.void(codes.REVIEW, link.pk)
    tell(link=link, member=_reachable(link), token=token, kind=matter.kind, actor=actor)
    return link


def refuse_gone(link: ReviewLink, end: LinkEnd, *, address: str) -> None:
    """Record a decision that came too late, after its transaction was rolled back: by the person, who had confirmed."""
    refuse(link, end, actor=link.person, address=address)


def masked_address(link: ReviewLink) -> str:
    """Where the code goes, as far as its owner needs to know it."""
    member = _reachable(link)
    if member.phone:
        return _("số điện thoại có ba số cuối %(end)s") % {"end": member.phone[-3:]}
    name, _at, host = member.email.partition("@")
    return _("thư điện tử %(address)s") % {"address": f"{name[:1]}•••@{host}"}


def _reachable(link: ReviewLink) -> Member:
    member = member_of(link.person)
    if member is None or not (member.phone or member.email):
        raise Refused(
            RefusalCode.CONFLICT,
            _("Sổ tay không có số điện thoại hay thư điện tử của đồng chí. Hãy báo văn phòng cấp ủy."),
            act="request_review_code",
            target=link,
        )
    return member

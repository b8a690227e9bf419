"""Codes for signing in: asked for by anyone with any name, sent to who has one.

The request counts, records and queues, for every name alike. Who has the name, whether they may sign in and where they
are reached is looked up in the task. So nothing in the answer, not its time either, tells whether there is an account.
"""

from __future__ import annotations

import datetime
import uuid

from axes.helpers import get_client_ip_address
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import codes
from accounts.actions import Device, checked_device
from accounts.actions.guards import EVERYONE, busy, refuse_busy_address, too_many
from accounts.limits import CODES, CODES_PER_ACCOUNT, CODES_PER_ACCOUNT_A_DAY, CODES_PER_ADDRESS
from audit.actions import record
from messaging.actions import send_text
from messaging.enums import TextKind
from organizations.models import Member

ACT = "request_sign_in_code"


def request_sign_in_code(*, username: str, device: Device | None = None, request: HttpRequest) -> None:
    """Have a code sent to the member of this name, by SMS or else by e-mail; the former one is void then.

    The same for a name that nobody has, a member who cannot be reached, and a closed account. Raises Refused:
    RATE_LIMITED where too many codes are asked for under this name, from this address or by everyone; INVALID for the
    device.
    """
    username = username.strip()[:150]
    if device is not None:
        device = checked_device(device)
    address = get_client_ip_address(request) or ""
    who = f"{username} ({address})"
    refuse_busy_address(address, act=ACT, target=who)
    own = _("Đã xin mã quá nhiều lần. Hãy dùng mã mới nhất đã nhận, hoặc đợi rồi thử lại sau.")
    for limit, key, message in (
        (CODES_PER_ADDRESS, address, _("Có quá nhiều yêu cầu mã từ mạng này. Hãy đợi một phút.")),
        (CODES_PER_ACCOUNT, username, own),
        (CODES_PER_ACCOUNT_A_DAY, username, own),
        (CODES, EVERYONE, busy()),
    ):
        if (asked := limit.hit(key)) > limit.count:
            raise too_many(limit, asked, message, act=ACT, target=who)
    with transaction.atomic():
        record(ACT, target=who, detail={"device": device.name} if device else {})
        arguments = (username, uuid.uuid4().hex, timezone.now(), translation.get_language())
        transaction.on_commit(lambda: _queue(*arguments))


def _queue(*arguments: object) -> None:
    from django_q.tasks import async_task  # django-q2 reads its models at import, so not before the apps are ready

    async_task("messaging.tasks.send_sign_in_code", *arguments)


@transaction.atomic
def send_code(*, username: str, request_id: str, asked_at: datetime.datetime, language: str) -> None:
    """Issue the code that was asked for and hand it to the sender. Run twice, it is sent once and is the same.

    Nothing where nobody has the name, the account is closed, the member left, the request is old, or a later one was
    served already.
    """
    members = Member.objects.active().filter(user__username=username, user__is_active=True)
    member = members.first()
    if member is None or member.user_id is None or timezone.now() >= asked_at + codes.SIGN_IN.lifetime:
        return
    code = codes.SIGN_IN.derived(request_id)
    if not codes.issue(codes.SIGN_IN, member.user_id, code, at=asked_at):
        return
    with translation.override(language):
        text = _("Mã đăng nhập Sổ tay: %(code)s, dùng trong 10 phút. Không cho ai biết mã này.") % {"code": code}
    send_text(member=member, text=text, kind=TextKind.CODE, effect_key=f"sign-in-code:{request_id}")

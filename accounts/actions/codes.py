"""Signing in by a code that was sent to the member."""

from __future__ import annotations

from axes.helpers import get_client_ip_address
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import codes
from accounts.actions.guards import refuse_busy_address, refuse_busy_codes, wrong_code
from accounts.actions.sessions import Device, Tokens, begin_session, checked_device
from accounts.models import User

ACT = "sign_in_with_code"


def sign_in_with_code(*, username: str, code: str, device: Device, request: HttpRequest) -> Tokens:
    """Begin a session by a code, which is spent by it.

    Raises Refused: UNAUTHENTICATED where the code is wrong, used, old or tried too often, or nobody has this name: all
    in the same words and at the same cost; RATE_LIMITED where this address or everyone fails too often; INVALID where
    the device is not described. Never call it inside a transaction: a try that is rolled back does not count.
    """
    username = username.strip()[:150]
    device = checked_device(device)
    address = get_client_ip_address(request) or ""
    who = f"{username} ({address})"
    refuse_busy_address(address, act=ACT, target=who)
    refuse_busy_codes(act=ACT, target=who)
    user = User.objects.filter(username=username, is_active=True).first()
    digest = codes.tried(codes.SIGN_IN, user.pk if user else codes.NOBODY, code)
    with transaction.atomic():
        if user is None or digest is None or not codes.spend(codes.SIGN_IN, user.pk, digest):
            message = _("Mã đăng nhập không đúng hoặc đã hết hạn. Hãy kiểm tra lại, hoặc xin mã mới.")
            raise wrong_code(message, address=address, act=ACT, target=who)
        return begin_session(user=user, device=device, request=request, by="code")

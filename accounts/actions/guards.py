"""What is asked before anyone signs in: who tries too often waits, and every wrong code gets one answer."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.limits import FAILURES_PER_ADDRESS, WRITTEN, WRITTEN_PER_ACCOUNT, WRONG_CODES, Limit
from audit.enums import RefusalCode
from audit.refusals import Refused

EVERYONE = "everyone"
SIGN_IN = "sign_in"


def refuse_busy_address(address: str, *, act: str, target: Any) -> None:
    """Hold back an address that fails too often."""
    if FAILURES_PER_ADDRESS.is_over(address):
        message = _("Có quá nhiều lần đăng nhập sai từ mạng này. Hãy đợi một phút.")
        raise too_many(FAILURES_PER_ADDRESS, FAILURES_PER_ADDRESS.hit(address), message, act=act, target=target)


def refuse_busy_codes(*, act: str, target: Any) -> None:
    """Hold back everyone's codes for the rest of a minute in which too many were wrong: someone is guessing."""
    if WRONG_CODES.is_over(EVERYONE):
        raise too_many(WRONG_CODES, WRONG_CODES.hit(EVERYONE), busy(), act=act, target=target)


def wrong_code(message: str, *, address: str, act: str, target: Any) -> Refused:
    """Count a wrong code, and refuse it: the same for a wrong, used or old code and for a name that nobody has."""
    FAILURES_PER_ADDRESS.hit(address)
    WRONG_CODES.hit(EVERYONE)
    return Refused(RefusalCode.UNAUTHENTICATED, message, act=act, target=target)


def wrong_password(*, username: str, address: str, locked: bool) -> Refused:
    """Count a wrong password, and refuse it, in the admin as in the API. ``locked``: django-axes holds the account.

    Only the first, tenth, hundredth of an account from an address in an hour names its act and so is audited; a held
    account counts anew.
    """
    FAILURES_PER_ADDRESS.hit(address)
    code = RefusalCode.RATE_LIMITED if locked else RefusalCode.UNAUTHENTICATED
    message = (
        _("Bạn đã nhập sai quá nhiều lần. Hãy đợi 15 phút rồi thử lại.")
        if locked
        else _("Tên đăng nhập hoặc mật khẩu không đúng. Hãy kiểm tra rồi nhập lại.")
    )
    who = sign_in_by(username, address)
    tries = WRITTEN_PER_ACCOUNT.hit(f"{code} {who}")
    if str(tries).rstrip("0") != "1":
        return Refused(code, message, target=who)
    if (written := WRITTEN.hit(EVERYONE)) > WRITTEN.count:
        return too_many(WRITTEN, written, message, act=SIGN_IN, target=EVERYONE)
    return Refused(code, message, act=SIGN_IN, target=who, detail={"tries": tries} if tries > 1 else {})


def sign_in_by(username: str, address: str) -> str:
    """What the audit calls somebody who is not signed in yet: the name that was typed, and from where."""
    return f"{username[:150]} ({address})"


def too_many(limit: Limit, tries: int, message: str, *, act: str, target: Any) -> Refused:
    """Only the first refusal of a window names its act and so is audited; the others would flood the audit."""
    first = tries == limit.count + 1
    return Refused(RefusalCode.RATE_LIMITED, message, act=act if first else "", target=target)


def busy() -> str:
    """What everyone is told who comes in a minute of too many."""
    return _("Hệ thống đang nhận quá nhiều yêu cầu đăng nhập. Hãy đợi một phút rồi thử lại.")

"""Signing in by password, staying signed in, and ending sessions."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_client_ip_address
from django.contrib.auth import authenticate
from django.contrib.auth.models import update_last_login
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import codes, tokens
from accounts.actions.guards import SIGN_IN, refuse_busy_address, sign_in_by, too_many, wrong_password
from accounts.enums import EndReason
from accounts.limits import FAILURES_PER_ADDRESS, REFRESHES_PER_SESSION
from accounts.models import REFRESH_LIFETIME, RefreshToken, Session, User
from audit.actions import record
from audit.enums import RefusalCode
from audit.refusals import Refused

# A phone on a bad line asks again before it got the answer; until then its old token brings the same successor.
GRACE = datetime.timedelta(seconds=30)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Device:
    """What a client says about the device it runs on."""

    name: str
    platform: str
    push_token: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Tokens:
    """What a client keeps of its session. ``expires_in`` is the access token's life, in seconds."""

    session: Session
    access_token: str
    refresh_token: str
    expires_in: int = int(tokens.ACCESS_LIFETIME.total_seconds())


def sign_in(*, username: str, password: str, device: Device, request: HttpRequest) -> Tokens:
    """Begin a session. A wrong password and an unknown name look the same, in words, code and time.

    Raises Refused: RATE_LIMITED after five failures of the account from this address (django-axes) or too many of all
    accounts, UNAUTHENTICATED where name or password are wrong, INVALID where the device is not described.
    """
    username = username.strip()
    device = checked_device(device)
    address = get_client_ip_address(request) or ""
    refuse_busy_address(address, act=SIGN_IN, target=sign_in_by(username, address))
    # A name that no account can have is looked for all the same: the answer must take its usual time.
    user = authenticate(request=request, username=username[:150], password=password)
    if user is None:
        locked = getattr(request, "axes_locked_out", False)
        request.axes_locked_out = False  # type: ignore[attr-defined] # or its middleware answers with a page
        raise wrong_password(username=username, address=address, locked=locked)
    return begin_session(user=user, device=device, request=request, by="password")


@transaction.atomic
def begin_session(*, user: Any, device: Device, request: HttpRequest, by: str) -> Tokens:
    """Begin a session of someone who has proved who they are, ``by`` password, code or activation.

    The device is one that ``checked_device`` let pass.
    """
    now = timezone.now()
    address = get_client_ip_address(request) or ""
    session = Session.objects.create(
        user=user,
        device_name=device.name,
        platform=device.platform,
        push_token=device.push_token,
        auth_hash=user.get_session_auth_hash(),
        created_at=now,
        last_used_at=now,
    )
    refresh_token = tokens.new_refresh_token()
    _keep(session, refresh_token, now)
    # Not Django's signal: its listeners would make a cookie session for a client that has no cookies.
    update_last_login(User, user)
    AxesProxyHandler.reset_attempts(username=user.get_username(), ip_address=address)
    record("sign_in", actor=user, target=session, detail={"address": address, "by": by})
    return Tokens(session=session, access_token=tokens.access_token(session), refresh_token=refresh_token)


def refresh(*, refresh_token: str, request: HttpRequest) -> Tokens:
    """Renew a session. The token is spent by this; asked again within GRACE, it brings the same successor.

    A spent token that comes back later was stolen, by whoever brings it now or brought it before: the session ends for
    both. Raises Refused: UNAUTHENTICATED where the token is unknown, replayed or of a session that is over; EXPIRED;
    RATE_LIMITED.
    """
    address = get_client_ip_address(request) or ""
    token = RefreshToken.objects.select_related("session__user").filter(digest=tokens.digest_of(refresh_token)).first()
    if token is None:
        # Only those who bring no token of ours: thousands of phones share the address of a mobile operator.
        refuse_busy_address(address, act="refresh", target=address)
        FAILURES_PER_ADDRESS.hit(address)
        raise _sign_in_again(RefusalCode.UNAUTHENTICATED, target=address)
    session = token.session
    if (tries := REFRESHES_PER_SESSION.hit(str(session.pk))) > REFRESHES_PER_SESSION.count:
        message = _("Yêu cầu quá dồn dập. Hãy đợi một phút.")
        raise too_many(REFRESHES_PER_SESSION, tries, message, act="refresh", target=session)
    if not session.is_open:
        raise _sign_in_again(RefusalCode.UNAUTHENTICATED, target=session, message=_words_for_the_end_of(session))
    if token.used_at is None and token.expires_at <= timezone.now():
        raise _sign_in_again(RefusalCode.EXPIRED, target=session)
    if not _spend(token, successor := tokens.successor_of(refresh_token)):
        end_session(actor="refresh", session=session, reason=EndReason.REPLAYED)
        raise _sign_in_again(RefusalCode.UNAUTHENTICATED, target=session)
    return Tokens(session=session, access_token=tokens.access_token(session), refresh_token=successor)


@transaction.atomic
def _spend(token: RefreshToken, successor: str) -> bool:
    """Mark a token as used and keep its successor. False where it was used longer ago than GRACE.

    Of two requests at once one changes the row, on any database; the other finds it changed, within the grace.
    """
    now = timezone.now()
    if RefreshToken.objects.filter(pk=token.pk, used_at=None).update(used_at=now):
        _keep(token.session, successor, now)
        Session.objects.filter(pk=token.session_id).update(last_used_at=now)
        return True
    token.refresh_from_db(fields=["used_at"])
    return token.used_at is not None and now - token.used_at <= GRACE


@transaction.atomic
def end_session(*, actor: Any, session: Session, reason: EndReason, note: str = "") -> bool:
    """End one session, at once. False where it had ended before. The member reads ``note`` when they come back."""
    ended = Session.objects.filter(pk=session.pk, ended_at=None).update(
        ended_at=timezone.now(), end_reason=reason, end_note=note, push_token=""
    )
    if ended:
        detail = {"reason": reason, "user": session.user_id, **({"note": note} if note else {})}
        record("end_session", actor=actor, target=session, detail=detail)
    return bool(ended)


@transaction.atomic
def end_all_sessions(*, actor: Any, user: Any, reason: EndReason, note: str = "", keep: Session | None = None) -> int:
    """End all sessions of an account, for a lost phone or a doubt; those in the admin, which are cookies, too.

    ``keep`` goes on. A code that was sent for signing in is good for nothing any more. Returns how many were open.
    """
    User.objects.filter(pk=user.pk).update(session_round=F("session_round") + 1)
    user.refresh_from_db(fields=["session_round"])
    others = user.sessions.filter(ended_at=None)
    if keep is not None:
        others = others.exclude(pk=keep.pk)
        Session.objects.filter(pk=keep.pk).update(auth_hash=user.get_session_auth_hash())
    codes.void(codes.SIGN_IN, user.pk)
    return sum(end_session(actor=actor, session=each, reason=reason, note=note) for each in others)


def _keep(session: Session, refresh_token: str, now: datetime.datetime) -> None:
    RefreshToken.objects.create(
        session=session,
        digest=tokens.digest_of(refresh_token),
        issued_at=now,
        expires_at=now + REFRESH_LIFETIME,
    )


def _words_for_the_end_of(session: Session) -> str:
    """What a member must know who was signed out by someone else; else nothing of its own."""
    if session.end_reason != EndReason.ENDED_BY_OFFICER or session.ended_at is None:
        return ""
    return _(
        "Cấp ủy đã kết thúc phiên đăng nhập trên các thiết bị của bạn lúc %(at)s. Lý do: %(note)s. "
        "Hãy đăng nhập lại; nếu không rõ vì sao, hãy hỏi bí thư chi bộ."
    ) % {"at": f"{timezone.localtime(session.ended_at):%H:%M %d/%m/%Y}", "note": session.end_note.rstrip(".")}


def _sign_in_again(code: RefusalCode, *, target: Any, message: str = "") -> Refused:
    message = message or _("Phiên đăng nhập đã kết thúc. Hãy đăng nhập lại.")
    return Refused(code, message, field="refreshToken", act="refresh", target=target)


def checked_device(device: Device) -> Device:
    """The device as it is kept. Raises Refused INVALID where it is not described."""
    name = " ".join(device.name.split())
    if not name or len(name) > 100:
        raise Refused(
            RefusalCode.INVALID, _("Tên thiết bị cần từ 1 đến 100 ký tự."), field="device.name", act="sign_in"
        )
    if len(device.push_token) > 4096:
        raise Refused(RefusalCode.INVALID, _("Mã nhận thông báo quá dài."), field="device.pushToken", act="sign_in")
    return dataclasses.replace(device, name=name)

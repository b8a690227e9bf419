"""The first sign-in: codes that a cell's secretary prints, and the account that a member makes with one."""

from __future__ import annotations

import dataclasses
import datetime

from axes.helpers import get_client_ip_address
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import codes
from accounts.actions import Device, Tokens, begin_session, checked_device
from accounts.actions.guards import refuse_busy_address, refuse_busy_codes, wrong_code
from accounts.models import User
from audit.actions import lock_order, record
from audit.enums import RefusalCode
from audit.refusals import Refused
from organizations.actions import guards
from organizations.enums import Level, Right
from organizations.models import Member, Organization
from organizations.names import split_name
from organizations.permissions import may_hand_codes_to

PRINT = "print_activation_codes"
ACTIVATE = "activate_account"


@dataclasses.dataclass(frozen=True)
class Slip:
    """What one member gets: their code, in groups as it is read."""

    member: Member
    code: str


@dataclasses.dataclass(frozen=True)
class Sheet:
    """The slips of a cell, once; nothing else knows the codes. ``last_day`` is the last on which they work."""

    cell: Organization
    slips: list[Slip]
    last_day: datetime.date


@transaction.atomic
def print_activation_codes(*, actor: User, cell: Organization) -> Sheet:
    """Give each member of the cell who never signed in a new code; a former one that was not used is void.

    Raises Refused: FORBIDDEN without the right in the cell, INVALID where the unit is no cell or has ended, NOT_FOUND
    where nobody is left to whom the actor may hand a code.
    """
    cell = guards.locked(cell, PRINT)
    guards.require_right(actor, Right.MANAGE_MEMBERS, cell, PRINT)
    refuse_other_than_cells(cell)
    members = [row.member for row in may_hand_codes_to(actor, cell) if row.may]
    if not members:
        raise Refused(
            RefusalCode.NOT_FOUND,
            _("“%(cell)s” không còn đảng viên nào cần mã kích hoạt: mọi người đã đăng nhập ít nhất một lần.")
            % {"cell": cell},
            act=PRINT,
            target=cell,
        )
    now = timezone.now()
    last_day = timezone.localdate(now + codes.ACTIVATION.lifetime)
    until = timezone.make_aware(datetime.datetime.combine(last_day + datetime.timedelta(days=1), datetime.time()))
    issued = codes.issue_many(codes.ACTIVATION, [member.pk for member in members], at=now, until=until)
    record(PRINT, actor=actor, target=cell, detail={"members": len(members), "names": [str(each) for each in members]})
    slips = [Slip(member, codes.ACTIVATION.shown(issued[member.pk])) for member in members]
    return Sheet(cell=cell, slips=slips, last_day=last_day)


def refuse_other_than_cells(unit: Organization) -> None:
    """Codes are handed out by people who know each other."""
    if unit.level != Level.CELL:
        raise Refused(
            RefusalCode.INVALID,
            _("“%(unit)s” là %(level)s. Mã kích hoạt chỉ in cho từng chi bộ.")
            % {"unit": unit, "level": unit.get_level_display()},
            act=PRINT,
            target=unit,
        )
    guards.require_in_force(unit, PRINT, "cell")


def activate_account(
    *, member_code: str, activation_code: str, new_password: str, device: Device, request: HttpRequest
) -> Tokens:
    """Make the member's account, or set its first password, by the code; and begin a session. The code is spent by it.

    Raises Refused: INVALID on ``newPassword`` where the password is too weak, which leaves the code good; UNAUTHENTICATED
    where the code is wrong, used or old, the member unknown, gone or signed in before: all in the same words and at the
    same cost; RATE_LIMITED; CONFLICT where somebody else's account has the name. Never call it inside a transaction: a
    try that is rolled back does not count.
    """
    member_code = member_code.strip()[:32]
    device = checked_device(device)
    address = get_client_ip_address(request) or ""
    who = f"{member_code} ({address})"
    refuse_busy_address(address, act=ACTIVATE, target=who)
    refuse_busy_codes(act=ACTIVATE, target=who)
    # Before the code, for everyone alike; what of it would resemble the member's name is looked at after.
    _refuse_weak(new_password, None, who)
    member = Member.objects.never_signed_in().filter(code=member_code).first()
    holder = member.pk if member else codes.NOBODY
    digest = codes.tried(codes.ACTIVATION, holder, activation_code)
    # Slow on purpose, so not under the lock; a wrong code does not come to it.
    hashed = make_password(new_password) if digest else ""
    with transaction.atomic():
        lock_order()
        found = Member.objects.never_signed_in().select_related("user").filter(pk=holder).first()
        if found is None or digest is None or not codes.spend(codes.ACTIVATION, found.pk, digest):
            message = _(
                "Mã đảng viên hoặc mã kích hoạt không đúng, đã dùng hoặc hết hạn. "
                "Hãy kiểm tra lại từng chữ trên phiếu; nếu vẫn không được, hãy hỏi bí thư chi bộ."
            )
            raise wrong_code(message, address=address, act=ACTIVATE, target=who)
        made = found.user is None
        user = found.user or _account_for(found, who)
        _refuse_weak(new_password, user, who)
        user.password = hashed
        user.save()
        if made:
            found.user = user
            found.save(update_fields=["user"])
        record(ACTIVATE, actor=user, target=found, detail={"account_made": made})
        return begin_session(user=user, device=device, request=request, by="activation")


def _account_for(member: Member, who: str) -> User:
    if User.objects.filter(username=member.code).exists():
        raise Refused(
            RefusalCode.CONFLICT,
            _("Tên đăng nhập “%(code)s” đang thuộc tài khoản khác. Hãy báo bí thư chi bộ để cấp trên xử lý.")
            % {"code": member.code},
            field="memberCode",
            act=ACTIVATE,
            target=who,
        )
    family, given = split_name(member.full_name)
    return User(username=member.code, last_name=family[:150], first_name=given[:150])


def _refuse_weak(password: str, user: User | None, who: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused(
            RefusalCode.INVALID, " ".join(error.messages), field="newPassword", act=ACTIVATE, target=who
        ) from None

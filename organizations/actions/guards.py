"""What is asked before every change here: who does it, when it holds, and that the text is fit to keep."""

from __future__ import annotations

import datetime
import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import lock_order
from audit.enums import RefusalCode
from audit.refusals import Refused
from organizations.enums import Right
from organizations.models import Member, Organization, today
from organizations.scope import may

# A person, or the name of a command: who has the shell may do everything.
Actor = User | str

# Codes are typed in files as ``TB01:secretary;TB02:officer`` and stand in addresses.
CODE = re.compile(r"[\w.\-/]{1,32}")
PHONE = re.compile(r"\+?\d{8,15}")
EARLIEST_BIRTH = datetime.date(1900, 1, 1)


def locked(organization: Organization, act: str) -> Organization:
    """The unit as it is now, after taking the one lock under which all changes of tree and people queue."""
    lock_order()
    found = Organization.objects.filter(pk=organization.pk).first()
    if found is None:
        raise Refused(RefusalCode.NOT_FOUND, _("Không tìm thấy tổ chức đảng này."), act=act)
    return found


def locked_member(actor: Actor, member: Member, act: str) -> Member:
    """The member as they are now; who may not see them is told there is no such member."""
    lock_order()
    found = Member.objects.select_related("cell").filter(pk=member.pk).first()
    if found is None or not has_right(actor, Right.VIEW_MEMBERS, found.cell):
        raise Refused(RefusalCode.NOT_FOUND, _("Không tìm thấy đảng viên này."), act=act)
    return found


def has_right(actor: Actor, right: Right, organization: Organization) -> bool:
    """Whether the actor may do this in the unit; a command may do everything."""
    return isinstance(actor, str) or may(actor, right, organization)


def require_right(actor: Actor, right: Right, organization: Organization, act: str) -> None:
    """Refuse who lacks the right in this unit."""
    if not has_right(actor, right, organization):
        raise Refused(
            RefusalCode.FORBIDDEN,
            _("Bạn không được quản lý đảng viên của “%(unit)s”. Hãy nhờ cấp ủy quản lý tổ chức này.")
            % {"unit": organization},
            act=act,
            target=organization,
        )


def require_administrator(actor: Actor, act: str) -> None:
    """Refuse who may not change the tree itself."""
    if isinstance(actor, str) or (actor.is_active and actor.has_perm("organizations.administer")):
        return
    raise Refused(
        RefusalCode.FORBIDDEN,
        _("Bạn không được sửa cây tổ chức. Việc này do Văn phòng Tỉnh ủy làm."),
        act=act,
    )


def effective(on: datetime.date | None, *, act: str, field: str) -> datetime.date:
    """The day from which a change holds: today where none is given. A future day is refused.

    The rows say how things stand now, so a change is entered on the day it comes into force, not before.
    """
    day = on or today()
    if day > today():
        raise Refused(
            RefusalCode.INVALID,
            _("Ngày %(day)s chưa đến. Hãy ghi việc này khi đã có hiệu lực.") % {"day": shown(day)},
            field=field,
            act=act,
        )
    return day


def not_before(day: datetime.date, floor: datetime.date, *, act: str, field: str, target: object) -> None:
    """Refuse a day that would turn the history upside down."""
    if day < floor:
        raise Refused(
            RefusalCode.INVALID,
            _("Ngày %(day)s sớm hơn mốc gần nhất của “%(target)s” là %(floor)s. Hãy chọn ngày từ mốc đó trở đi.")
            % {"day": shown(day), "target": target, "floor": shown(floor)},
            field=field,
            act=act,
            target=target,
        )


def require_in_force(organization: Organization, act: str, field: str) -> None:
    """Refuse a unit that has ended."""
    if organization.valid_to is not None and organization.valid_to <= today():
        raise Refused(
            RefusalCode.INVALID,
            _("“%(unit)s” đã kết thúc hoạt động ngày %(day)s. Hãy chọn tổ chức khác.")
            % {"unit": organization, "day": shown(organization.valid_to)},
            field=field,
            act=act,
            target=organization,
        )


def tidy(text: str) -> str:
    """NFC, single spaces, none at the ends: the one form in which names are kept."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def shown(day: datetime.date) -> str:
    """A date as people here write it: 03/02/2026."""
    return f"{day:%d/%m/%Y}"


def code_fault(code: str) -> str | None:
    """What is wrong with a code, in words, or None."""
    if CODE.fullmatch(code):
        return None
    return _("Mã “%(code)s” không hợp lệ: chỉ dùng chữ, số và các dấu . - _ /, tối đa 32 ký tự.") % {"code": code}


def name_fault(name: str) -> str | None:
    """What is wrong with a name, in words, or None."""
    if not name:
        return _("Còn thiếu tên.")
    return _("Tên dài quá 255 ký tự.") if len(name) > 255 else None


def tidy_phone(phone: str) -> str:
    """A telephone number without the spaces, dots and dashes that people write in it."""
    return re.sub(r"[\s.\-()]", "", phone)


def phone_fault(phone: str) -> str | None:
    """What is wrong with a tidied telephone number, in words, or None."""
    if not phone or PHONE.fullmatch(phone):
        return None
    return _("Số điện thoại “%(phone)s” không hợp lệ: cần 8 đến 15 chữ số.") % {"phone": phone}


def email_fault(email: str) -> str | None:
    """What is wrong with an e-mail address, in words, or None."""
    try:
        if email:
            validate_email(email)
    except ValidationError:
        return _("Địa chỉ thư điện tử “%(email)s” không hợp lệ.") % {"email": email}
    return _("Địa chỉ thư điện tử dài quá 254 ký tự.") if len(email) > 254 else None


def birth_date_fault(day: datetime.date | None) -> str | None:
    """What is wrong with a date of birth, in words, or None."""
    if day is None or EARLIEST_BIRTH <= day <= today():
        return None
    return _("Ngày sinh %(day)s không hợp lệ.") % {"day": shown(day)}


def refuse_fault(fault: str | None, *, field: str, act: str, target: object = None) -> None:
    """Refuse where a fault was found."""
    if fault:
        raise Refused(RefusalCode.INVALID, fault, field=field, act=act, target=target)

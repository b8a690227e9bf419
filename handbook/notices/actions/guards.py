"""What is asked before every change here: who does it, in which state, and that the text is fit to send."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import lock_order
from audit.enums import RefusalCode
from audit.refusals import Refused
from editorial.gate import refuse_unapproved_thing
from editorial.models import Release
from handbook.notices.enums import TRANSITIONS, Audience
from handbook.notices.models import Notice, NoticeApprovalRule
from organizations.enums import Right
from organizations.models import Organization, today
from organizations.scope import may

# A person, or the name of a command: who has the shell may do everything.
Actor = User | str


def person(actor: Actor) -> User | None:
    """The account of the actor; None for a command."""
    return None if isinstance(actor, str) else actor


def locked(actor: Actor, notice: Notice, act: str) -> Notice:
    """The notice as it is now, where the actor may send in its unit's name and the act is possible in its state.

    Whoever may not send there is told that there is no such notice.
    """
    lock_order()
    found = Notice.objects.select_related("organization").filter(pk=notice.pk).first()
    if found is None or not sends(actor, found.organization):
        raise not_found(act, notice if found else None)
    require_state(found, act)
    return found


def require_state(notice: Notice, act: str) -> None:
    """Refuse an act that the table of transitions does not have for the notice's state."""
    if notice.state in TRANSITIONS[act]:
        return
    raise Refused(
        RefusalCode.CONFLICT,
        _("Thông báo đang ở trạng thái “%(state)s” nên không làm được việc này. Hãy tải lại trang.")
        % {"state": notice.get_state_display()},
        act=act,
        target=notice,
    )


def not_found(act: str, target: object = None, field: str = "id") -> Refused:
    """What someone gets for whom there is no such notice."""
    return Refused(RefusalCode.NOT_FOUND, _("Không tìm thấy thông báo này."), field=field, act=act, target=target)


def require_sender(actor: Actor, unit: Organization, act: str) -> None:
    """Refuse who may not send in this unit's name, and a unit that has ended."""
    if not sends(actor, unit):
        raise Refused(
            RefusalCode.FORBIDDEN,
            _("Bạn không được gửi thông báo của “%(unit)s”. Hãy nhờ bí thư hoặc cán bộ văn phòng ở đó.")
            % {"unit": unit},
            field="organization",
            act=act,
            target=unit,
        )
    if unit.valid_to is not None and unit.valid_to <= today():
        raise Refused(
            RefusalCode.INVALID,
            _("“%(unit)s” đã kết thúc hoạt động nên không gửi thông báo được.") % {"unit": unit},
            field="organization",
            act=act,
            target=unit,
        )


def approval_rule(unit: Organization) -> NoticeApprovalRule | None:
    """The rule by which this unit's notices need approval: the nearest above it for its level."""
    rules = NoticeApprovalRule.objects.filter(organization__in=unit.line_ids[:-1], level=unit.level)
    found = rules.select_related("organization")
    return max(found, key=lambda rule: rule.organization.path.count("/"), default=None)


def require_approval(notice: Notice, act: str, *, within: Release | None = None) -> None:
    """Refuse to put out what a rule wants approved and its committee has not approved, exactly as it is now.

    Asked where a notice or a correction goes out, below every path to there. ``within`` a release the same committee
    has approved it with all else, as ``editorial.gate`` has found.
    """
    rule = approval_rule(notice.organization)
    if rule is None:
        return
    request = within or refuse_unapproved_thing(notice, act=act)
    if request.organization_id != rule.organization_id or request.required < rule.required:
        raise Refused(
            RefusalCode.CONFLICT,
            _("Quy định duyệt đã đổi sau khi trình: nay cần %(required)d phê duyệt của “%(unit)s”. Hãy trình lại.")
            % {"required": rule.required, "unit": rule.organization},
            act=act,
            target=notice,
        )


def addressed_units(unit: Organization, sub_units: Iterable[Organization], act: str) -> list[Organization]:
    """The units whose subtrees are addressed: the chosen ones, or the sender's. Refuses one outside its subtree."""
    chosen = sorted(set(sub_units), key=lambda each: each.path) or [unit]
    for each in chosen:
        if not each.path.startswith(unit.path) or (each.valid_to is not None and each.valid_to <= today()):
            raise refused_sub_unit(each.name, unit, act)
    return chosen


def refused_sub_unit(name: str, unit: Organization, act: str) -> Refused:
    """A unit that the sender has not below it."""
    return Refused(
        RefusalCode.INVALID,
        _("“%(sub_unit)s” không thuộc “%(unit)s” hoặc đã kết thúc. Hãy chọn tổ chức trực thuộc.")
        % {"sub_unit": name, "unit": unit},
        field="sub_units",
        act=act,
        target=unit,
    )


def require_audience(audience: str, act: str) -> None:
    """Refuse a kind of readers that there is not."""
    if audience not in Audience.values:
        raise Refused(RefusalCode.INVALID, _("Hãy chọn gửi cho ai."), field="audience", act=act)


def later_than(moment: datetime.datetime | None, floor: datetime.datetime, *, field: str, act: str) -> None:
    """Refuse a time that is over before the notice is out."""
    if moment is None or moment > floor:
        return
    label = _("Hạn") if field == "deadline" else _("Giờ hết hiệu lực")
    raise Refused(
        RefusalCode.INVALID,
        _("%(label)s phải sau giờ gửi. Hãy chọn giờ khác.") % {"label": label},
        field=field,
        act=act,
    )


def tidy_line(text: str) -> str:
    """NFC, in one line with single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def tidy_text(text: str) -> str:
    """NFC, lines kept, none empty at the ends."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def sends(actor: Actor, unit: Organization) -> bool:
    """Whether the actor may send in the unit's name."""
    return isinstance(actor, str) or may(actor, Right.SEND_NOTICES, unit)

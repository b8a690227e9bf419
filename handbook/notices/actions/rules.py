"""Which notices of units below a committee wants to approve."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from audit.actions import lock_order, record
from audit.enums import RefusalCode
from audit.refusals import Refused
from handbook.notices.actions import guards
from handbook.notices.actions.guards import Actor
from handbook.notices.models import NoticeApprovalRule
from organizations.enums import Level, Right
from organizations.models import Organization
from organizations.scope import holders


@transaction.atomic
def set_approval_rule(*, actor: Actor, organization: Organization, level: str, required: int) -> None:
    """Say that notices of units of a level below this one need so many approvals of its committee; 0: none any more.

    For who sends in the unit's name. Holds for what is sent from now on; what waits, waits. Raises Refused INVALID where
    the committee has fewer people who may approve.
    """
    act = "set_approval_rule"
    lock_order()
    guards.require_sender(actor, organization, act)
    if level not in Level.values:
        raise Refused(RefusalCode.INVALID, _("Hãy chọn một cấp."), field="level", act=act, target=organization)
    able = holders(Right.APPROVE, organization).filter(user__is_active=True).count()
    if not 0 <= required <= able:
        raise Refused(
            RefusalCode.INVALID,
            _("Cấp ủy “%(unit)s” có %(able)d người được phê duyệt và có tài khoản. Hãy chọn từ 1 đến %(able)d.")
            % {"unit": organization, "able": able},
            field="required",
            act=act,
            target=organization,
        )
    if required:
        NoticeApprovalRule.objects.update_or_create(
            organization=organization, level=level, defaults={"required": required}
        )
    else:
        NoticeApprovalRule.objects.filter(organization=organization, level=level).delete()
    record(act, actor=actor, target=organization, detail={"level": level, "required": required})

"""What becomes of a unit's threads when it ends: they pass to the unit into which it was merged, or that above it.

Called in the transaction of that end (``organizations.endings``), so there is no moment at which nobody owes an answer.
"""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import record
from audit.enums import RefusalCode
from audit.refusals import Refused
from editorial.requests.actions import lapse
from handbook.feedback.enums import HandoverKind, State
from handbook.feedback.models import AnswerDraft, FeedbackThread, Handover, RoutingRule
from handbook.feedback.naming import name_readers
from handbook.feedback.routing import in_force_or_above
from organizations.models import Organization

ACTOR = "organizations"


def pass_on(unit: Organization, successor: Organization | None) -> None:
    """Give the threads, rules and late ones of a unit that ends to its successor. Refused where it has none."""
    threads = FeedbackThread.objects.filter(owner=unit)
    if successor is None:
        if threads.exists():
            raise Refused(
                RefusalCode.CONFLICT,
                _("“%(unit)s” còn góp ý của đảng viên và không có cấp trên để nhận. Hãy sáp nhập vào tổ chức khác.")
                % {"unit": unit},
                target=unit,
            )
        return
    heir = in_force_or_above(successor)
    # What its committee was asked to approve is the heir's to answer now, and to approve.
    for draft in AnswerDraft.objects.filter(thread__in=threads.filter(state=State.APPROVING)):
        lapse(actor=ACTOR, thing=draft)
    moved = list(threads)
    now = timezone.now()
    Handover.objects.bulk_create(
        [
            Handover(
                thread=each,
                kind=HandoverKind.SUCCESSION,
                from_unit=unit,
                to_unit=heir,
                through=each.last_number,
                at=now,
            )
            for each in moved
        ],
        batch_size=500,
    )
    threads.update(owner=heir, assigned_to=None)
    FeedbackThread.objects.filter(escalated_to=unit).update(escalated_to=heir)
    FeedbackThread.objects.filter(escalated_to=heir, owner=heir).update(escalated_to=None)
    for each in moved:
        if each.confidential:
            name_readers(each, heir, at=now)
    rules = RoutingRule.objects.filter(goes_to=unit).update(goes_to=heir) + _pass_on_rules_of(unit, heir)
    if moved or rules:
        record(
            "pass_feedback_on",
            actor=ACTOR,
            target=unit,
            detail={"into": heir.pk, "into_name": heir.name, "items": len(moved), "rules": rules},
        )


def _pass_on_rules_of(unit: Organization, heir: Organization) -> int:
    """Let the rules for a unit's own members hold at the heir, to which they have moved; how many.

    Where the heir has a rule of its own for the topic, that one holds. To the unit above none passes: there it would hold for
    everybody below.
    """
    rules, passed = RoutingRule.objects.filter(unit=unit), 0
    if heir.pk != unit.parent_id:
        known = RoutingRule.objects.filter(unit=heir).values_list("topic", flat=True)
        passed = rules.exclude(topic__in=list(known)).update(unit=heir)
    rules.delete()
    return passed

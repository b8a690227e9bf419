"""Who has done what a notice asks: one rule, for reminders, the list to call, texts and who is told in person.

A member has done it whose receipts of the versions that count, taken together, hold every fact that it asks for. The rule
is here as Python for one member and as SQL for many; a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Max, QuerySet

from handbook.notices.enums import ReceiptKind
from handbook.notices.models import Notice, NoticeReceipt, NoticeVersion

# What a text is sent for: an urgent notice that is still to be seen, whatever it asks besides.
SEEN = (ReceiptKind.READ.value,)


def asked_by(version: NoticeVersion) -> tuple[str, ...]:
    """The facts that a version asks of each reader: acknowledged and answered as it says so, else read."""
    asked = []
    if version.requires_acknowledgement:
        asked.append(ReceiptKind.ACKNOWLEDGED.value)
    if version.question:
        asked.append(ReceiptKind.ANSWERED.value)
    return tuple(asked) or SEEN


def lacking(facts: tuple[str, ...], known: Mapping[str, Any]) -> tuple[str, ...]:
    """Those of these facts that a member has not; ``known`` has the time of each, or None (``reach.receipts_of``)."""
    return tuple(fact for fact in facts if known.get(fact) is None)


def having(notice: Notice, facts: tuple[str, ...]) -> QuerySet[NoticeReceipt, Any]:
    """The receipts that count of members who have all of these facts: grouped by ``member_id``, so one row for each."""
    counted = (
        NoticeReceipt.objects.filter(notice=notice, version__gte=notice.counts_from).order_by().values("member_id")
    )
    return counted.annotate(**{f"has_{fact}": Max(f"{fact}_at") for fact in facts}).filter(
        **{f"has_{fact}__isnull": False for fact in facts}
    )

"""After a backup was restored: the anchors of what was lost with it are explained, once and in the chain itself.

Without this the audit would be called cut for ever, and a real cut would go unseen beside it. The explanation hides
nothing: it is an entry, ``verify_audit`` tells it each time, and it covers exactly the anchors that did not fit then.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from audit.actions import lock_order, record
from audit.anchors import Store, digest_of
from audit.enums import RefusalCode
from audit.models import AuditEntry
from audit.refusals import Refused
from audit.verification import RESTORED, verify


@transaction.atomic
def note_restore(*, actor: str, reason: str, stores: Iterable[Store]) -> AuditEntry:
    """Append which anchors belong to entries that were lost. Refused where none do, and where the chain itself is broken."""
    stores = list(stores)
    if not reason.strip():
        raise Refused(RefusalCode.REQUIRED, _("Hãy ghi lý do khôi phục."), field="reason", act=RESTORED)
    head = lock_order()
    verdict = verify(stores)
    if verdict.reason != "cut" or verdict.unread:
        raise Refused(
            RefusalCode.CONFLICT,
            _("Chỉ ghi việc khôi phục khi chuỗi nguyên vẹn và các bản neo còn đi xa hơn chuỗi. Hãy chạy verify_audit."),
            act=RESTORED,
        )
    lost = sorted({anchor for store in stores for anchor in store.after(head.seq)})
    return record(
        RESTORED,
        actor=actor,
        detail={"reason": reason, "after": head.seq, "up_to": lost[-1].seq, "anchors": digest_of(lost)},
    )

"""Whether the audit is what it was: the chain by itself, and against the anchors outside the database."""

from __future__ import annotations

import dataclasses
import heapq
from collections.abc import Iterator

from django.db import connection, transaction

from audit import protection
from audit.anchors import Anchor, Store, digest_of
from audit.enums import Outcome
from audit.models import GENESIS, AnchorStore, AuditEntry, AuditHead

CHUNK = 2000  # entries held in memory at a time
RESTORED = "audit_restored"


@dataclasses.dataclass
class Verdict:
    """What was compared, and the first thing that is wrong. ``reason`` is a key of ``REASONS``; empty where all is well."""

    entries: int = 0
    anchors: dict[str, int] = dataclasses.field(default_factory=dict)
    last_anchored: int = 0
    first_bad: int | None = None
    reason: str = ""
    # Entries that say that a backup was restored, and what was lost with it.
    restored: list[AuditEntry] = dataclasses.field(default_factory=list)
    # Stores that could not be read, with why; triggers that do not stand.
    unread: dict[str, str] = dataclasses.field(default_factory=dict)
    unprotected: list[str] = dataclasses.field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether everything could be compared and nothing was found."""
        return not (self.reason or self.unread or self.unprotected)

    def blame(self, seq: int, reason: str) -> None:
        """Note what is wrong first."""
        if not self.reason:
            self.first_bad, self.reason = seq, reason


class _Walk:
    """Goes along chain and anchors side by side; both come in the order of their numbers."""

    def __init__(self, verdict: Verdict, anchors: Iterator[tuple[Anchor, str]]) -> None:
        self.verdict = verdict
        self.anchors = anchors
        self.ahead = next(anchors, None)
        self.last, self.previous = 0, GENESIS
        # Anchors of entries that were lost when a backup was restored: up to which number they may lie, and what was met.
        self.lost_up_to = 0
        self.lost: set[Anchor] = set()

    def step(self, entry: AuditEntry) -> None:
        expected = self.last + 1
        if entry.seq != expected:
            self.verdict.blame(expected, "missing")
        elif entry.previous != self.previous:
            self.verdict.blame(expected, "unlinked")
        elif entry.digest != entry.computed_digest():
            self.verdict.blame(expected, "changed")
        else:
            if entry.act == RESTORED and entry.outcome == Outcome.DONE:
                self._settle()
                self.verdict.restored.append(entry)
                self.lost_up_to = entry.detail["up_to"]
            self._compare(entry)
        self.last, self.previous = entry.seq, entry.digest
        self.verdict.entries += 1

    def _compare(self, entry: AuditEntry) -> None:
        while self.ahead and self.ahead[0].seq <= entry.seq and not self.verdict.reason:
            anchor, store = self.ahead
            if anchor.digest == entry.digest:
                self.verdict.anchors[store] += 1
                self.verdict.last_anchored = anchor.seq
            elif anchor.seq <= self.lost_up_to:
                self.lost.add(anchor)
            else:
                self.verdict.blame(anchor.seq, "rewritten")
                return
            self.ahead = next(self.anchors, None)

    def _settle(self) -> None:
        """The anchors that were called lost are exactly those that were met."""
        if self.lost_up_to and self.verdict.anchors:
            said = self.verdict.restored[-1]
            if digest_of(self.lost) != said.detail["anchors"] and not self.verdict.unread:
                self.verdict.blame(said.seq, "lost")
        self.lost_up_to, self.lost = 0, set()

    def finish(self, head: AuditHead) -> None:
        if (head.seq, head.digest) != (self.last, self.previous):
            self.verdict.blame(min(head.seq, self.last) + 1, "head")
        while self.ahead and self.ahead[0].seq <= self.lost_up_to:
            self.lost.add(self.ahead[0])
            self.ahead = next(self.anchors, None)
        self._settle()
        if self.ahead:
            self.verdict.blame(self.last + 1, "cut")


def verify(stores: list[Store]) -> Verdict:
    """Compare every entry with the one before it, and with the anchors in these stores. Entries may come meanwhile.

    Reads in stretches: memory does not grow with the audit. Only the last stretch is read under the lock.
    """
    verdict = Verdict(anchors={store.name: 0 for store in stores}, unprotected=protection.missing(connection))
    walk = _Walk(verdict, heapq.merge(*[_read(store, verdict) for store in stores]))
    upto = AuditHead.objects.filter(pk=1).values_list("seq", flat=True).first() or 0
    for entry in AuditEntry.objects.filter(seq__lte=upto).order_by("seq").iterator(chunk_size=CHUNK):
        walk.step(entry)
        if verdict.reason:
            return verdict
    with transaction.atomic():
        head = AuditHead.objects.select_for_update().filter(pk=1).first() or AuditHead()
        for entry in AuditEntry.objects.filter(seq__gt=upto).order_by("seq").iterator(chunk_size=CHUNK):
            walk.step(entry)
        walk.finish(head)
    newest = AnchorStore.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    if stores and not verdict.unread and verdict.last_anchored < newest:
        verdict.blame(newest, "no_anchor")
    return verdict


def first_broken_entry() -> int | None:
    """The number of the first entry that does not follow from the one before it, or None where the chain holds.

    A cut tail shows as well: the head still names the last number. What it cannot show is who rewrote both.
    """
    return verify([]).first_bad


def _read(store: Store, verdict: Verdict) -> Iterator[tuple[Anchor, str]]:
    try:
        for anchor in store.after(0):
            yield anchor, store.name
    except Exception as error:  # noqa: BLE001 - a store that is away: the rest is compared, and it is said
        verdict.unread[store.name] = str(error)

"""Which publications are told to readers by push, and what of them stands on a locked screen.

The rule (docs/messaging.md): what is new and is a document, a bulletin, or was put out by the emergency act; what was under
embargo is new once to committees, and once to members. Daily news is found by whoever opens the app; a correction, a
translation and a repair are not news. What was told and is recalled wakes the apps, in silence, to take it away.
"""

from __future__ import annotations

import datetime
import uuid

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from messaging.actions import call_off, push
from messaging.enums import PushCategory
from messaging.models import Push
from messaging.subjects import Subject, subject
from organizations.enums import Clearance
from publishing.effects import consumer
from publishing.enums import Act, Ending, Kind
from publishing.models import Change, Publication, PublishedItem

SUBJECT, RECALL = "content", "recall"
PUSHED = frozenset({Kind.DOCUMENT, Kind.BULLETIN})
LOCALE = "vi"
# A consumer that was away for days, or begins with an old log, does not wake the province for what is long known.
NEWS_FOR = datetime.timedelta(hours=24)


@consumer("push")
def follow(change: Change) -> None:
    """Have a new item told; call off what is not told yet of one that was taken down."""
    item_id = str(change.item_id)
    if change.act == Act.REMOVE:
        call_off(subject_kind=SUBJECT, subject_id=item_id)
        if change.item.ending == Ending.RECALLED and Push.objects.told_of(SUBJECT, item_id).exists():
            _wake_phones(change)
        return
    publication = Publication.objects.filter(change=change).first()
    emergency = publication is not None and publication.emergency
    is_told = _is_opened(change) or (publication is not None and not change.audience_before)
    if not is_told or not _is_news(change) or not (change.kind in PUSHED or emergency):
        return
    push(
        effect_key=f"change:{change.seq}",
        subject_kind=SUBJECT,
        subject_id=item_id,
        category=PushCategory(change.kind),
        urgent=emergency,
    )


def _wake_phones(change: Change) -> None:
    """Who was told of it has its title on the phone: their apps are woken, without a sound, to sync and take it away."""
    push(
        effect_key=f"change:{change.seq}",
        subject_kind=RECALL,
        subject_id=str(change.seq),
        category=PushCategory(change.kind),
    )


@subject(RECALL)
def recalled(seq: str) -> Subject | None:
    """A recall, for those who could read the item until then. None where the item is out again: it is told anew."""
    change = Change.objects.select_related("item").filter(seq=seq).first()
    if change is None or change.item.removed_at is None:
        return None
    return Subject(
        audience=frozenset(change.audience_before),
        text="",
        data={"sync": "1", "item": str(change.item_id)},
        silent=True,
        replaces=f"{SUBJECT}:{change.item_id}",
    )


@subject(SUBJECT)
def published(item_id: str) -> Subject | None:
    """An item as it is out now: its readers, and its title where a locked screen may show it."""
    item = PublishedItem.objects.out().filter(pk=uuid.UUID(item_id))
    rows = list(item.values_list("title", "audiences__key"))
    if not rows:
        return None
    audience = frozenset(key for _title, key in rows if key)
    return Subject(audience=audience, text=_shown(rows[0][0], audience))


def _shown(title: str, audience: frozenset[str]) -> str:
    if any(_is_for_committees(key) for key in audience):
        with override(LOCALE):
            return _("Có nội dung mới dành cho cấp ủy. Mở ứng dụng để xem.")
    return title


def _is_news(change: Change) -> bool:
    return change.item.locale == LOCALE and timezone.now() - change.at < NEWS_FOR


def _is_opened(change: Change) -> bool:
    """Whether members have something now that committees alone had before: an embargo was lifted."""
    before, after = change.audience_before, change.audience_after
    return bool(before) and all(map(_is_for_committees, before)) and not any(map(_is_for_committees, after))


def _is_for_committees(key: str) -> bool:
    return key.partition(":")[0] == Clearance.COMMITTEE

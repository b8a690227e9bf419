"""Counting what people look for: so that editors see it, and many people's questions help the next one to ask.

Nothing of a person is kept. A question is kept folded, with how often it was asked on a day. How many different people
asked is known by sixteen bits: each sign-in falls into one of sixteen groups, of some thousand people each in a province,
and a question remembers the groups. It is shown from three groups on, which are three people at least. What looks like a
telephone number, a person's code or an address is not counted at all.

Counts are gathered in the web process and kept by a task, so that a search writes nothing and cannot fail by it; what was
not handed over when a process ends is lost.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import logging
import re
import threading
import time
from collections.abc import Iterable

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from search.models import SearchCount
from search.text import words

logger = logging.getLogger("sotay.search")

GROUPS = 16
ENOUGH = 3  # groups from which on a question is shown
MAX_LENGTH = 100  # characters of a question that is counted
GATHER = 20.0  # seconds in which counts are gathered before they are handed over
MAX_GATHERED = 500  # different questions
KEEP_DAYS = 371  # fifty-three weeks
POPULAR_DAYS, POPULAR, POPULAR_FOR = 28, 500, 600  # days that count, how many questions, seconds until anew
_POPULAR = "search.popular"

_PERSONAL = re.compile(
    r"(?:\d[\s.\-()+]*){8,}"  # a telephone number, an identity card
    r"|\b[^\W\d_]{1,4}[\s.\-]?\d{5,}\b"  # a member's code
    r"|@"
)

# Day, question, how often it was asked, how often in vain, how often only what is near was found, the groups that asked.
Row = tuple[datetime.date, str, int, int, int, int]


class _Gathered:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.since = 0.0
        self.counts: dict[tuple[datetime.date, str], list[int]] = {}


_gathered = _Gathered()


def note(query: str, *, user_id: int | None, in_vain: bool, only_near: bool) -> None:
    """Count one question; ``in_vain`` found nothing, ``only_near`` nothing but near misses. Writes and raises nothing."""
    asked = countable(query)
    if not asked:
        return
    with _gathered.lock:
        if not _gathered.counts:
            _gathered.since = time.monotonic()
        count = _gathered.counts.setdefault((timezone.localdate(), asked), [0, 0, 0, 0])
        count[0] += 1
        count[1] += in_vain
        count[2] += only_near
        count[3] |= _group_of(user_id)
        is_due = time.monotonic() - _gathered.since > GATHER or len(_gathered.counts) >= MAX_GATHERED
    if is_due:
        hand_over()


def hand_over() -> None:
    """Give what was gathered to the queue. Where that does not answer, these counts are lost, and nothing else."""
    with _gathered.lock:
        rows: list[Row] = [(day, query, *count) for (day, query), count in _gathered.counts.items()]  # type: ignore[misc]
        _gathered.counts = {}
    if not rows:
        return
    from django_q.tasks import async_task  # django-q2 reads its models at import, so not before the apps are ready

    try:
        async_task("search.tasks.keep_counts", rows)
    except Exception:
        logger.warning("%d counts of searches were lost", len(rows), exc_info=True)


def countable(query: str) -> str:
    """The question as it is counted, folded; empty where it is none, or might tell of a person."""
    if _PERSONAL.search(query):
        return ""
    return " ".join(word.folded for word in words(query[:MAX_LENGTH]))[:MAX_LENGTH]


@transaction.atomic
def keep(rows: Iterable[Row]) -> None:
    """Add counts to those that are kept, and let go of what is a year old."""
    for day, query, asked, in_vain, only_near, groups in sorted(rows):
        SearchCount.objects.get_or_create(day=day, query=query)
        row = SearchCount.objects.select_for_update().get(day=day, query=query)
        SearchCount.objects.filter(pk=row.pk).update(
            asked=F("asked") + asked,
            in_vain=F("in_vain") + in_vain,
            only_near=F("only_near") + only_near,
            groups=F("groups").bitor(groups),
        )
    SearchCount.objects.filter(day__lt=timezone.localdate() - datetime.timedelta(days=KEEP_DAYS)).delete()


def is_shown(groups: int) -> bool:
    """Whether enough different people asked."""
    return groups.bit_count() >= ENOUGH


def popular() -> list[str]:
    """The questions that many asked in the last weeks and that found what they say, the most frequent first."""
    found: list[str] | None = cache.get(_POPULAR)
    if found is None:
        since = timezone.localdate() - datetime.timedelta(days=POPULAR_DAYS)
        counts: dict[str, list[int]] = {}
        rows = SearchCount.objects.filter(day__gt=since).values_list("query", "asked", "in_vain", "only_near", "groups")
        for query, asked, in_vain, only_near, groups in rows.iterator(chunk_size=2000):
            count = counts.setdefault(query, [0, 0])
            count[0] += asked - in_vain - only_near
            count[1] |= groups
        shown = [(count[0], query) for query, count in counts.items() if count[0] and is_shown(count[1])]
        found = [query for _asked, query in sorted(shown, key=lambda row: (-row[0], row[1]))[:POPULAR]]
        cache.set(_POPULAR, found, POPULAR_FOR)
    return found


def forget_popular() -> None:
    """Work them out anew when they are next asked for."""
    cache.delete(_POPULAR)


def _group_of(user_id: int | None) -> int:
    """The bit of a sign-in's group; none of a stranger, who may be the same one each time."""
    if user_id is None:
        return 0
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"search group {user_id}".encode(), hashlib.sha256)
    return 1 << digest[0] % GROUPS

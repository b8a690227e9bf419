"""Reading the files that go out with an item.

After the item itself can be found, in no transaction, one file at a time and by one process: a long file holds up nothing
but other files. Each that was read is kept at once. What breaks its reader is noted and passed over; where a process died
over a file, it is tried once more.
"""

from __future__ import annotations

import datetime
import logging
import time
from collections.abc import Iterator

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.effects import afterwards, consumer
from publishing.models import Change, PublishedFile
from search import index
from search.backends import Unavailable
from search.files import READ, read
from search.models import FilePage, FileState

CONSUMER = "search_files"
SECONDS = 60.0  # after which no other file is begun: a task has 120, and the next wake-up goes on
DEAD_AFTER = datetime.timedelta(minutes=5)  # longer than any task lives
MAX_TRIES = 2
logger = logging.getLogger("sotay.search")


class _Unreachable(Exception):
    """The storage did not give the file: that says nothing of the file."""


@consumer(CONSUMER)
def follow(change: Change) -> None:
    """Note an item's new files, to be read."""
    if change.item.removed_at is not None:
        return
    found = set(change.item.files.filter(content_type__in=READ).exclude(sha256="").values_list("sha256", flat=True))
    known = set(FilePage.objects.filter(sha256__in=found).values_list("sha256", flat=True))
    FileState.objects.bulk_create((FileState(sha256=each) for each in sorted(found - known)), ignore_conflicts=True)


@afterwards(CONSUMER)
def read_files() -> int:
    """Read the files that wait, each as soon as no other is being read; how many were done with."""
    end, done = time.monotonic() + SECONDS, 0
    began = timezone.now()
    FileState.objects.filter(is_being_read=True, begun_at__lt=began - DEAD_AFTER).update(is_being_read=False)
    tell_elasticsearch()
    while time.monotonic() < end and (state := _take(began)):
        done += _finish(state)
    tell_elasticsearch()
    return done


def tell_elasticsearch() -> None:
    """Let items be found there by files that were read since; where the server is away, at the next wake-up."""
    if not settings.ELASTICSEARCH_URL:
        return
    from search import elastic_index

    for sha256 in FileState.objects.filter(waits_for_elasticsearch=True).values_list("sha256", flat=True):
        try:
            elastic_index.add_files([file.item_id for file in _files_of(sha256)])
        except Unavailable as error:
            logger.warning("Elasticsearch is told later what stands in files: %s", error)
            return
        FileState.objects.filter(sha256=sha256).update(waits_for_elasticsearch=False)


def try_again() -> None:
    """Let the files that could not be read wait once more."""
    FileState.objects.filter(is_being_read=False).exclude(problem="").update(
        done_at=None, begun_at=None, tries=0, problem=""
    )


def troubles() -> Iterator[str]:
    """Files that are out and are not found by their text, with the reason, for whoever asks ``check_consistency``."""
    for state in FileState.objects.exclude(problem="").order_by("pk"):
        for file in _files_of(state.sha256).select_related("item"):
            yield _("Tệp “%(name)s” của trang %(page)d không đọc được để tìm kiếm (%(problem)s).") % {
                "name": file.name,
                "page": file.item.page_id,
                "problem": state.problem,
            }


def _files_of(sha256: str) -> QuerySet[PublishedFile]:
    return PublishedFile.objects.filter(sha256=sha256, content_type__in=READ, item__removed_at=None).order_by("pk")


def _take(began: datetime.datetime) -> FileState | None:
    """The next file that was not tried since, as one's own; None where there is none, or another process reads."""
    waiting = FileState.objects.filter(Q(begun_at=None) | Q(begun_at__lt=began), done_at=None)
    state = waiting.order_by(F("begun_at").asc(nulls_first=True), "sha256").first()
    if state is None:
        return None
    try:
        with transaction.atomic():
            taken = waiting.filter(pk=state.pk, tries=state.tries, is_being_read=False)
            if not taken.update(is_being_read=True, begun_at=timezone.now(), tries=F("tries") + 1):
                return None
    except IntegrityError:
        return None
    state.refresh_from_db()
    return state


def _finish(state: FileState) -> bool:
    """Read one file and let all its items be found by it; whether it is done with."""
    sha256, tries, is_done = state.sha256, state.tries, True
    try:
        if tries > MAX_TRIES:
            problem = state.problem or "its reader did not come to an end"
        elif not _files_of(sha256).exists():
            return _let_go(sha256)
        else:
            problem = "" if FilePage.objects.filter(sha256=sha256).exists() else _read(sha256)
            for item_id in _files_of(sha256).values_list("item_id", flat=True).distinct().order_by("item_id"):
                index.add_files(item_id)
    except _Unreachable as error:
        problem, is_done, tries = str(error), False, tries - 1
    except Exception as error:
        logger.exception("a file is read again later: %s", sha256)
        problem, is_done = f"{type(error).__name__}: {error}", False
    if problem:
        logger.warning("a file could not be read for search: %s: %s", sha256, problem)
    FileState.objects.filter(pk=sha256).update(
        is_being_read=False,
        tries=tries,
        done_at=timezone.now() if is_done else None,
        problem=problem,
        waits_for_elasticsearch=is_done and bool(settings.ELASTICSEARCH_URL),
    )
    return is_done


def _let_go(sha256: str) -> bool:
    """Forget a file that is out no longer; should it have come out again just now, it waits as a new one."""
    FileState.objects.filter(pk=sha256).delete()
    if _files_of(sha256).exists():
        FileState.objects.bulk_create([FileState(sha256=sha256)], ignore_conflicts=True)
    return True


def _read(sha256: str) -> str:
    """Keep what stands in a file; the problem that it has, if it has one. Raises _Unreachable."""
    file = _files_of(sha256)[0]
    try:
        opened = default_storage.open(file.storage_name)
        opened.read(1)
        opened.seek(0)
    except FileNotFoundError:
        return "the file is missing"
    except Exception as error:
        raise _Unreachable(f"the storage does not answer: {error}") from error
    with opened:
        found = read(opened, file.content_type)
    rows = []
    for page, text in found.pages:
        plain = " ".join(text.replace("\x00", " ").split())
        if plain:
            rows.append(FilePage(sha256=sha256, page=page, text=plain))
    FilePage.objects.bulk_create(rows)
    return found.problem

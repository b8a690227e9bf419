"""Taking content in: one function for an item, one for a feed. All that comes of it are drafts on the source's desk."""

from __future__ import annotations

import dataclasses
import logging

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.models import Page

from audit.actions import record
from audit.enums import RefusalCode
from audit.refusals import Refused
from cms.models import Article, Category, Source, SourceIndexPage
from editorial.ingest.body import body_from_html
from editorial.ingest.fetching import LIMITS, FetchFailed, Limits, fetch
from editorial.ingest.parsing import IncomingItem, UnreadableFeed, parse_feed
from editorial.models import Feed, FeedItem
from organizations.names import folded

logger = logging.getLogger("sotay.ingest")

ACTOR = "ingest"
SLUG_LENGTH = 80
ERROR_LENGTH = 2000


@dataclasses.dataclass
class PollReport:
    """What polling one feed brought: new drafts, items that their sender corrected since, and what went wrong."""

    feed: Feed
    made: int = 0
    changed: int = 0
    unchanged: bool = False
    errors: list[str] = dataclasses.field(default_factory=list)


@transaction.atomic
def ingest_item(source: Source, item: IncomingItem, *, category: Category | None = None) -> Article:
    """Make a draft on the source's desk of one piece of content from outside; it is not submitted and not published.

    Raises Refused where the source is off or has no place in the page tree. Whether the item was taken in before is
    the caller's question: a feed asks by guid (``poll_feed``).
    """
    index = SourceIndexPage.objects.filter(source=source, locale__language_code="vi").first()
    if index is None or not source.active:
        raise Refused(
            RefusalCode.CONFLICT,
            _("Nguồn tin “%(source)s” đang tắt hoặc chưa có mục trên cây trang.") % {"source": source},
            act="ingest",
            target=source,
        )
    # Held until commit: two runs at once add their drafts one after the other, and choose different slugs. Read again,
    # for the place of the next child is counted from the row.
    Page.objects.select_for_update().filter(pk=index.pk).values_list("pk", flat=True).first()
    index = SourceIndexPage.objects.get(pk=index.pk)
    article = Article(
        title=item.title,
        slug=_free_slug(index, item.title),
        summary=item.summary,
        author=item.author,
        body=body_from_html(item.html),
        category=category,
        live=False,
    )
    index.add_child(instance=article)
    article.save_revision()
    record("ingest", actor=ACTOR, target=article, detail={"source": source.code, "item": item.guid})
    return article


def poll_feed(feed: Feed, *, limits: Limits = LIMITS) -> PollReport:
    """Fetch a feed and take in what is new. Never raises for what the sender did; the feed's row shows it.

    An item that was taken in before is not taken in again, also not where its draft was deleted; where the sender
    changed it since, that is noted and the draft left alone.
    """
    report = PollReport(feed)
    etag = last_modified = ""
    try:
        fetched = fetch(feed.url, etag=feed.etag, last_modified=feed.last_modified, limits=limits)
        etag, last_modified = fetched.etag, fetched.last_modified
        if fetched.content is None:
            report.unchanged, etag, last_modified = True, feed.etag, feed.last_modified
        else:
            parsed = parse_feed(fetched.content, url=fetched.url)
            report.errors.extend(parsed.errors)
            _take_in(feed, parsed.items, report)
    except (FetchFailed, UnreadableFeed) as error:
        report.errors.append(str(error))
    except Exception as error:  # one bad feed never stops the others; it is shown as failed
        logger.exception("feed %s failed", feed.pk)
        report.errors.append(type(error).__name__)
    _note(feed, report, etag, last_modified)
    return report


def _take_in(feed: Feed, items: list[IncomingItem], report: PollReport) -> None:
    # The same story often stands in two feeds of one source: it becomes one draft.
    known: dict[str, FeedItem] = {}
    guids = [item.guid for item in items]
    for row in FeedItem.objects.filter(feed__source=feed.source_id, guid__in=guids).order_by("pk"):
        if row.guid not in known or row.feed_id == feed.pk:
            known[row.guid] = row
    for item in items:
        found = known.get(item.guid)
        if found is not None and found.feed_id == feed.pk:
            if found.digest != item.digest:
                report.changed += _note_change(found, item)
            continue
        try:
            report.made += _take_in_one(feed, item, found)
        except Exception as error:  # one bad item never stops the others; it is shown with the feed
            if not isinstance(error, Refused):
                logger.exception("item %s of feed %s failed", item.guid, feed.pk)
            message = str(error) if isinstance(error, Refused) else type(error).__name__
            report.errors.append(f"{item.title[:80]}: {message}")


@transaction.atomic
def _take_in_one(feed: Feed, item: IncomingItem, elsewhere: FeedItem | None) -> int:
    """1 where a draft was made; 0 where another run was first or another feed of the source has brought it."""
    row, created = FeedItem.objects.get_or_create(
        feed=feed, guid=item.guid, defaults={"fetched_at": timezone.now(), "digest": item.digest}
    )
    if not created:
        return 0
    if elsewhere is not None:
        row.page_id = elsewhere.page_id
    else:
        row.page_id = ingest_item(feed.source, item, category=feed.category).pk
    row.save(update_fields=["page"])
    return int(elsewhere is None)


@transaction.atomic
def _note_change(row: FeedItem, item: IncomingItem) -> int:
    changed = FeedItem.objects.filter(pk=row.pk, digest=row.digest).update(
        digest=item.digest, changed_at=timezone.now()
    )
    if changed:
        record("ingest_changed", actor=ACTOR, target=row, detail={"page": row.page_id, "title": item.title})
    return changed


def _note(feed: Feed, report: PollReport, etag: str, last_modified: str) -> None:
    """Keep how it went. What the server said is sent back next time only where all of its answer was taken in:
    otherwise "nothing has changed" would hide the items that failed."""
    whole = not report.errors
    Feed.objects.filter(pk=feed.pk).update(
        last_polled_at=timezone.now(),
        failures=0 if whole else F("failures") + 1,
        last_error="\n".join(report.errors)[:ERROR_LENGTH],
        etag=etag if whole else "",
        last_modified=last_modified if whole else "",
    )


def _free_slug(index: SourceIndexPage, title: str) -> str:
    """The title as people would type it into an address, with a number where a sibling has it already."""
    base = slugify(folded(title))[:SLUG_LENGTH].strip("-") or "tin"
    taken = set(Page.objects.child_of(index).filter(slug__startswith=base).values_list("slug", flat=True))
    number, slug = 2, base
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug

"""Content on its way: written by the contributors and taken as far as each text says, by the acts that people use.

Nothing here writes a state of the workflow, the store, the log or the audit: ``editorial.actions`` and the publisher
do. What they cannot do is to act in the past, so ``let_time_pass`` afterwards moves the dates that readers see. The
audit, the change log, the ledger and the approvals keep the time at which they were really written.
"""

from __future__ import annotations

import dataclasses
import datetime

from django.db import transaction
from django.utils import timezone
from tqdm import tqdm
from wagtail.models import Locale, Page

from accounts.models import User
from cms.models import Article, Bulletin, Category, ContentPage, ContentPageFile, Document, Source, SourceIndexPage
from demo.desks import DESKS, DISTRICT_DESK, Desk, district_committee
from demo.media import attachment, picture
from demo.parts import composed
from demo.texts import Text, body, english, handwritten, plain
from editorial import actions, publisher
from editorial.amendments import actions as amendments
from editorial.enums import Decision, ScheduledAct
from editorial.models import Schedule
from organizations.models import Organization
from publishing.models import PublishedItem

# How many decisions each state has behind it; the contributor has submitted all but the draft.
STATES = {
    "draft": 0,
    "desk": 0,
    "board": 1,
    "committee0": 2,
    "committee1": 3,
    "returned": 0,
    "scheduled": 4,
    "published": 4,
    "edited": 4,
    "withdrawn": 4,
    "expired": 4,
}
WENT_OUT = frozenset({"published", "edited", "withdrawn", "expired"})


@dataclasses.dataclass(frozen=True)
class Cast:
    """Who takes a source's content on its way."""

    source: Source
    contributor: User
    reviewers: list[User]
    board: User

    @classmethod
    def of(cls, desk: Desk) -> Cast:
        """The desk's own people, one of the board, and the committee that its workflow asks."""
        contributor, editor = (User.objects.get(username=username) for username in desk.usernames)
        board = User.objects.get(username="btv2" if desk.code in {"to-chuc", DISTRICT_DESK.code} else "btv1")
        standing = list(User.objects.filter(username__startswith="thuongtruc").order_by("username"))
        committee = district_committee() if desk is DISTRICT_DESK else standing
        return cls(Source.objects.get(code=desk.code), contributor, [editor, board, *committee], board)

    def deciding(self, number: int) -> list[User]:
        """One of the desk, one of the board, two of the committee, and not always the same two."""
        desk, board, *committee = self.reviewers
        turn = number % len(committee)
        return [desk, board, *(committee[turn:] + committee[:turn])[:2]]


def plan(items: int, seed: int) -> list[Text]:
    """The texts of so many items: those written by hand first, then composed ones."""
    written = handwritten()[:items]
    return written + composed(items - len(written), seed)


def seed_items(*, items: int, seed: int) -> int:
    """Make the items that are missing and their English, and take each on its way. Returns how many were made."""
    casts = {desk.code: Cast.of(desk) for desk in (*DESKS, DISTRICT_DESK)}
    there = set(ContentPage.objects.values_list("source__code", "locale__language_code", "slug"))
    translations = english()
    made = 0
    texts = plan(items, seed)
    for number, text in enumerate(tqdm(texts, desc="Nội dung", unit=" bài", disable=len(texts) < 20)):
        cast = casts[text.source]
        if (text.source, "vi", text.slug) not in there:
            _bring(_write(text, cast, number), text, cast, number)
            made += 1
        if text.slug in translations and (text.source, "en", text.slug) not in there:
            translation = dataclasses.replace(translations[text.slug], source=text.source)
            _bring(_translate(translation, cast), translation, cast, number)
            made += 1
    return made


@transaction.atomic
def _write(text: Text, cast: Cast, number: int) -> ContentPage:
    """A draft of the source's contributor, with everything that its text says."""
    index = SourceIndexPage.objects.get(source=cast.source, locale__language_code="vi")
    page = _new_page(text, number)
    page.category = Category.objects.get(slug=text.fields["category"])
    page.clearance = text.fields.get("clearance", "member")
    page.owner, page.live = cast.contributor, False
    if text.state == "scheduled":
        page.go_live_at = _at_hour(timezone.now() + datetime.timedelta(days=text.days), 6 + number % 3, 0)
    if text.state == "expired" or "expires" in text.fields:
        days = int(text.fields.get("expires", "3"))
        page.expire_at = _at_hour(timezone.now() + datetime.timedelta(days=days), 17, 0)
    index.add_child(instance=page)
    page.addressed_to.set(Organization.objects.filter(code__in=text.addressed))
    if isinstance(page, Document):
        words = [text.fields.get("summary", ""), *plain(text)]
        file = attachment(f"{page.number} {page.title}"[:250], f"{page.slug}.pdf", [page.number, page.title, *words])
        page.files.add(ContentPageFile(file=file))
    elif "file" in text.fields:
        file = attachment(text.fields["file"], f"{page.slug}.pdf", [text.fields["file"], *plain(text)])
        page.files.add(ContentPageFile(file=file))
    page.save_revision(user=cast.contributor, log_action=True)
    return page


def _new_page(text: Text, number: int) -> ContentPage:
    fields = text.fields
    common = {
        "title": text.title,
        "slug": text.slug,
        "summary": fields.get("summary", ""),
        "body": body(text, picture),
        "locale": Locale.objects.get(language_code="vi"),
    }
    if text.kind == "document":
        return Document(
            **common,
            number=fields["number"],
            document_type=fields["type"],
            central_issuer=fields.get("central", ""),
            issuer=Organization.objects.get(code=fields["issuer"]) if "issuer" in fields else None,
            issued_on=datetime.date.fromisoformat(fields["issued"]),
            signer=fields.get("signer", ""),
        )
    cover, alt = picture(fields["cover"]) if "cover" in fields else (None, "")
    if text.kind == "bulletin":
        return Bulletin(**common, month=text.month, cover=cover, cover_alt=alt)
    return Article(**common, author=fields.get("author", ""), cover=cover, cover_alt=alt)


@transaction.atomic
def _translate(text: Text, cast: Cast) -> ContentPage:
    """The English beside a Vietnamese text: a draft of its own, which passes the same gate."""
    original = ContentPage.objects.get(source=cast.source, locale__language_code="vi", slug=text.slug).specific
    page = original.copy_for_translation(Locale.objects.get(language_code="en"))
    page.owner = cast.contributor
    page.save(update_fields=["owner"])
    page.title = page.draft_title = text.title
    page.slug = text.slug
    page.summary = text.fields["summary"]
    page.body = body(text, picture)
    if isinstance(page, Article | Bulletin) and page.cover:
        page.cover_alt = text.fields["alt"]
    page.save_revision(user=cast.contributor, log_action=True)
    return page


def _bring(page: ContentPage, text: Text, cast: Cast, number: int) -> None:
    """Take a draft as far as its text says."""
    if text.state == "draft":
        return
    with transaction.atomic():
        actions.submit(actor=cast.contributor, page_id=page.pk)
        people = cast.deciding(number)
        returned_by = int(text.fields.get("returned_at", "0"))
        for person in people[: returned_by if text.state == "returned" else STATES[text.state]]:
            _decide(person, page, Decision.APPROVE)
        if text.state == "returned":
            _decide(people[returned_by], page, Decision.RETURN, text.fields["reason"])
    if text.state not in WENT_OUT:
        return
    # Inside someone's transaction nothing wakes the publisher by itself.
    for pk in Schedule.objects.due(timezone.now()).filter(page=page).values_list("pk", flat=True):
        publisher.wake(pk)
    if text.state == "edited":
        draft = ContentPage.objects.get(pk=page.pk).specific.get_latest_revision_as_object()
        draft.summary = f"{draft.summary} {text.fields['addition']}"
        draft.save_revision(user=cast.contributor, log_action=True)
    elif text.state == "withdrawn":
        amendments.withdraw(actor=cast.board, page_id=page.pk, reason=text.fields["reason"])
    published = _at_hour(timezone.now() - datetime.timedelta(days=text.days), 6 + number * 5 % 13, number * 7 % 60)
    let_time_pass(page.pk, published=published, expired=text.state == "expired")


def _decide(person: User, page: ContentPage, decision: str, comment: str = "") -> None:
    page.refresh_from_db()
    actions.decide(
        actor=person, page_id=page.pk, revision_id=page.latest_revision_id, decision=decision, comment=comment
    )


def let_time_pass(page_id: int, *, published: datetime.datetime, expired: bool = False) -> None:
    """Move the dates that readers and editors see into the past; where it has an expiry, do it as if its time had come.

    Only the published item and the page row are touched: ledger, log, approvals and audit stay as they were written.
    """
    published = min(published, timezone.now())
    PublishedItem.objects.filter(page_id=page_id).update(first_published_at=published, published_at=published)
    Page.objects.filter(pk=page_id).update(first_published_at=published, last_published_at=published)
    if expired:
        now = timezone.now()
        for schedule in Schedule.objects.pending().filter(page_id=page_id, act=ScheduledAct.EXPIRE):
            Schedule.objects.filter(pk=schedule.pk).update(due_at=now)
            publisher.wake(schedule.pk)
        Page.objects.filter(pk=page_id).update(expire_at=now)


def _at_hour(moment: datetime.datetime, hour: int, minute: int) -> datetime.datetime:
    return timezone.localtime(moment).replace(hour=hour, minute=minute, second=0, microsecond=0)

"""The quick way to very many items: for measuring at real size, where 200,000 real approvals would take days.

Up to ``BEYOND`` items everything passes through the people's own acts (``demo.workflow``). What is asked for beyond is
written here in rows: page, revision, the four approvals of exactly that revision, the published item, its change, its
line in the ledger and its entry in the audit - the same facts that the gate would leave, under the same lock and
numbers. Left out is what nothing reads to decide what is out: Wagtail's workflow states and page log, and its search
and reference indexes (``rebuild_search`` and ``rebuild_references_index`` make those). The audit names ``seed_demo``.
"""

from __future__ import annotations

import copy
import dataclasses
import datetime
import hashlib
import json
import random
import uuid
from collections import defaultdict
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.utils import timezone
from tqdm import tqdm
from wagtail.models import Page, Revision

from audit.actions import lock_order
from audit.enums import Outcome
from audit.models import AuditEntry
from cms.models import Article, ContentPage, Document, SourceIndexPage
from demo.desks import DESKS
from demo.workflow import Cast
from editorial.enums import Decision
from editorial.models import Approval
from publishing.enums import Act
from publishing.models import Change, Publication, PublishedAudience, PublishedItem, card_of
from publishing.numbers import folded_number

BEYOND = 500
CHUNK = 1000
SPREAD_DAYS = 3650  # ten years are kept
IDS = uuid.UUID("3d2a3c1e-2f0c-4c57-8f57-2c2a5b1f9a40")


@dataclasses.dataclass
class Template:
    """A text that went out the real way, from which others are made."""

    page: ContentPage
    content: dict[str, Any]
    item: PublishedItem
    audience: list[str]
    cast: Cast
    steps: list[int]


@dataclasses.dataclass
class Numbers:
    """The next free numbers of the tables that refer to each other; taken while nobody else writes."""

    page: int
    revision: int
    step: dict[int, int]
    change: int

    @classmethod
    def free(cls) -> Numbers:
        """One above what is there."""

        def last(model: type[models.Model], field: str = "pk") -> int:
            return model._default_manager.aggregate(last=models.Max(field))["last"] or 0

        steps = {}
        for index in SourceIndexPage.objects.all():
            child = index.get_last_child()
            steps[index.pk] = Page._str2int(child.path[-Page.steplen :]) if child else 0
        return cls(page=last(Page), revision=last(Revision), step=steps, change=last(Change, "seq"))


def seed_items(*, items: int, seed: int) -> int:
    """Make the bulk items from number 1 to ``items`` that are missing. Returns how many were made."""
    there = Page.objects.filter(slug__startswith="hang-loat-").count()
    if items <= there:
        return 0
    templates = _templates()
    with tqdm(total=items - there, desc="Nội dung ghi hàng loạt", unit=" bài") as bar:
        for start in range(there + 1, items + 1, CHUNK):
            numbers = range(start, min(start + CHUNK, items + 1))
            _write(numbers, templates, seed)
            bar.update(len(numbers))
    return items - there


def _templates() -> list[Template]:
    casts = {desk.code: Cast.of(desk) for desk in DESKS}
    found = []
    out = PublishedItem.objects.out().filter(locale="vi", source_code__in=casts, kind__in=["article", "document"])
    for item in out.exclude(slug__startswith="hang-loat-").order_by("page_id")[:60]:
        page = ContentPage.objects.get(pk=item.page_id).specific
        keys = sorted(item.audiences.values_list("key", flat=True))
        # Files belong to one item each; a text without them is a template that needs no files of its own.
        if not item.files.exists() or isinstance(page, Document):
            steps = list(page.get_workflow().tasks.filter(active=True).order_by("workflow_tasks__sort_order"))
            content = copy.deepcopy(page.live_revision.content)
            content["files"] = []
            cast = casts[item.source_code]
            found.append(Template(page, content, item, keys, cast, [step.pk for step in steps]))
    return found


@transaction.atomic
def _write(numbers: range, templates: list[Template], seed: int) -> None:
    head = lock_order()
    free = Numbers.free()
    now = timezone.now()
    at = now.replace(microsecond=now.microsecond // 1000 * 1000)
    rows: dict[type[models.Model], list[Any]] = defaultdict(list)
    indexes = {page.source_id: page for page in SourceIndexPage.objects.filter(locale__language_code="vi")}
    for number in numbers:
        rng = random.Random(f"{seed}:bulk:{number}")  # noqa: S311 - variety, not secrets
        template = rng.choice(templates)
        published = now - datetime.timedelta(seconds=rng.randrange(86400, SPREAD_DAYS * 86400))
        page = _page(number, template, indexes[template.page.source_id], free, published, rng)
        revision, digest = _revision(page, template, free, now)
        page.latest_revision_id = page.live_revision_id = revision.pk
        rows[Page].append(page)
        rows[ContentPage].append(page)
        rows[type(page)].append(page)
        rows[Revision].append(revision)
        people = template.cast.deciding(number)
        steps = [*template.steps, template.steps[-1]]
        rows[Approval] += [
            Approval(
                page_id=page.pk,
                revision_id=revision.pk,
                digest=digest,
                step_id=step,
                person=person,
                decision=Decision.APPROVE,
                at=now,
            )
            for step, person in zip(steps, people, strict=True)
        ]
        free.change += 1
        item = _item(page, template, seed)
        rows[PublishedItem].append(item)
        rows[PublishedAudience] += [PublishedAudience(item=item, key=key) for key in template.audience]
        rows[Change].append(
            Change(
                seq=free.change, at=now, item=item, kind=item.kind, act=Act.UPSERT, version=1,
                audience_before=[], audience_after=template.audience,
            )
        )  # fmt: skip
        rows[Publication].append(
            Publication(
                revision_id=revision.pk, item=item, change_id=free.change, due_at=now, published_at=now, emergency=False
            )
        )
        entry = _audit(page, head.seq + 1, head.digest, at, revision.pk, free.change, now)
        head.seq, head.digest = entry.seq, entry.digest
        rows[AuditEntry].append(entry)
    for model, made in rows.items():
        insert_rows(model, made)
    head.save(update_fields=["seq", "digest"])
    for index in indexes.values():
        added = sum(page.path.startswith(index.path) for page in rows[Page])
        Page.objects.filter(pk=index.pk).update(numchild=models.F("numchild") + added)
    _move_sequences([Page, Revision])


def _page(
    number: int,
    template: Template,
    index: SourceIndexPage,
    free: Numbers,
    published: datetime.datetime,
    rng: random.Random,
) -> Article | Document:
    free.page += 1
    free.step[index.pk] += 1
    page = copy.copy(template.page)
    page._state = models.base.ModelState()
    slug = f"hang-loat-{number:06}"
    page.pk = page.id = page.page_ptr_id = page.contentpage_ptr_id = free.page
    page.title = page.draft_title = f"{template.page.title[:200]} (số {number})"
    page.slug, page.url_path = slug, f"{index.url_path}{slug}/"
    page.path = Page._get_path(index.path, index.depth + 1, free.step[index.pk])
    page.depth, page.numchild = index.depth + 1, 0
    page.translation_key = uuid.uuid5(IDS, slug)
    page.live, page.has_unpublished_changes, page.expired = True, False, False
    page.go_live_at = page.expire_at = None
    page.first_published_at = page.last_published_at = published
    page.latest_revision_created_at = timezone.now()
    if isinstance(page, Document):
        page.number = f"{number}-CV/VPTU"
        page.issued_on = published.date() - datetime.timedelta(days=rng.randrange(20))
    return page


def _revision(
    page: Article | Document, template: Template, free: Numbers, now: datetime.datetime
) -> tuple[Revision, str]:
    """The revision of a page, and the digest by which approvals bind to it (``editorial.models.approval``)."""
    free.revision += 1
    content = dict(template.content)
    changed = [
        "pk", "title", "draft_title", "slug", "url_path", "path", "depth", "numchild", "translation_key", "go_live_at",
        "expire_at", "first_published_at", "last_published_at", "latest_revision", "live_revision",
    ]  # fmt: skip
    changed += ["number", "issued_on"] if isinstance(page, Document) else []
    for name in changed:
        content[name] = getattr(page, name) if not name.endswith("_revision") else None
    content |= {"page_ptr": page.pk, "contentpage_ptr": page.pk, "live": False}
    content = json.loads(json.dumps({key: content[key] for key in content}, cls=DjangoJSONEncoder))
    text = json.dumps(content, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
    revision = Revision(
        pk=free.revision,
        content_type=ContentType.objects.get_for_model(type(page)),
        base_content_type=ContentType.objects.get_for_model(Page),
        object_id=str(page.pk),
        created_at=now,
        user=template.cast.contributor,
        object_str=str(page)[:255],
        content=content,
    )
    return revision, hashlib.sha256(text.encode()).hexdigest()


def _item(page: Article | Document, template: Template, seed: int) -> PublishedItem:
    item = copy.copy(template.item)
    item._state = models.base.ModelState()
    item.pk = uuid.uuid5(IDS, f"{seed}/{page.slug}")
    item.page_id, item.version, item.revision_id = page.pk, 1, page.live_revision_id
    item.translation_key, item.slug, item.title = page.translation_key, page.slug, page.title
    item.first_published_at = item.published_at = page.first_published_at
    item.payload = {**template.item.payload, "attachments": []}
    item.card = card_of(item.payload)
    if isinstance(page, Document):
        item.number, item.number_folded, item.issued_on = page.number, folded_number(page.number), page.issued_on
    return item


def _audit(
    page: ContentPage,
    seq: int,
    previous: str,
    at: datetime.datetime,
    revision: int,
    change: int,
    now: datetime.datetime,
) -> AuditEntry:
    detail = {"revision": revision, "change": change, "due_at": now, "approvals": [], "bulk": True}
    entry = AuditEntry(
        seq=seq,
        at=at,
        actor="seed_demo",
        act="publish",
        outcome=Outcome.DONE,
        target_type=page._meta.label_lower,
        target_id=str(page.pk),
        target=str(page)[:255],
        detail=json.loads(json.dumps(detail, cls=DjangoJSONEncoder)),
        previous=previous,
    )
    entry.digest = entry.computed_digest()
    return entry


def insert_rows(model: type[models.Model], made: list[models.Model]) -> None:
    """Insert rows of exactly this table; Django's bulk_create refuses tables of multi-table inheritance."""
    if not made:
        return
    fields = [
        field
        for field in model._meta.local_concrete_fields
        if getattr(made[0], field.attname) is not None or field.null
    ]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    values = [
        [field.get_db_prep_save(field.pre_save(each, add=False), connection) for field in fields] for each in made
    ]
    # Each database has its own limit to the parameters of one statement.
    per_statement = max(1, min(connection.features.max_query_params or 20_000, 20_000) // len(fields))
    with connection.cursor() as cursor:
        for start in range(0, len(values), per_statement):
            batch = values[start : start + per_statement]
            rows = ", ".join([f"({places})"] * len(batch))
            insert = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES {rows}"  # noqa: S608 - names of columns
            cursor.execute(insert, [value for row in batch for value in row])


def _move_sequences(tables: list[type[models.Model]]) -> None:
    """PostgreSQL's sequences have not seen the numbers that were given here."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)

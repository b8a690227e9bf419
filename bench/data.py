"""A province of any size, made in bulk: people, desks, and articles at every place of their way.

One article is written the ordinary way; the rest are copies of its rows with their own ids, paths and texts, so what
the screens and the publisher meet is what the product itself would have written. Bulk writing passes by the gate: that
is why it is here and not in the product.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import random
import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.utils import timezone
from wagtail.models import Page, Revision, TaskState, WorkflowState

from bench.pouring import pour
from cms.models import Article, ContentPage, Source, SourceIndexPage
from editorial.enums import Decision, ReleaseState, ScheduledAct, ScheduleState
from editorial.models import Approval, Release, ReleaseItem, ReleasePart, Schedule
from editorial.models.approval import text_digest
from editorial.releases.parts import kind_of
from editorial.requests.actions import ask, decide
from editorial.setup import BOARD, COMMITTEES, ensure_site, ensure_source, ensure_workflow
from organizations.enums import Level, PositionKind
from organizations.models import Member, Membership, Organization, OrganizationVersion, Position
from organizations.names import folded
from publishing.enums import Act, Kind
from publishing.models import Change, Publication, PublishedAudience, PublishedItem

BATCH = 1000
SINCE = datetime.date(2020, 1, 1)
PARAGRAPH = (
    "Ban Thường vụ Tỉnh ủy yêu cầu các cấp ủy quán triệt nghị quyết, gắn với nhiệm vụ chính trị của địa phương. "
)
FAMILY = ["Nguyễn Văn", "Trần Thị", "Lê Đức", "Phạm Thị Thu", "Hoàng Minh", "Vũ Thị", "Đặng Quốc", "Bùi Thị Hồng"]
GIVEN = ["An", "Bình", "Chi", "Dũng", "Hà", "Hòa", "Lan", "Minh", "Nga", "Phúc", "Quang", "Sơn", "Thủy", "Tuấn", "Yến"]
TOPICS = ["Nghị quyết", "Hội nghị", "Học tập chuyên đề", "Công tác đảng viên", "Nông thôn mới", "Chuyển đổi số"]


@dataclasses.dataclass
class World:
    """The people and desks of a run."""

    province: Organization
    source: Source
    index: SourceIndexPage
    contributor: Any
    desk: Any
    board: Any
    committee: list[Any]


@transaction.atomic
def lay_out(sources: int = 1) -> World:
    """A province with its approving committee, and as many sources with desks as asked; the first has the people."""
    province = Organization.objects.create(
        code="TB", name="Tỉnh ủy Thái Bình", level=Level.PROVINCE, path="-", valid_from=SINCE
    )
    province.path = f"/{province.pk}/"
    province.save(update_fields=["path"])
    ensure_site()
    workflow = ensure_workflow("Ba bước", province, required=2)
    made = [
        ensure_source(f"nguon-{n}", f"Nguồn tin {n}", organization=province, workflow=workflow) for n in range(sources)
    ]
    committee = []
    for n in range(2):
        user = _user(f"thuongtruc{n}", Group.objects.get(name=COMMITTEES))
        member = Member.objects.create(
            code=f"TT{n}", full_name=f"Nguyễn Văn {n}", name_folded=f"nguyen van {n}", cell=province, user=user
        )
        Position.objects.create(
            member=member, organization=province, kind=PositionKind.DEPUTY_SECRETARY, valid_from=SINCE
        )
        committee.append(user)
    return World(
        province=province,
        source=made[0],
        index=SourceIndexPage.objects.get(source=made[0], locale__language_code="vi"),
        contributor=_user("ctv", made[0].contributors),
        desk=_user("bt", made[0].editors),
        board=_user("btv", Group.objects.get(name=BOARD)),
        committee=committee,
    )


@transaction.atomic
def write_articles(world: World, count: int, *, index: SourceIndexPage | None = None, seed: int = 1) -> list[int]:
    """So many drafts below one index page, each with one revision of some 2 kB. Returns their ids."""
    chance = random.Random(seed)
    index = SourceIndexPage.objects.get(pk=(index or world.index).pk)
    pattern = _pattern(world, index)
    row, revision_row = Page.objects.get(pk=pattern.pk), pattern.get_latest_revision()
    own_columns = _child_columns(pattern)
    first_page, first_revision = _next_id(Page), _next_id(Revision)
    first_step = index.numchild + 1
    now = timezone.now()
    pages, revisions = [], []
    for n in range(count):
        page_id, revision_id = first_page + n, first_revision + n
        path = Page._get_path(index.path, index.depth + 1, first_step + n)
        title = f"{chance.choice(TOPICS)} số {page_id}: {chance.choice(FAMILY)} {chance.choice(GIVEN)}"
        slug, key = f"bai-{page_id}", uuid.UUID(int=chance.getrandbits(128), version=4)
        at = now - datetime.timedelta(minutes=count - n)
        own = {"title": title, "draft_title": title, "slug": slug, "path": path}
        own["url_path"] = f"{index.url_path}{slug}/"
        page = _copy_of(row, id=page_id, translation_key=key, latest_revision_id=revision_id, **own)
        page.latest_revision_created_at = at
        pages.append(page)
        content = {**revision_row.content, **own, "pk": page_id, "translation_key": str(key), "latest_revision": None}
        revisions.append(
            _copy_of(
                revision_row, id=revision_id, object_id=str(page_id), object_str=title, created_at=at, content=content
            )
        )
    Revision.objects.bulk_create(revisions, batch_size=BATCH)
    Page.objects.bulk_create(pages, batch_size=BATCH)
    with connection.cursor() as cursor:
        for table, link, columns in own_columns:
            names = ", ".join(f'"{name}"' for name in [link, *columns])
            marks = ", ".join(["%s"] * (len(columns) + 1))
            cursor.executemany(
                f'INSERT INTO "{table}" ({names}) VALUES ({marks})',
                [[page.pk, *columns.values()] for page in pages],
            )
    Page.objects.filter(pk=index.pk).update(numchild=models.F("numchild") + count)
    _reset_sequences(Page, Revision)
    return [page.pk for page in pages]


@transaction.atomic
def approve_all(world: World, page_ids: list[int], *, due_at: datetime.datetime) -> None:
    """Give each draft the approvals that its workflow asks for, and a place in the schedule."""
    digests = _approve(world, page_ids, committee=True)
    Schedule.objects.bulk_create(
        [
            Schedule(
                page_id=page_id,
                revision_id=pk,
                act=ScheduledAct.PUBLISH,
                due_at=due_at,
                planned_by=world.committee[-1],
            )
            for pk, (page_id, _) in digests.items()
        ],
        batch_size=BATCH,
    )


def approve_releases(
    world: World, page_ids: list[int], size: int, *, due_at: datetime.datetime, parts: Sequence[models.Model] = ()
) -> list[int]:
    """Put the drafts into releases of ``size`` items each, approved by the committee; the ids of the releases.

    ``parts``, things that are no pages, go out with the first of them.
    """
    revisions = {page_id: pk for pk, (page_id, _) in _approve(world, page_ids, committee=False).items()}
    made = []
    for first in range(0, len(page_ids), size):
        release = Release.objects.create(
            title=f"Đợt {first // size + 1}",
            organization=world.source.organization,
            required=2,
            due_at=due_at,
            state=ReleaseState.WAITING,
            created_by=world.board,
        )
        ReleaseItem.objects.bulk_create(
            ReleaseItem(release=release, page_id=page_id, revision_id=revisions[page_id], position=place)
            for place, page_id in enumerate(page_ids[first : first + size], 1)
        )
        for part in parts if first == 0 else ():
            kind = ContentType.objects.get_for_model(part)
            ReleasePart.objects.create(release=release, thing_type=kind, thing_id=str(part.pk))
            kind_of(part).hold(part, world.board)
        request = ask(actor=world.board, thing=release, organization=release.organization, required=2)
        with transaction.atomic():
            # What follows the commit would send it out here and now.
            for person in world.committee[:2]:
                decide(actor=person, request_id=request.pk, digest=request.digest, decision=Decision.APPROVE)
            transaction.get_connection().run_on_commit.clear()
        made.append(release.pk)
    return made


def _approve(world: World, page_ids: list[int], *, committee: bool) -> dict[int, tuple[int, str]]:
    """Approvals of desk and board, and of the committee's people; page and digest by revision."""
    desk, board, last = (task for task in world.source.workflow.tasks)
    deciding = [(desk, world.desk), (board, world.board)]
    deciding += [(last, person) for person in world.committee] if committee else []
    digests = {revision.pk: (int(revision.object_id), _digest(revision)) for revision in _latest(page_ids)}
    checked = next(iter(digests))
    if digests[checked][1] != text_digest(checked):
        raise AssertionError("the digests made here are not those of the product")
    Approval.objects.bulk_create(
        [
            Approval(
                page_id=page_id, revision_id=pk, digest=digest, step=step, person=person, decision=Decision.APPROVE
            )
            for pk, (page_id, digest) in digests.items()
            for step, person in deciding
        ],
        batch_size=BATCH,
    )
    return digests


@transaction.atomic
def put_out_all(world: World, page_ids: list[int]) -> None:
    """Make these pages look published long ago: row, store, change log, ledger, and the schedule row that is done."""
    now = timezone.now()
    code = world.source.code
    first_seq = (Change.objects.aggregate(last=models.Max("seq"))["last"] or 0) + 1
    first_publication = _next_id(Publication)
    items, audiences, changes, publications, schedules = [], [], [], [], []
    rows = Page.objects.filter(pk__in=page_ids) if len(page_ids) < BATCH else Page.objects.all()
    wanted = set(page_ids)
    values = rows.values_list("pk", "latest_revision_id", "title", "slug", "translation_key", "locale__language_code")
    for n, (pk, revision_id, title, slug, key, locale) in enumerate(each for each in values if each[0] in wanted):
        at = now - datetime.timedelta(minutes=15 * n + 1)
        item = PublishedItem(
            page_id=pk,
            kind=Kind.ARTICLE,
            version=1,
            revision_id=revision_id,
            locale=locale,
            translation_key=key,
            slug=slug,
            title=title,
            source_code=code,
            first_published_at=at,
            published_at=at,
            payload={"body": []},
        )
        items.append(item)
        audiences.append(PublishedAudience(item=item, key="member"))
        change = Change(
            seq=first_seq + n, at=at, item=item, kind=item.kind, act=Act.UPSERT, version=1, audience_after=["member"]
        )
        changes.append(change)
        publications.append(
            Publication(
                id=first_publication + n, revision_id=revision_id, item=item, change=change, due_at=at, published_at=at
            )
        )
        schedules.append(
            Schedule(
                page_id=pk,
                revision_id=revision_id,
                act=ScheduledAct.PUBLISH,
                due_at=at,
                done_at=at,
                state=ScheduleState.DONE,
                planned_by=world.board,
            )
        )
    for model, made in [
        (PublishedItem, items),
        (PublishedAudience, audiences),
        (Change, changes),
        (Publication, publications),
        (Schedule, schedules),
    ]:
        model.objects.bulk_create(made, batch_size=BATCH)
    # The gate refuses this of content; the plain page rows are reached below it.
    for start in range(0, len(page_ids), BATCH):
        Page.objects.filter(pk__in=page_ids[start : start + BATCH]).update(
            live=True,
            has_unpublished_changes=False,
            live_revision_id=models.F("latest_revision_id"),
            first_published_at=now,
            last_published_at=now,
        )
    _reset_sequences(Publication)


@transaction.atomic
def put_under_review(world: World, page_ids: list[int]) -> None:
    """Let a third of these wait at each step."""
    tasks = list(world.source.workflow.tasks)
    page_type, article_type = (
        ContentType.objects.get_for_model(model, for_concrete_model=False) for model in (Page, Article)
    )
    first_state, first_task = _next_id(WorkflowState), _next_id(TaskState)
    states, task_states = [], []
    revisions = dict(Page.objects.filter(pk__in=page_ids).values_list("pk", "latest_revision_id"))
    for n, pk in enumerate(page_ids):
        task = tasks[n % len(tasks)]
        states.append(
            WorkflowState(
                id=first_state + n,
                content_type=article_type,
                base_content_type=page_type,
                object_id=str(pk),
                workflow=world.source.workflow,
                requested_by=world.contributor,
                current_task_state_id=first_task + n,
            )
        )
        task_states.append(
            TaskState(
                id=first_task + n,
                workflow_state_id=first_state + n,
                revision_id=revisions[pk],
                task=task,
                content_type=ContentType.objects.get_for_model(TaskState),
            )
        )
    WorkflowState.objects.bulk_create(states, batch_size=BATCH)
    TaskState.objects.bulk_create(task_states, batch_size=BATCH)
    _reset_sequences(WorkflowState, TaskState)


@transaction.atomic
def people_the_province(world: World, *, units: int, members: int, seed: int = 1) -> None:
    """A tree of 13 branches, a seventh of the units grassroots, the rest cells; members spread over the cells."""
    chance = random.Random(seed)
    first = _next_id(Organization)
    made: list[Organization] = []

    def add(level: str, parent: Organization) -> Organization:
        pk = first + len(made)
        unit = Organization(
            id=pk,
            code=f"U{pk}",
            name=(name := f"{Level(level).label} {chance.choice(GIVEN)} {pk}"),
            name_folded=folded(name),
            level=level,
            parent=parent,
            path=f"{parent.path}{pk}/",
            valid_from=SINCE,
        )
        made.append(unit)
        return unit

    branches = [add(Level.DISTRICT, world.province) for _ in range(13)]
    grassroots = [add(Level.GRASSROOTS, branches[n % 13]) for n in range(max(1, units // 7))]
    cells = [add(Level.CELL, grassroots[n % len(grassroots)]) for n in range(max(1, units - len(made)))]
    pour(Organization, made)
    pour(
        OrganizationVersion,
        (
            OrganizationVersion(
                organization=unit, name=unit.name, level=unit.level, parent_id=unit.parent_id, valid_from=SINCE
            )
            for unit in made
        ),
    )
    first_member = _next_id(Member)
    for start in range(0, members, 10 * BATCH):
        people = []
        for n in range(start, min(members, start + 10 * BATCH)):
            name = f"{chance.choice(FAMILY)} {chance.choice(GIVEN)}"
            people.append(
                Member(
                    id=first_member + n,
                    code=f"DV{n:06d}",
                    full_name=name,
                    name_folded=folded(name),
                    phone=f"09{n:08d}",
                    cell=cells[n % len(cells)],
                )
            )
        pour(Member, people)
        pour(Membership, (Membership(member=each, cell_id=each.cell_id, valid_from=SINCE) for each in people))
    pour(
        Position,
        (
            Position(
                member_id=first_member + n % members, organization=cell, kind=PositionKind.SECRETARY, valid_from=SINCE
            )
            for n, cell in enumerate(cells)
        ),
    )
    _reset_sequences(Organization, Member)


def _pattern(world: World, index: SourceIndexPage) -> Article:
    """The one article that is written the ordinary way."""
    slug = f"mau-{index.pk}"
    found = Article.objects.filter(slug=slug).first()
    if found is not None:
        return found
    body = [{"type": "text", "value": f"<p>{PARAGRAPH * 4}</p>", "id": str(uuid.uuid4())} for _ in range(3)]
    page = Article(title="Mẫu", slug=slug, owner=world.contributor, live=False, summary=PARAGRAPH, author="Bench")
    page.body = page.body.stream_block.to_python(body)
    index.add_child(instance=page)
    page.save_revision(user=world.contributor)
    index.refresh_from_db()
    return Article.objects.get(pk=page.pk)


def _child_columns(page: Article) -> list[tuple[str, str, dict[str, Any]]]:
    """The tables below the page row: name, column that links to the page, and the values of the other columns."""
    found = []
    for model in (ContentPage, Article):
        link = model._meta.pk.column
        fields = [field for field in model._meta.local_concrete_fields if not field.primary_key]
        values = {
            field.column: field.get_db_prep_save(field.value_from_object(page), connection=connection)
            for field in fields
        }
        found.append((model._meta.db_table, link, values))
    return found


def _copy_of(row: models.Model, **changes: Any) -> Any:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return type(row)(**{**values, **changes})


def _latest(page_ids: list[int]) -> Any:
    for start in range(0, len(page_ids), BATCH):
        ids = Page.objects.filter(pk__in=page_ids[start : start + BATCH]).values("latest_revision_id")
        yield from Revision.objects.filter(pk__in=ids)


def _digest(revision: Revision) -> str:
    text = json.dumps(revision.content, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _next_id(model: type[models.Model]) -> int:
    return (model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0) + 1


def _reset_sequences(*tables: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)


def _user(username: str, group: Group) -> Any:
    user = get_user_model().objects.create_user(username=username, password=None)
    user.groups.add(group)
    return user

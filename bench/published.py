"""A province that reads: units, members who are signed in, and what is out, made in bulk for the API's benchmarks."""

from __future__ import annotations

import dataclasses
import datetime
import json
import uuid
from typing import Any

from django.db import connection, models, transaction
from django.db.models import OuterRef, Subquery
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.enums import DevicePlatform
from accounts.models import REFRESH_LIFETIME, RefreshToken, Session, User
from bench import phone
from bench.content import BELOW_NEWS, CATEGORIES, FEW, NEWS, OLD, SOURCES, Sample, sample
from bench.data import BATCH, lay_out, people_the_province
from bench.serving import Request
from organizations.enums import Level
from organizations.models import Member, Organization, Position
from publishing.actions import FileForm, PublishedForm, put
from publishing.enums import Act, DocumentType, Kind
from publishing.models import Change, PublishedAudience, PublishedFile, PublishedItem, card_of

SPACE = uuid.UUID("b3c0a3a2-6f43-4b0e-9a3e-0d1b5c1f7a10")


def people(units: int, members: int) -> None:
    """The tree with its members, of whom each first of a cell is its secretary; all have an account."""
    world = lay_out()
    people_the_province(world, units=units, members=members)
    give_accounts()


def give_accounts() -> None:
    """An account for each member who has none."""
    rows = Member.objects.filter(user=None)
    # No password: nobody signs in here, and hashing 100,000 of them would take an hour.
    User.objects.bulk_create(
        [User(username=code, password=f"!{code}") for code in rows.values_list("code", flat=True)], batch_size=BATCH
    )
    rows.update(user=Subquery(User.objects.filter(username=OuterRef("code")).values("pk")[:1]))


def sign_in(count: int, *, lifetime: datetime.timedelta, secretaries: int) -> list[dict[str, str]]:
    """Sessions of so many members, the given number of them secretaries: their access and refresh tokens.

    The tokens are those of ``accounts.tokens``, made without asking for a password; access lasts for ``lifetime``.
    """
    heads = Position.objects.filter(organization__level=Level.CELL).order_by("pk").values("member_id")
    chosen = list(Member.objects.filter(pk__in=heads).select_related("user")[:secretaries])
    rest = Member.objects.exclude(pk__in=heads).filter(cell__level=Level.CELL).select_related("user").order_by("code")
    chosen += list(rest[: count - len(chosen)])
    now = timezone.now()
    sessions = [
        Session(
            user=member.user,
            device_name="bench",
            platform=DevicePlatform.ANDROID,
            auth_hash=member.user.get_session_auth_hash(),
            created_at=now,
            last_used_at=now,
        )
        for member in chosen
    ]
    Session.objects.bulk_create(sessions, batch_size=BATCH)
    refresh = [tokens.new_refresh_token() for _ in sessions]
    RefreshToken.objects.bulk_create(
        [
            RefreshToken(
                session=session, digest=tokens.digest_of(token), issued_at=now, expires_at=now + REFRESH_LIFETIME
            )
            for session, token in zip(sessions, refresh, strict=True)
        ],
        batch_size=BATCH,
    )
    usual, tokens.ACCESS_LIFETIME = tokens.ACCESS_LIFETIME, lifetime
    try:
        return [
            {"access": tokens.access_token(session), "refresh": token, "code": member.code}
            for session, token, member in zip(sessions, refresh, chosen, strict=True)
        ]
    finally:
        tokens.ACCESS_LIFETIME = usual


def publish(count: int) -> None:
    """So many articles in the published store and the change log, as ``publishing.actions.put`` writes them."""
    districts = _districts()
    _hold_to_the_product(sample(1, count), districts)
    for start in range(0, count, 10 * BATCH):
        rows = [_rows(sample(n, count), count, districts) for n in range(start, min(count, start + 10 * BATCH))]
        with transaction.atomic():
            PublishedItem.objects.bulk_create([item for item, *_ in rows], batch_size=BATCH)
            PublishedAudience.objects.bulk_create([audience for _, audience, *_ in rows], batch_size=BATCH)
            PublishedFile.objects.bulk_create([file for *_, file, _ in rows if file], batch_size=BATCH)
            Change.objects.bulk_create([change for *_, change in rows], batch_size=BATCH)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def publish_one(number: int) -> None:
    """One more article, by the product's own way into the store."""
    _put(_form(sample(number, number + 2 * FEW), _districts()), revision_id=number + 1)


def publish_documents(count: int) -> None:
    """So many documents, by the product's own way into the store."""
    for number in range(10_000_000, 10_000_000 + count):
        form = _form(sample(number, number + 2 * FEW), _districts())
        _put(
            dataclasses.replace(
                form,
                kind=Kind.DOCUMENT,
                payload={**form.payload, "issuer": {"code": "TU", "name": "Tỉnh ủy"}, "signer": "Nguyễn Văn An"},
                issuer_code="TU",
                number=f"{number - 9_999_999}-NQ/TU",
                number_folded=f"{number - 9_999_999}nqtu",
                document_type=DocumentType.values[0],
                issued_on=datetime.date(2026, 11, 3),
            ),
            revision_id=number + 1,
        )


def _put(form: PublishedForm, *, revision_id: int) -> PublishedItem:
    return put(form, revision_id=revision_id, due_at=timezone.now()).item


def _districts() -> list[int]:
    return list(Organization.objects.filter(level=Level.DISTRICT).order_by("pk").values_list("pk", flat=True))


def questions(token: str) -> dict[str, dict[str, Any]]:
    """The variables of what is asked for; the cursor of the deep page is found by walking there, as this member."""
    deep: dict[str, Any] = {"first": 20, "category": NEWS}
    for page in range(1, 50):
        listed = json.loads(answer(phone.query("home", deep, token=token)).content)["data"]["articles"]
        if not listed["pageInfo"]["hasNextPage"]:
            raise AssertionError(f"the category ends at page {page}")
        deep["after"] = listed["pageInfo"]["endCursor"]
    home = {"first": 20}
    listed = json.loads(answer(phone.query("home", home, token=token)).content)["data"]["articles"]
    # One that everybody may read: all members ask for it.
    public = PublishedItem.objects.filter(pk__in=[each["node"]["id"] for each in listed["edges"]])
    article = public.filter(audiences__key="public").order_by("-first_published_at")[0]
    few = {"first": 20, "category": OLD}
    return {"home": home, "article": {"id": str(article.pk)}, "deep": deep, "few": few}


def answer(request: Request) -> Any:
    """The answer to a request, in this process."""
    response = Client(headers={"host": "127.0.0.1", **request.headers}).get(request.path)
    if response.status_code != 200 or b'"errors"' in response.content:
        raise AssertionError(f"{request.path}: {response.status_code} {response.content[:500]!r}")
    return response


def statements(request: Request) -> int:
    """How many statements the answer to a request takes; the second time, as in a process that has run a while."""
    answer(request)
    seen = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        answer(request)
    return len(seen)


def item_id(number: int) -> uuid.UUID:
    """The id under which the article of this number is out."""
    return uuid.uuid5(SPACE, str(number))


def _form(each: Sample, districts: list[int]) -> PublishedForm:
    """The article in the form in which ``cms.payload`` would hand it over."""
    file = f"images/{each.slug}.max-1280x1280.webp"
    slug = each.below or each.category
    category = {"slug": slug, "name": BELOW_NEWS.get(slug) or CATEGORIES[slug]}
    image = None if each.cover is None else {"file": file, "width": 1280, "height": 720, "alt": f"Ảnh {each.cover}"}
    return PublishedForm(
        page_id=each.number + 1,
        kind=Kind.ARTICLE,
        locale="vi",
        translation_key=uuid.uuid5(SPACE, f"page {each.number}"),
        slug=each.slug,
        title=each.title,
        summary=each.summary,
        source_code=each.source,
        category_path=f"/{each.category}/{each.below}/" if each.below else f"/{each.category}/",
        audience=[f"member:{districts[each.district]}" if each.readers == "district" else each.readers],
        payload={
            "body": each.body,
            "category": category,
            "source": {"code": each.source, "name": SOURCES[each.source]},
            "attachments": [],
            "image": image,
            "author": each.author,
            "related": [],
        },
        files=()
        if image is None
        else (FileForm(storage_name=file, name=file.rsplit("/", 1)[-1], content_type="image/webp", size=90_000),),
    )


def _rows(each: Sample, count: int, districts: list[int]) -> tuple[Any, Any, Any, Any]:
    """The rows of one article: item, audience, file or None, change."""
    form, key, at = _form(each, districts), item_id(each.number), each.published_at
    payload, file = dict(form.payload), None
    if form.files:
        (brought,) = form.files
        file = PublishedFile(
            id=brought.id_for(key),
            item_id=key,
            storage_name=brought.storage_name,
            name=brought.name,
            content_type=brought.content_type,
            size=brought.size,
        )
        image = {name: value for name, value in payload["image"].items() if name != "file"}
        payload["image"] = {**image, "file_id": str(file.pk)}
    item = PublishedItem(
        id=key,
        page_id=form.page_id,
        kind=form.kind,
        version=1,
        revision_id=each.number + 1,
        locale=form.locale,
        translation_key=form.translation_key,
        slug=form.slug,
        title=form.title,
        summary=form.summary,
        source_code=form.source_code,
        category_path=form.category_path,
        first_published_at=at,
        published_at=at,
        payload=payload,
        card=card_of(payload),
    )
    (audience,) = form.audience
    # Answers kept in Redis by an earlier run must not be this one's: their keys have the moment of the last change.
    now = timezone.now()
    change = Change(
        seq=count - each.number, at=now, item=item, kind=form.kind, act=Act.UPSERT, version=1, audience_after=[audience]
    )
    return item, PublishedAudience(item=item, key=audience), file, change


def _hold_to_the_product(each: Sample, districts: list[int]) -> None:
    """Raise AssertionError where the rows made here are not those that the product would write."""
    item, audience, file, change = _rows(each, each.number + 1, districts)
    own = {"id", "item", "at", "first_published_at", "published_at", "payload", "card"}
    with transaction.atomic():
        written = _put(_form(each, districts), revision_id=item.revision_id)
        for theirs, ours in [
            (_values(written, own), _values(item, own)),
            (_shape(written.payload), _shape(item.payload)),
            (_shape(written.card), _shape(item.card)),
            (_values(written.audiences.get(), own), _values(audience, own)),
            (_values(written.files.get(), own), _values(file, own)),
            (_values(written.changes.get(), own), _values(change, own)),
        ]:
            if theirs != ours:
                raise AssertionError(f"the product writes {theirs}, here was made {ours}")
        transaction.set_rollback(True)


def _shape(value: Any) -> Any:
    """The keys of a payload, all the way down: its ids of files are those of another item."""
    if isinstance(value, dict):
        return {key: _shape(each) for key, each in value.items()}
    return [_shape(each) for each in value] if isinstance(value, list) else type(value)


def _values(row: models.Model, without: set[str]) -> dict[str, Any]:
    return {
        field.name: field.value_from_object(row) for field in row._meta.concrete_fields if field.name not in without
    }

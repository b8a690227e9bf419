"""What every test may ask for: a small province with its desks, and the four people of an approval."""

from __future__ import annotations

import datetime
import os
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection, transaction
from hypothesis import settings as hypothesis_settings

from audit import protection
from cms.models import Article, SourceIndexPage
from editorial import actions
from editorial.enums import Decision
from editorial.setup import BOARD, ensure_site, ensure_source, ensure_workflow
from organizations.enums import Level, PositionKind
from organizations.models import Member, Membership, Organization, Position

# A busy machine makes an example slow, not wrong.
hypothesis_settings.register_profile("house", deadline=None)
hypothesis_settings.load_profile("house")


def pytest_collection_modifyitems(items):
    """Tests with real transactions end in an empty database; the next of them gets the migrations' rows back.

    All of them must ask for that: where one does not, Django fills in content types of its own, and they collide.
    """
    for item in items:
        marker = item.get_closest_marker("django_db")
        real = marker is not None and marker.kwargs.get("transaction")
        if real or {"live_server", "transactional_db"} & set(getattr(item, "fixturenames", ())):
            item.fixturenames.append("django_db_serialized_rollback")


@pytest.fixture(scope="session", autouse=True)
def _flush_as_the_owner():
    """Tests with real transactions end in an empty database: only the owner can empty the audit, by taking its
    triggers off first."""
    operations = type(connection.ops)
    flush = operations.sql_flush

    def without_triggers(self, *args, **kwargs):
        statements = flush(self, *args, **kwargs)
        if not any(protection.TABLE in statement for statement in statements):
            return statements
        return [
            *protection.off_statements(self.connection),
            *statements,
            *protection.on_statements(self.connection),
        ]

    operations.sql_flush = without_triggers
    yield
    operations.sql_flush = flush


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """PostgreSQL counts the rows that are committed, and tests commit none: told by autovacuum that every table is empty, it
    takes plans that need minutes for a few hundred rows. A test with many rows says ANALYZE itself."""
    if connection.vendor != "postgresql":
        return
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"ALTER TABLE {connection.ops.quote_name(table)} SET (autovacuum_enabled = false)")
    connection.close()


@pytest.fixture
def environment(tmp_path):
    """The environment of a process that uses this test's database."""
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{facts['NAME']}"
    else:
        who = quote(facts["USER"]) + (f":{quote(facts['PASSWORD'])}" if facts["PASSWORD"] else "")
        url = f"postgres://{who}@{facts['HOST']}:{facts['PORT']}/{facts['NAME']}"
    return {**os.environ, "DATABASE_URL": url, "VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "cms.settings.test"}


@pytest.fixture(autouse=True)
def _nothing_kept():
    """No test hands over what another counted, or is told of a reading that another had."""
    from search import counting

    counting._gathered.counts = {}
    cache.clear()


def make_organization(code, name, level, parent=None):
    organization = Organization.objects.create(
        code=code, name=name, level=level, parent=parent, path="-", valid_from=datetime.date(2020, 1, 1)
    )
    organization.path = f"{parent.path if parent else '/'}{organization.pk}/"
    organization.save(update_fields=["path"])
    return organization


def make_user(username, *groups, **fields):
    user = get_user_model().objects.create_user(username=username, password="matkhau-2026", **fields)
    for group in groups:
        user.groups.add(Group.objects.get(name=group) if isinstance(group, str) else group)
    return user


def make_member(code, cell, user=None, positions=()):
    member = Member.objects.create(
        code=code, full_name=f"Nguyễn Văn {code}", name_folded=f"nguyen van {code.lower()}", cell=cell, user=user
    )
    Membership.objects.create(member=member, cell=cell, valid_from=datetime.date(2021, 1, 1))
    for organization, kind in positions:
        Position.objects.create(
            member=member, organization=organization, kind=kind, valid_from=datetime.date(2021, 1, 1)
        )
    return member


@pytest.fixture
def province(db):
    """TB > two districts > a commune each > two cells each; one source with its desk; the approving committee."""
    tb = make_organization("TB", "Tỉnh ủy Thái Bình", Level.PROVINCE)
    units = {"TB": tb}
    for d in ("01", "02"):
        district = units[f"TB{d}"] = make_organization(f"TB{d}", f"Huyện ủy {d}", Level.DISTRICT, tb)
        commune = units[f"TB{d}X"] = make_organization(f"TB{d}X", f"Đảng ủy xã {d}", Level.GRASSROOTS, district)
        for c in ("A", "B"):
            units[f"TB{d}X{c}"] = make_organization(f"TB{d}X{c}", f"Chi bộ {d}{c}", Level.CELL, commune)
    ensure_site()
    workflow = ensure_workflow("Ba bước", tb, required=2)
    source = ensure_source("tuyen-giao", "Ban Tuyên giáo", organization=tb, workflow=workflow)
    other_source = ensure_source("to-chuc", "Ban Tổ chức", organization=tb, workflow=workflow)
    secretaries = [
        (PositionKind.SECRETARY, "thuongtruc1"),
        (PositionKind.DEPUTY_SECRETARY, "thuongtruc2"),
        (PositionKind.DEPUTY_SECRETARY, "thuongtruc3"),
    ]
    people = {
        "contributor": make_user("ctv", source.contributors),
        "desk": make_user("bt", source.editors),
        "other_desk": make_user("bt2", other_source.editors),
        "board": make_user("btv1", BOARD),
        "board2": make_user("btv2", BOARD),
        "admin": make_user("admin", is_superuser=True, is_staff=True),
    }
    for kind, username in secretaries:
        people[username] = make_user(username, "Cấp ủy phê duyệt")
        make_member(username.upper(), units["TB01XA"], people[username], [(tb, kind)])
    return SimpleNamespace(
        **people,
        units=SimpleNamespace(**units),
        source=source,
        other_source=other_source,
        workflow=workflow,
        index=SourceIndexPage.objects.get(source=source, locale__language_code="vi"),
        other_index=SourceIndexPage.objects.get(source=other_source, locale__language_code="vi"),
    )


@pytest.fixture
def draft(province):
    """A function that makes a draft article of the source's contributor."""

    def make(title="Bài viết", index=None, user=None, **fields):
        fields.setdefault("slug", f"bai-{Article.objects.count() + 1}")
        page = Article(title=title, owner=user or province.contributor, live=False, **fields)
        (index or province.index).add_child(instance=page)
        page.save_revision(user=user or province.contributor)
        page.refresh_from_db()
        return page

    return make


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    """A context in which what was put off until after the commit is then done."""

    def context():
        return django_capture_on_commit_callbacks(execute=True)

    return context


@pytest.fixture
def approve(province, commit):
    """A function that takes a draft through its steps, as different people, as far as is asked."""

    def through(page, *, steps=4, submit=True):
        with commit():
            if submit:
                actions.submit(actor=province.contributor, page_id=page.pk)
            people = [province.desk, province.board, province.thuongtruc1, province.thuongtruc2]
            for person in people[:steps]:
                page.refresh_from_db()
                with transaction.atomic():
                    actions.decide(
                        actor=person,
                        page_id=page.pk,
                        revision_id=page.latest_revision_id,
                        decision=Decision.APPROVE,
                    )
        page.refresh_from_db()
        return page

    return through

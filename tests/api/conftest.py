"""What the API's tests share: a client of GraphQL, people who are signed in, and things that are out."""

from __future__ import annotations

import datetime
import itertools
import json
import uuid
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from accounts.models import Session
from accounts.tokens import access_token
from api import door, prepared, responses
from api.content import queries
from organizations.enums import PositionKind
from organizations.scope import scope_from
from publishing.actions import FileForm, PublishedForm, put
from publishing.models import PublishedItem
from publishing.numbers import folded_number
from tests.conftest import make_member, make_user

OPERATIONS = Path(__file__).resolve().parents[2] / "clients" / "operations"
NOWHERE = "00000000-0000-4000-8000-000000000000"


def forget():
    """Begin as a process that has answered nothing yet."""
    cache.clear()
    prepared._kept.cache_clear()
    responses.kept.clear()
    responses._keys_in_use = (None, frozenset())
    responses.signature_of.cache_clear()
    queries._paths_in_use.cache_clear()
    scope_from.cache_clear()
    door._reached.cache_clear()


@pytest.fixture(autouse=True)
def _fresh():
    """No test is held back by the failures of another, or helped by what another had checked."""
    forget()
    yield
    forget()


@pytest.fixture
def unlimited(settings):
    """For tests that ask more often in a minute than a person may."""
    settings.API_RATE_LIMITS = False


def operation(name):
    """One of the mobile client's own documents, unchanged."""
    return (OPERATIONS / f"{name}.graphql").read_text(encoding="utf-8")


def token_for(user):
    """An access token of a new session of this person."""
    session = Session.objects.create(
        user=user, device_name="Máy thử", platform="android", auth_hash=user.get_session_auth_hash()
    )
    return access_token(session)


class Api:
    """Sends GraphQL requests as a phone does."""

    def __init__(self):
        self.client = Client(raise_request_exception=False)

    def send(self, body, *, token=None, language=None, **headers):
        """Any body at all, to /graphql; the response as it is."""
        if token:
            headers["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        if language:
            headers["HTTP_ACCEPT_LANGUAGE"] = language
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.post("/graphql", data, content_type="application/json", **headers)

    def __call__(self, query, variables=None, *, user=None, token=None, name=None, status=200, **options):
        """The answer to a document, by its text or by the name of an operation; fails where the status is another."""
        text = query if "{" in query else operation(query)
        body = {"query": text, "variables": variables or {}, "operationName": name}
        response = self.send(body, token=token or (token_for(user) if user else None), **options)
        assert response.status_code == status, response.content.decode()
        return response.json()

    def data(self, *args, **kwargs):
        """The data of an answer that has no errors."""
        answer = self(*args, **kwargs)
        assert "errors" not in answer, answer
        return answer["data"]


@pytest.fixture
def api(db):
    return Api()


@pytest.fixture
def people(province):
    """The four visitors: nobody, an ordinary member, one of another district, and the secretary of the first's cell."""
    member = make_user("DV1")
    make_member("DV1", province.units.TB01XA, member)
    elsewhere = make_user("DV2")
    make_member("DV2", province.units.TB02XA, elsewhere)
    secretary = make_user("DV3")
    make_member("DV3", province.units.TB01XA, secretary, [(province.units.TB01XA, PositionKind.SECRETARY)])
    return SimpleNamespace(anonymous=None, member=member, elsewhere=elsewhere, secretary=secretary)


_revisions = itertools.count(1_000_000)


@pytest.fixture
def out(db):
    """A function that puts an item out, as the gate does, without its way through the desk."""

    def make(title="Tin", *, kind="article", audience=("public",), at=None, storage_name=None, body=(), **fields):
        number = next(_revisions)
        files = ()
        attachments = []
        if storage_name is not None:
            name = default_storage.save(storage_name, ContentFile(f"nội dung {title}".encode()))
            form = FileForm(
                storage_name=name,
                name=fields.pop("file_name", "Tệp một.pdf"),
                content_type=fields.pop("content_type", "application/pdf"),
                size=default_storage.size(name),
            )
            files = (form,)
            facts = {"name": form.name, "title": form.name, "size": form.size, "content_type": form.content_type}
            attachments = [{"file": name, **facts}]
        payload = {
            "body": list(body),
            "category": {"slug": "tin-tuc", "name": "Tin tức"},
            "source": {"code": fields.get("source_code", "tuyen-giao"), "name": "Ban Tuyên giáo"},
            "attachments": attachments,
            "related": fields.pop("related", []),
        }
        if kind == "article":
            payload |= {"image": fields.pop("image", None), "author": "Tác giả"}
        if kind == "bulletin":
            payload |= {"image": None, "month": "2026-11"}
        if kind == "document":
            fields.setdefault("number", f"{number}-NQ/TU")
            fields.setdefault("issued_on", datetime.date(2026, 11, 1))
            fields.setdefault("document_type", "resolution")
            fields.setdefault("issuer_code", "TB")
            fields["number_folded"] = folded_number(fields["number"])
            payload |= {"issuer": {"code": fields["issuer_code"], "name": "Tỉnh ủy Thái Bình"}, "signer": "Người ký"}
        form = PublishedForm(
            **{
                "page_id": number,
                "kind": kind,
                "locale": "vi",
                "translation_key": uuid.uuid4(),
                "slug": f"tin-{number}",
                "title": title,
                "summary": "Tóm tắt",
                "source_code": "tuyen-giao",
                "category_path": "/tin-tuc/trong-tinh/",
                "audience": list(audience),
                "payload": payload,
                "files": files,
            }
            | fields
        )
        item = put(form, revision_id=number, due_at=timezone.now()).item
        if at is not None:
            PublishedItem.objects.filter(pk=item.pk).update(first_published_at=at)
        return PublishedItem.objects.get(pk=item.pk)

    return make

"""What tells a file from another: read once, when its item goes out."""

import hashlib
import importlib

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from publishing import actions, files
from publishing.actions import FileForm
from publishing.models import PublishedFile

pytestmark = pytest.mark.django_db


def stored(content, name="a.pdf"):
    name = default_storage.save(name, ContentFile(content))
    return FileForm(storage_name=name, name="a.pdf", content_type="application/pdf", size=len(content))


def test_the_hash_is_that_of_the_bytes(out):
    form = stored(b"mot hai ba" * 100_000)
    item = out("public", files=(form,))
    assert item.files.get().sha256 == hashlib.sha256(b"mot hai ba" * 100_000).hexdigest()


def test_what_went_out_before_is_not_read_again(out, monkeypatch):
    read = []
    monkeypatch.setattr(actions, "sha256_of", lambda name: read.append(name) or files.sha256_of(name))
    one, two = stored(b"mot"), stored(b"hai")
    item = out("public", files=(one,))
    out("public", page_id=item.page_id, files=(one, two))
    assert read == [one.storage_name, two.storage_name]
    assert [file.sha256 for file in item.files.order_by("size", "storage_name")] == [
        hashlib.sha256(content).hexdigest()
        for _name, content in sorted([(one.storage_name, b"mot"), (two.storage_name, b"hai")])
    ]


def test_a_file_of_another_size_under_the_same_name_is_another_file(out):
    form = stored(b"mot")
    item = out("public", files=(form,))
    with default_storage.open(form.storage_name, "wb") as file:
        file.write(b"hai ba")
    again = FileForm(storage_name=form.storage_name, name="a.pdf", content_type="application/pdf", size=6)
    out("public", page_id=item.page_id, files=(again,))
    assert item.files.get().sha256 == hashlib.sha256(b"hai ba").hexdigest()


def test_a_missing_file_has_no_hash_and_gets_one_when_it_is_back(out):
    form = stored(b"mot")
    default_storage.delete(form.storage_name)
    item = out("public", files=(form,))
    assert item.files.get().sha256 == ""
    default_storage.save(form.storage_name, ContentFile(b"mot"))
    out("public", page_id=item.page_id, files=(form,))
    assert item.files.get().sha256 == hashlib.sha256(b"mot").hexdigest()


def test_the_migration_fills_what_went_out_before(out):
    there, gone = stored(b"mot"), stored(b"hai")
    out("public", files=(there, gone))
    PublishedFile.objects.update(sha256="")
    default_storage.delete(gone.storage_name)
    importlib.import_module("publishing.migrations.0004_sync").fill_hashes(apps, None)
    hashes = dict(PublishedFile.objects.values_list("storage_name", "sha256"))
    assert hashes == {there.storage_name: hashlib.sha256(b"mot").hexdigest(), gone.storage_name: ""}

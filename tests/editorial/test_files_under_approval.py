"""What goes out is exactly the bytes that were approved: a file of the library never changes, nor leaves a text."""

from __future__ import annotations

import datetime
import hashlib
import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from PIL import Image

from audit.models import AuditEntry
from audit.refusals import Refused
from cms.models import Attachment, ContentPageFile, Picture
from cms.payload import published_form
from editorial import actions as editorial
from editorial import gate, publisher, signal_handlers
from editorial.amendments import actions as amendments
from editorial.enums import Decision
from editorial.models import Approval, Release, Schedule
from publishing.models import PublishedFile, PublishedItem

pytestmark = pytest.mark.django_db

KINDS = ["picture", "document", "audio"]
STAGES = ["draft", "waiting", "scheduled", "release", "out"]
LATER = datetime.timedelta(hours=3)


def bytes_of(kind, colour):
    if kind != "picture":
        return f"{kind} {colour}".encode()
    data = io.BytesIO()
    Image.new("RGB", (40, 20), colour).save(data, "PNG")
    return data.getvalue()


NAMES = {"picture": "anh.png", "document": "van-ban.pdf", "audio": "ban-ghi.mp3"}


def model_of(kind):
    return Picture if kind == "picture" else Attachment


def form_address(file):
    return f"/admin/{'images' if isinstance(file, Picture) else 'documents'}/{file.pk}/".replace(
        "documents/", "documents/edit/"
    )


@pytest.fixture
def bring(province):
    """A function that makes a file of the contributor's own."""

    def make(kind, colour="red", title="Tệp đã duyệt"):
        data = bytes_of(kind, colour)
        wrap = ImageFile(io.BytesIO(data), NAMES[kind]) if kind == "picture" else ContentFile(data, NAMES[kind])
        return model_of(kind).objects.create(title=title, file=wrap, uploaded_by_user=province.contributor)

    return make


@pytest.fixture
def text_with(draft, province):
    """A function that makes a draft which brings a file, each kind in its own place."""

    def make(file, kind, title="Bài có tệp", **fields):
        page = draft(title, **fields)
        if kind == "picture":
            page.cover, page.cover_alt = file, "Cánh đồng"
        elif kind == "document":
            page.files = [ContentPageFile(file=file)]
        else:
            block = {"type": "audio", "value": {"file": file.pk, "title": ""}}
            page.body = page.body.stream_block.to_python([block])
        page.save_revision(user=province.contributor)
        page.refresh_from_db()
        return page

    return make


@pytest.fixture
def at(text_with, approve, compose, submit, vote):
    """A function that brings a text with this file as far as a stage."""

    def bring_to(stage, file, kind):
        later = timezone.now() + LATER
        page = text_with(file, kind, **({"go_live_at": later} if stage == "scheduled" else {}))
        if stage == "waiting":
            approve(page, steps=2)
        elif stage in ("scheduled", "out"):
            approve(page)
        elif stage == "release":
            approve(page, steps=2)
            vote(submit(compose(pages=[page], due_at=later)))
        return page

    return bring_to


@pytest.fixture
def come_out(monkeypatch, approve, province, commit):
    """A function that does what is left until the text would be out."""

    def through(stage, page):
        if stage == "draft":
            approve(page)
        if stage == "waiting":
            with commit():
                for person in (province.thuongtruc1, province.thuongtruc2):
                    editorial.decide(
                        actor=person,
                        page_id=page.pk,
                        revision_id=page.latest_revision_id,
                        decision=Decision.APPROVE,
                    )
        moment = timezone.now() + LATER + datetime.timedelta(minutes=1)
        monkeypatch.setattr(timezone, "now", lambda: moment)
        return publisher.publish_due()

    return through


def bytes_out(kind):
    """What readers get of the only file that is out."""
    file = PublishedFile.objects.get(item__in=PublishedItem.objects.out())
    data = default_storage.open(file.storage_name).read()
    assert hashlib.sha256(data).hexdigest() == file.sha256
    return Image.open(io.BytesIO(data)).convert("RGB").getpixel((20, 10)) if kind == "picture" else data


def is_red(seen):
    return seen[0] > 200 and seen[2] < 50 if isinstance(seen, tuple) else seen.endswith(b" red")


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_who_brought_a_file_does_not_replace_it(province, bring, at, come_out, signed_in, kind, stage):
    """By Wagtail's form, which would delete the old one; the text goes out with what was approved."""
    file = bring(kind)
    page = at(stage, file, kind)
    sent = {"title": "Bản khác", "tags": "", "file": SimpleUploadedFile(NAMES[kind], bytes_of(kind, "blue"))}
    browser = signed_in(province.contributor)
    answer = browser.post(form_address(file), sent, HTTP_REFERER=f"http://testserver{form_address(file)}")
    assert (answer.status_code, answer["Location"]) == (302, f"http://testserver{form_address(file)}")
    assert "Không thay được tệp của “Tệp đã duyệt”" in browser.get(form_address(file)).content.decode()
    entry = AuditEntry.objects.get(act="replace_file")
    assert (entry.outcome, entry.detail["code"]) == ("refused", "CONFLICT")
    before = (file.file.name, file.title)
    file.refresh_from_db()
    assert (file.file.name, file.title) == before
    assert default_storage.open(file.file.name).read() == bytes_of(kind, "red")
    come_out(stage, page)
    assert is_red(bytes_out(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_nor_does_a_programme(bring, kind):
    file = bring(kind)
    others = [ContentFile(bytes_of(kind, "blue"), NAMES[kind])]
    if kind != "picture":  # of which Django reads the measures as soon as it is named
        others.append(f"khac/{NAMES[kind]}")
    for other in others:
        changed = model_of(kind).objects.get(pk=file.pk)
        changed.file = other
        with pytest.raises(Refused) as refusal:
            changed.save()
        assert refusal.value.code == "CONFLICT"
    file.title = "Tên khác"
    file.save()
    assert model_of(kind).objects.values_list("title", "file").get() == ("Tên khác", file.file.name)


def swap(file, kind):
    """Other bytes in the place of these, by a way that no guard of the library sees."""
    name = default_storage.save(f"khac/{NAMES[kind]}", ContentFile(bytes_of(kind, "blue")))
    model_of(kind).objects.filter(pk=file.pk).update(file=name)


@pytest.mark.parametrize("stage", ["scheduled", "release"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_was_replaced_behind_the_library_is_kept_back_by_the_gate(bring, at, come_out, kind, stage):
    file = bring(kind)
    page = at(stage, file, kind)
    swap(file, kind)
    report = come_out(stage, page)
    assert (report.done, report.failed, PublishedItem.objects.count()) == (0, 1, 0)
    row = Release.objects.get() if stage == "release" else Schedule.objects.get()
    assert row.last_error == (
        "“Bài có tệp” có tệp không còn như khi duyệt: “Tệp đã duyệt”. Hãy chọn lại tệp trong bài rồi trình duyệt lại."
    )


@pytest.mark.parametrize("stage", ["scheduled", "release"])
@pytest.mark.parametrize("kind", KINDS)
def test_control_without_that_question_the_other_bytes_would_be_out(bring, at, come_out, monkeypatch, kind, stage):
    file = bring(kind)
    page = at(stage, file, kind)
    swap(file, kind)
    monkeypatch.setattr(gate, "lost_files", lambda named: [])
    assert come_out(stage, page).done == 1
    assert not is_red(bytes_out(kind))


def deleting(file):
    """Delete it, and give the refusal or what else stopped that."""
    with pytest.raises((Refused, ProtectedError)) as stopped, transaction.atomic():
        type(file).objects.filter(pk=file.pk).delete()
    return stopped.value


@pytest.mark.parametrize("stage", ["waiting", "scheduled", "release", "out"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_not_deleted_from_under_a_text(bring, at, come_out, kind, stage):
    file = bring(kind)
    page = at(stage, file, kind)
    stopped = deleting(file)
    if stage != "out" or kind == "audio":  # the foreign key of a row that is out says no first
        assert (stopped.code, stopped.act) == ("CONFLICT", "delete")
        assert stopped.message.startswith("Không xóa được “Tệp đã duyệt”: “Bài có tệp” đang dùng tệp này.")
    come_out(stage, page)
    assert is_red(bytes_out(kind))


@pytest.mark.django_db(transaction=True)
def test_the_library_says_why_and_the_audit_keeps_it(province, bring, at, signed_in):
    file = bring("audio")
    at("out", file, "audio")
    browser = signed_in(province.contributor)
    address = f"/admin/documents/delete/{file.pk}/"
    answer = browser.post(address, HTTP_REFERER=f"http://testserver{address}")
    assert answer.status_code == 302
    assert "Không xóa được “Tệp đã duyệt”" in browser.get(address).content.decode()
    assert AuditEntry.objects.get(act="delete").outcome == "refused"
    assert Attachment.objects.get().title == "Tệp đã duyệt"
    assert is_red(bytes_out("audio"))


@pytest.mark.parametrize("stage", ["scheduled", "out"])
def test_control_without_that_guard_a_recording_is_gone(bring, at, monkeypatch, stage):
    file = bring("audio")
    at(stage, file, "audio")
    monkeypatch.setattr(signal_handlers, "_out_with", lambda file: None)
    monkeypatch.setattr(signal_handlers, "_waiting_with", lambda file: None)
    file.delete()
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_what_nothing_brings_any_more_may_go(province, bring, text_with, approve, kind):
    """A draft does not hold a file, nor does what was withdrawn; what comes of either goes out without being asked."""
    unused, used = bring(kind), bring(kind)
    unused.delete()
    page = text_with(used, kind)
    approve(page)
    amendments.withdraw(actor=province.board, page_id=page.pk, reason="Sai số liệu")
    if kind == "audio":  # pictures and documents are kept by the foreign key of the page's row
        used.delete()
        assert not Attachment.objects.exists()


@pytest.mark.parametrize("kind", ["document", "audio"])
def test_a_file_that_has_left_the_library_is_missed_by_the_gate(bring, at, come_out, kind):
    """Deleted by other means, it would leave the text without a word."""
    file = bring(kind)
    page = at("scheduled", file, kind)
    ContentPageFile.objects.all().delete()
    Attachment.objects.filter(pk=file.pk)._raw_delete("default")
    assert come_out("scheduled", page).failed == 1
    assert "tệp không còn như khi duyệt" in Schedule.objects.get().last_error


@pytest.mark.parametrize("kind", ["document", "audio"])
def test_the_title_that_was_approved_goes_out(province, bring, at, come_out, kind):
    """Readers see it: a file that is renamed afterwards is renamed for the next text that is saved."""
    file = bring(kind)
    page = at("scheduled", file, kind)
    Attachment.objects.filter(pk=file.pk).update(title="Tên chưa ai duyệt")
    assert come_out("scheduled", page).done == 1
    item = PublishedItem.objects.get()
    shown = item.payload["attachments"] + [block["value"] for block in item.payload["body"]]
    assert [each["title"] for each in shown] == ["Tệp đã duyệt"]
    page = page.specific
    page.refresh_from_db()
    revision = page.save_revision(user=province.contributor)
    form = published_form(revision.as_object()).payload
    assert [each["title"] for each in form["attachments"] + [each["value"] for each in form["body"]]] == [
        "Tên chưa ai duyệt"
    ]


def test_autosave_over_an_approved_text_voids_it_where_only_a_file_was_renamed(province, bring, at):
    file = bring("document")
    page = at("waiting", file, "document")
    revision = page.get_latest_revision()
    assert Approval.objects.approving(revision).count() == 2
    Attachment.objects.filter(pk=file.pk).update(title="Tên khác")
    page.specific.save_revision(user=province.contributor, overwrite_revision=revision)
    assert Approval.objects.standing().count() == 0


def test_texts_saved_before_files_were_named_keep_their_approvals(bring, text_with, approve, come_out):
    """They go out as they would have: their files cannot change any more, and their titles are the library's."""
    page = text_with(bring("document"), "document")
    revision = page.get_latest_revision()
    del revision.content["named_files"]
    revision.save(update_fields=["content"])
    approve(page, steps=2)
    assert deleting(Attachment.objects.get()).code == "CONFLICT"
    come_out("waiting", page)
    [file] = PublishedItem.objects.get().payload["attachments"]
    assert file["title"] == "Tệp đã duyệt"
    assert is_red(bytes_out("document"))


def test_a_name_that_is_given_again_is_hashed_again(province, text_with, approve):
    """The same page, a file of the same name and size: its fingerprint is that of the new bytes."""

    def once(colour):
        return Attachment.objects.create(title="Ghi âm", file=ContentFile(bytes_of("audio", colour), "mot-lan.mp3"))

    first = once("red")
    page = text_with(first, "audio")
    approve(page)
    amendments.withdraw(actor=province.board, page_id=page.pk, reason="Sai số liệu")
    name = first.file.name
    first.delete()
    default_storage.delete(name)
    second = once("RED")
    assert (second.file.name, second.file.size) == (name, len(bytes_of("audio", "red")))
    page.refresh_from_db()
    page = page.specific
    block = {"type": "audio", "value": {"file": second.pk, "title": ""}}
    page.body = page.body.stream_block.to_python([block])
    page.save_revision(user=province.contributor)
    approve(page)
    assert bytes_out("audio") == b"audio RED"

"""What may be sent, how much, by whom it is taken, and that nothing is left lying about."""

import datetime
import io
import uuid

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from audit.enums import RefusalCode
from audit.models import AuditEntry
from audit.refusals import Refused
from tests.uploads.conftest import DOCX, PDF, XLSX, Phone, office, stored
from uploads import actions, enums
from uploads.models import Upload, UploadPiece

pytestmark = pytest.mark.django_db

JPG, PNG = b"\xff\xd8\xff\xe0" + b"0" * 20, b"\x89PNG\r\n\x1a\n" + b"0" * 20
MP3, M4A, OGG = b"ID3\x04" + b"0" * 20, b"\x00\x00\x00\x1cftypM4A 0000" + b"0" * 20, b"OggS" + b"0" * 20
GOOD = {
    "a.pdf": PDF,
    "A.PDF": PDF,
    "a.docx": DOCX,
    "a.xlsx": XLSX,
    "a.jpg": JPG,
    "a.jpeg": JPG,
    "a.png": PNG,
    "a.mp3": MP3,
    "b.mp3": b"\xff\xfb\x90\x00" + b"0" * 20,
    "a.m4a": M4A,
    "a.ogg": OGG,
}


def send(person, name, data, pieces=1):
    upload = actions.begin_upload(actor=person, name=name, size=len(data))
    step = -(-len(data) // pieces)
    for offset in range(0, len(data), step):
        piece = io.BytesIO(data[offset : offset + step])
        upload = actions.add_piece(actor=person, upload_id=upload.pk, offset=offset, piece=piece)
    return upload


@pytest.mark.parametrize("name", GOOD)
def test_each_kind_that_is_taken(person, name):
    upload = send(person, name, GOOD[name])
    assert (upload.is_whole, upload.content_type) == (True, enums.CONTENT_TYPES[name.rpartition(".")[2].lower()])


@pytest.mark.parametrize(
    "name, data",
    [
        ("a.pdf", b"<html><script>alert(1)</script></html>"),
        ("a.pdf", b"%PD"),
        ("a.jpg", PNG),
        ("a.png", JPG),
        ("a.mp3", b"MZ\x90\x00" + b"0" * 20),
        ("a.mp3", b"\xff\xff\xff\xff"[:1]),
        ("a.m4a", b"\x00\x00\x00\x1cftypqt  0000"),
        ("a.ogg", PDF),
        ("a.docx", XLSX),
        ("a.docx", b"PK\x03\x04" + b"0" * 100),
        ("a.docx", office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")),
        ("a.xlsx", office("xl/workbook.xml")),
    ],
)
def test_what_is_not_what_its_name_says_goes_at_once(person, name, data, commit):
    with commit(), pytest.raises(Refused) as caught:
        send(person, name, data, pieces=2 if len(data) > 1 else 1)
    assert (caught.value.code, caught.value.field, caught.value.act) == (RefusalCode.INVALID, "name", "upload_file")
    assert (Upload.objects.count(), UploadPiece.objects.count()) == (0, 0)


def test_negative_control_without_the_look_a_page_would_be_kept(person, monkeypatch):
    monkeypatch.setattr("uploads.actions.is_what_it_says", lambda file, extension: True)
    assert send(person, "a.pdf", b"<html><script>alert(1)</script></html>").is_whole


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.exe", "a.doc", "a.pdf.js", "a", "", "a.docm"])
def test_kinds_that_are_not_taken(person, name):
    with pytest.raises(Refused) as caught:
        actions.begin_upload(actor=person, name=name, size=10)
    assert (caught.value.code, caught.value.field) == (RefusalCode.INVALID, "name")


def test_a_name_is_no_path_and_in_one_line(person):
    upload = actions.begin_upload(actor=person, name="../../e\u0302 \n\x07 a\\b.pdf", size=1)
    assert upload.name == "..-..-ê a-b.pdf"


def test_how_many_may_wait(person, monkeypatch):
    monkeypatch.setattr(actions, "MOST_WAITING", 2)
    first = send(person, "a.pdf", PDF)
    actions.begin_upload(actor=person, name="b.pdf", size=1)
    with pytest.raises(Refused) as caught:
        actions.begin_upload(actor=person, name="c.pdf", size=1)
    assert (caught.value.code, Upload.objects.count()) == (RefusalCode.RATE_LIMITED, 2)
    actions.take_upload(actor=person, upload_id=first.pk)
    assert actions.begin_upload(actor=person, name="c.pdf", size=1).received == 0


def test_how_much_in_a_day(person, other, monkeypatch):
    monkeypatch.setattr(actions, "MOST_A_DAY", 100)
    actions.begin_upload(actor=person, name="a.pdf", size=60)
    with pytest.raises(Refused) as caught:
        actions.begin_upload(actor=person, name="b.pdf", size=41)
    assert (caught.value.code, Upload.objects.count()) == (RefusalCode.RATE_LIMITED, 1)
    actions.begin_upload(actor=other, name="b.pdf", size=41)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=1, minutes=1), tick=False):
        assert actions.begin_upload(actor=person, name="b.pdf", size=41).size == 41


def test_many_crumbs_are_no_file(person, monkeypatch):
    monkeypatch.setattr(actions, "MOST_PIECES", 3)
    with pytest.raises(Refused) as caught:
        send(person, "a.pdf", PDF, pieces=5)
    assert (caught.value.code, Upload.objects.get().received) == (RefusalCode.INVALID, -(-len(PDF) // 5) * 3)


def test_of_two_at_one_offset_one_counts_and_the_other_leaves_nothing(person):
    upload = actions.begin_upload(actor=person, name="a.pdf", size=len(PDF))
    before = Upload.objects.get(pk=upload.pk)
    actions.add_piece(actor=person, upload_id=upload.pk, offset=0, piece=io.BytesIO(PDF[:100]))
    for keep, data in ((actions._keep_piece, PDF[:50]), (actions._keep_whole, PDF)):
        with pytest.raises(Refused) as caught:
            keep(before, 0, len(data), io.BytesIO(data))
        assert caught.value.code == RefusalCode.CONFLICT
    assert (Upload.objects.get().received, len(stored(f"uploads/{upload.pk}"))) == (100, 1)
    assert AuditEntry.objects.filter(act="upload_file").count() == 0


def test_killed_while_it_was_put_together_the_last_piece_comes_again(person, monkeypatch):
    upload = actions.begin_upload(actor=person, name="a.pdf", size=len(PDF))
    actions.add_piece(actor=person, upload_id=upload.pk, offset=0, piece=io.BytesIO(PDF[:100]))
    with monkeypatch.context() as patch:
        patch.setattr(actions, "record", lambda *args, **kwargs: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            actions.add_piece(actor=person, upload_id=upload.pk, offset=100, piece=io.BytesIO(PDF[100:]))
    assert Upload.objects.get().received == 100
    done = actions.add_piece(actor=person, upload_id=upload.pk, offset=100, piece=io.BytesIO(PDF[100:]))
    assert default_storage.open(done.storage_name).read() == PDF


def test_a_whole_file_is_taken_once_by_its_owner(person, other):
    whole = send(person, "a.pdf", PDF)
    part = actions.begin_upload(actor=person, name="b.pdf", size=10)
    taken = actions.take_upload(actor=person, upload_id=whole.pk)
    assert (taken.storage_name, taken.taken_at is not None) == (whole.storage_name, True)
    second = send(other, "c.pdf", PDF)
    for upload_id in (whole.pk, part.pk, second.pk, uuid.uuid4()):
        with pytest.raises(Refused) as caught:
            actions.take_upload(actor=person, upload_id=upload_id)
        assert caught.value.code == RefusalCode.NOT_FOUND
    with pytest.raises(Refused):
        actions.cancel_upload(actor=person, upload_id=whole.pk)
    assert default_storage.exists(whole.storage_name)


def test_what_nobody_took_goes_with_its_time_and_what_was_taken_stays(person):
    taken, left = send(person, "a.pdf", PDF), send(person, "b.pdf", PDF)
    part = actions.begin_upload(actor=person, name="c.pdf", size=100)
    actions.add_piece(actor=person, upload_id=part.pk, offset=0, piece=io.BytesIO(b"%PDF"))
    default_storage.save(f"uploads/{part.pk}/left-by-a-kill", ContentFile(b"x"))
    actions.take_upload(actor=person, upload_id=taken.pk)
    assert actions.drop_expired() == 0
    with time_machine.travel(timezone.now() + enums.LIFE, tick=False):
        assert Phone(person).offset(f"/uploads/{part.pk}") == 404
        assert actions.drop_expired() == 3
        assert actions.drop_expired() == 0
    assert Upload.objects.count() == 0
    assert [stored(f"uploads/{each.pk}") for each in (left, part)] == [[], []]
    assert default_storage.open(taken.storage_name).read() == PDF

"""The files that a link opens carry the name of who opened them; what cannot carry it is not shown without."""

from __future__ import annotations

import io
import unicodedata

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from fpdf import FPDF
from PIL import Image, ImageChops
from pypdf import PdfReader, PdfWriter

from audit.models import AuditEntry
from editorial.phone_review import access, reading, stamping
from tests.editorial.test_phone_review import (  # noqa: F401 - fixtures
    START,
    _fresh_counts,
    address_of,
    committee,
    confirmed,
    link_of,
    token_of,
    waiting,
)

pytestmark = pytest.mark.django_db

NAMES = {"thuongtruc1": "Nguyễn Văn THUONGTRUC1", "thuongtruc2": "Nguyễn Văn THUONGTRUC2"}
HOUR = "09:00 24/11/2026"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(START, tick=False):
        yield


def pdf(*, pages=2, format="A4", rotated=0, password=None):
    paper = FPDF(format=format)
    paper.set_font("helvetica", size=20)
    for number in range(pages):
        paper.add_page()
        paper.text(30, 60, f"Secret {number + 1}")
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(bytes(paper.output()))))
    for page in writer.pages:
        page.rotate(rotated)
    if password:
        writer.encrypt(password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def picture(form, size=(400, 300), **options):
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, form, **options)
    return out.getvalue()


@pytest.fixture
def open_file(waiting, committee, confirmed, tmp_path, settings):  # noqa: F811
    """A function that opens a file of the waiting text by the link of a person."""
    settings.MEDIA_ROOT = tmp_path

    def visit(name, content, username="thuongtruc1"):
        kept = default_storage.save(f"documents/{name}", ContentFile(content))
        named = (link_of(username).pk, waiting.pk, waiting.latest_revision_id, kept)
        signed = access.signing.dumps(named, salt=reading.SALT)
        return confirmed(username).get(address_of(token_of(username), f"tep/{signed}/"))

    return visit


def content_of(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def words_on(page):
    return unicodedata.normalize("NFC", page.extract_text())


@pytest.mark.parametrize("rotated", [0, 90])
@pytest.mark.parametrize("format", ["A4", (900, 500)])
def test_every_page_of_a_pdf_says_who_opened_it_and_when(open_file, format, rotated):
    content = pdf(format=format, rotated=rotated)
    shown = {name: open_file("mat.pdf", content, name) for name in NAMES}
    for username, answer in shown.items():
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert answer["Cache-Control"] == "no-store"
        pages = PdfReader(io.BytesIO(answer.content)).pages
        assert len(pages) == 2
        for number, page in enumerate(pages, 1):
            words = words_on(page)
            assert f"Secret {number}" in words
            assert words.count(f"{NAMES[username]} · {HOUR}") >= 2
            assert not any(name in words for other, name in NAMES.items() if other != username)
    first, second = (answer.content for answer in shown.values())
    assert content != first != second != content


def test_the_name_stands_where_the_page_is_seen(open_file):
    """Also where the sheet does not begin at nought."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(pages=1))))
    writer.pages[0].mediabox.lower_left = (100, 100)
    writer.pages[0].cropbox = writer.pages[0].mediabox
    out = io.BytesIO()
    writer.write(out)
    page = PdfReader(io.BytesIO(open_file("mat.pdf", out.getvalue()).content)).pages[0]
    places = []
    page.extract_text(visitor_text=lambda text, cm, tm, *rest: places.append((text, cm, tm)))
    [(cm, tm)] = [(cm, tm) for text, cm, tm in places if HOUR in text and abs(tm[1]) < 0.01 and abs(cm[1]) < 0.01]
    assert cm[4] + tm[4] >= 100
    assert cm[5] + tm[5] >= 100


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_carries_it_too(open_file, form):
    content = picture(form)
    answers = [open_file(f"anh.{form.lower()}", content, name) for name in NAMES]
    shown = [Image.open(io.BytesIO(answer.content)) for answer in answers]
    plain = Image.open(io.BytesIO(content)).convert("RGB")
    assert [each.format for each in shown] == [form, form]
    assert [each.size for each in shown] == [(400, 300)] * 2
    assert answers[0].content != answers[1].content
    # In each quarter of the picture something of the name stands.
    for each in shown:
        changed = ImageChops.difference(each.convert("RGB"), plain).convert("L").point(lambda value: 255 * (value > 40))
        for box in ((0, 0, 200, 150), (200, 0, 400, 150), (0, 150, 200, 300), (200, 150, 400, 300)):
            assert changed.crop(box).getbbox() is not None, box


def moving():
    out = io.BytesIO()
    frames = [Image.new("RGB", (40, 40), color) for color in ("red", "blue")]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("khoa.pdf", pdf(password="x")),
        ("hong.pdf", b"%PDF-1.7 khong phai"),
        ("nhieu.pdf", pdf(pages=4)),
        ("anh.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ],
)
def test_what_cannot_carry_it_is_not_shown_and_the_way_is_said(open_file, name, content, monkeypatch):
    monkeypatch.setattr(stamping, "MOST_PAGES", 3)
    answer = open_file(name, content)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert f"Không in được tên người xem lên “{name}”" in html
    assert "Hãy mở tệp trong trang quản trị Sổ tay" in html
    refused = AuditEntry.objects.get(act="open_review_file", outcome="refused")
    assert (refused.actor, refused.detail["code"]) == ("thuongtruc1", "CONFLICT")


def test_a_file_that_is_too_large_is_not_even_read(open_file, monkeypatch):
    monkeypatch.setattr(stamping, "MOST_BYTES", 100)
    assert open_file("to.pdf", pdf()).status_code == 409


@pytest.mark.parametrize(("name", "content"), [("dong.gif", moving()), ("hong.png", b"\x89PNG khong phai")])
def test_in_the_place_of_such_a_picture_words_stand(open_file, name, content):
    """It stands within the page, which could not say it otherwise."""
    answer = open_file(name, content)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert content not in answer.content
    assert Image.open(io.BytesIO(answer.content)).size[0] == 640


def test_an_owner_s_lock_alone_does_not_keep_a_pdf_shut(open_file):
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(pages=1))))
    writer.encrypt("", owner_password="chu", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    assert NAMES["thuongtruc1"] in words_on(PdfReader(io.BytesIO(open_file("a.pdf", out.getvalue()).content)).pages[0])


@pytest.mark.parametrize("name", ["ghi-am.mp3", "van-ban.docx"])
def test_other_kinds_open_as_they_are_and_each_opening_is_recorded(open_file, name):
    answer = open_file(name, b"noi dung")
    assert (answer.status_code, content_of(answer)) == (200, b"noi dung")
    read = AuditEntry.objects.get(act="read_file")
    assert (read.actor, read.detail["file"], read.detail["channel"]) == ("thuongtruc1", name, "phone")
    page = answer.client.get(address_of(token_of())).content.decode()
    assert f"những tệp ấy mở riêng cho {NAMES['thuongtruc1']}, từ {HOUR}" in page

"""A release on paper: its contents are true, its Vietnamese is whole, and nothing that is broken stops it."""

from __future__ import annotations

import datetime
import io
import re
import unicodedata

import pytest
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from audit.models import AuditEntry
from cms.blocks import BodyBlock
from cms.models import Attachment, Bulletin, ContentPageFile, Document, Picture, SourceIndexPage
from cms.payload import PICTURE_SPEC
from editorial.enums import ReleaseState
from editorial.models import Release, ReleaseItem
from editorial.releases.printing.blocks import PRINTERS, print_body
from editorial.releases.printing.booklet import file_name, print_release
from editorial.releases.printing.contents import Contents
from editorial.releases.printing.paper import FAMILY, STYLES, Paper
from editorial.releases.printing.rich_text import BULLET, Run, paragraphs
from tests.conftest import make_member, make_user

pytestmark = pytest.mark.django_db

WORDS = "Chi bộ họp thường kỳ, bàn việc làm thủy lợi và chăm lo gia đình chính sách. "
# Every letter that Vietnamese has.
LETTERS = unicodedata.normalize(
    "NFC",
    "".join(base + tone for base in "aăâeêioôơuưy" for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"))
    + "đ",
)
LETTERS += LETTERS.upper()


@pytest.fixture
def compose(province):
    """A function that makes a release of these pages."""

    def make(*pages, title="Bản tin tháng 11", **fields):
        fields = {"state": ReleaseState.OUT, "out_at": timezone.now(), **fields}
        release = Release.objects.create(
            title=title, organization=province.units.TB, required=2, created_by=province.board, **fields
        )
        for position, page in enumerate(pages):
            ReleaseItem.objects.create(
                release=release, page=page.contentpage_ptr, position=position, is_open=release.is_open
            )
        return release

    return make


@pytest.fixture
def written(draft):
    """A function that makes a draft with these blocks, as pairs of kind and raw value."""

    def make(title, *blocks, **fields):
        raw = [{"type": kind, "value": value} for kind, value in blocks]
        return draft(title, body=BodyBlock().to_python(raw), **fields)

    return make


@pytest.fixture
def picture():
    data = io.BytesIO()
    Image.new("RGB", (1600, 900), "red").save(data, "JPEG")
    return Picture.objects.create(title="Ảnh", file=ImageFile(io.BytesIO(data.getvalue()), name="anh.jpg"))


@pytest.fixture
def bulletin(province):
    """A function that makes the bulletin of November."""

    def make(title="Bản tin nội bộ số 11", **fields):
        page = Bulletin(
            title=title, slug="ban-tin-11", month=datetime.date(2026, 11, 1), owner=province.board, live=False, **fields
        )
        province.index.add_child(instance=page)
        page.save_revision(user=province.board)
        return page

    return make


def reader_of(pdf):
    return PdfReader(io.BytesIO(pdf))


def text_of(page):
    return " ".join(page.extract_text().split())


def texts_of_pages(pdf):
    return [text_of(page) for page in reader_of(pdf).pages]


def pictures_in(pdf):
    return [page.get_contents().get_data().count(b" Do") for page in reader_of(pdf).pages]


def where_items_begin(pdf):
    """By the type, not by any list of the document: the pages on which a title stands in the size of titles."""
    found = []
    for number, page in enumerate(reader_of(pdf).pages, start=1):
        if number == 1 or text_of(page).find("Mục lục") >= 0:
            continue
        large = []
        page.extract_text(visitor_text=lambda text, cm, tm, font, size, into=large: into.append((text, size)))
        words = " ".join("".join(text for text, size in large if size == 24).split())
        found += [(int(each), number) for each in re.findall(r"Bài số (\d+)\.", words)]
    return found


def what_the_contents_say(pdf):
    """The number of each item, and the page that is printed beside it: all before the first of the texts."""
    said = " ".join(texts_of_pages(pdf)[1 : where_items_begin(pdf)[0][1] - 1])
    return [(int(item), int(page)) for item, page in re.findall(r"Bài số (\d+)\.[^\d]*(\d+)", said)]


# --- the contents


def test_the_contents_say_where_each_text_begins(compose, written, bulletin):
    pages = [written(f"Bài số {n}. Tên bài", ("text", f"<p>{WORDS * (9 * (n % 5) + 2)}</p>")) for n in range(1, 9)]
    pdf = print_release(compose(bulletin(), *pages))
    begins = where_items_begin(pdf)
    assert [item for item, _ in begins] == list(range(1, 9))
    assert what_the_contents_say(pdf) == begins
    assert begins[0] == (1, 3)  # cover, contents, text
    # Short news share a page, long ones do not.
    assert len({page for _, page in begins}) < 8
    # The bookmarks and the links of the contents lead there too.
    reader = reader_of(pdf)
    assert [(each.title, reader.get_destination_page_number(each) + 1) for each in reader.outline] == [
        (f"Bài số {item}. Tên bài", page) for item, page in begins
    ]


def test_contents_of_several_pages_are_right_too(compose, written, monkeypatch):
    title = "Bài số {}. Hội nghị quán triệt và triển khai thực hiện nghị quyết của Tỉnh ủy tới các chi bộ"
    release = compose(*[written(title.format(n), ("text", f"<p>{WORDS * 6}</p>")) for n in range(1, 61)])
    pdf = print_release(release)
    begins = where_items_begin(pdf)
    assert [item for item, _ in begins] == list(range(1, 61))
    assert begins[0][1] > 4  # the contents take more than two pages, and all numbers know it
    assert what_the_contents_say(pdf) == begins
    total = len(reader_of(pdf).pages)
    for number, text in enumerate(texts_of_pages(pdf), start=1):
        assert (f"Trang {number}/{total}" in text) == (number > 1)
    # Control: contents that forget their own length are found out.
    draw = Contents.draw

    def forgetful(self, paper, sections):
        for section in sections:
            section.page_number -= len(self.pages) - 1
        draw(self, paper, sections)

    monkeypatch.setattr(Contents, "draw", forgetful)
    assert what_the_contents_say(print_release(release)) != begins


# --- the cover, heads and feet


def test_the_cover_is_the_bulletins(compose, written, bulletin, picture):
    cover = bulletin(cover=picture, cover_alt="Cánh đồng", summary="Trong số này có ba bài.")
    pdf = print_release(compose(written("Bài một"), cover, title="Đợt tháng mười một"))
    first, contents, *inside = texts_of_pages(pdf)
    assert "BAN TUYÊN GIÁO Bản tin nội bộ số 11 Tháng 11 năm 2026" in first
    assert "Trong số này có ba bài." in first
    assert pictures_in(pdf)[0] == 1
    assert ("Trang" in first, "Bản tin nội bộ" in contents, len(inside)) == (False, False, 1)
    assert inside[0].startswith("Đợt tháng mười một") and inside[0].endswith("Trang 3/3")


def test_a_bulletin_with_a_body_is_a_text_as_well(compose, bulletin):
    page = bulletin()
    page.body = BodyBlock().to_python([{"type": "text", "value": "<p>Lời đầu số</p>"}])
    page.save_revision()
    first, contents, inside = texts_of_pages(print_release(compose(page)))
    assert ("Lời đầu số" in first, "Bản tin nội bộ số 11 3" in contents, "Lời đầu số" in inside) == (False, True, True)


def test_a_release_without_a_bulletin_has_its_title_and_day(compose, written):
    out_at = datetime.datetime(2026, 11, 25, 20, 0, tzinfo=datetime.UTC)  # the 26th in Vietnam
    first, *_ = texts_of_pages(print_release(compose(written("Bài"), title="Đợt hai", out_at=out_at)))
    assert first == "Đợt hai Ngày 26/11/2026"


def test_a_release_of_nothing_is_a_cover(compose, bulletin):
    assert len(texts_of_pages(print_release(compose()))) == 1
    assert len(texts_of_pages(print_release(compose(bulletin())))) == 1


def test_the_document_says_what_it_is(compose, written):
    reader = reader_of(print_release(compose(written("Bài"), title="Đợt phát hành tháng Mười một")))
    assert reader.metadata.title == "Đợt phát hành tháng Mười một"
    assert reader.trailer["/Root"]["/Lang"] == "vi"
    for page in reader.pages:
        assert [round(float(side)) for side in page.mediabox] == [0, 0, 595, 842]


@pytest.mark.parametrize(
    ("state", "mark"),
    [
        (ReleaseState.DRAFT, "BẢN IN THỬ, CHƯA PHÁT HÀNH"),
        (ReleaseState.WAITING, "BẢN IN THỬ, CHƯA PHÁT HÀNH"),
        (ReleaseState.SCHEDULED, "BẢN IN THỬ, CHƯA PHÁT HÀNH"),
        (ReleaseState.OUT, ""),
        (ReleaseState.RECALLED, "ĐÃ THU HỒI"),
        (ReleaseState.ROLLED_BACK, "ĐÃ QUAY LẠI BẢN TRƯỚC"),
        (ReleaseState.DISCARDED, "ĐÃ BỎ"),
    ],
)
def test_what_readers_do_not_have_says_so_on_every_page(state, mark, compose, written):
    pages = texts_of_pages(print_release(compose(written("Bài"), state=state)))
    every = ("BẢN IN THỬ", "ĐÃ THU HỒI", "ĐÃ QUAY LẠI", "ĐÃ BỎ")
    assert [any(each in page for each in every) for page in pages] == [bool(mark)] * 3
    assert all(mark in page for page in pages)


# --- the texts


def test_vietnamese_comes_out_as_it_was_written(compose, written):
    decomposed = unicodedata.normalize("NFD", "Đường về ngã bảy Ấp Thượng, kỵ sĩ giữ nước ")
    page = written("Bài", ("text", f"<p>{LETTERS}</p><p><b>{LETTERS}</b></p><p><i>{LETTERS}</i> {decomposed}</p>"))
    pdf = print_release(compose(page))
    text = "".join(texts_of_pages(pdf)).replace(" ", "")
    assert text.count(LETTERS) == 3
    assert unicodedata.normalize("NFC", decomposed).replace(" ", "") in text
    assert unicodedata.is_normalized("NFC", text)


def test_every_style_has_every_letter():
    paper = Paper("Thử")
    for style in STYLES:
        letters = paper.fonts[FAMILY.lower() + style].cmap
        assert [char for char in LETTERS + "“”‘’–—…•·₫§°²³½→" if ord(char) not in letters] == []


def test_every_block_is_printed(compose, written, picture):
    assert set(BodyBlock().child_blocks) == set(PRINTERS)
    file = Attachment.objects.create(title="Biểu mẫu", file=ContentFile(b"x" * 2048, name="bieu-mau.docx"))
    sound = Attachment.objects.create(title="Bài phát thanh", file=ContentFile(b"mp3", name="loa.mp3"))
    shown = {"image": picture.pk, "alt": "Lúa", "caption": "Vụ mùa bội thu"}
    other = written("Bài khác")
    page = written(
        "Đủ mọi khối",
        (
            "text",
            '<p>Đoạn <b>đậm</b>, xem <a href="https://thaibinh.example/kh">kế hoạch</a>.</p><ol><li>Một</li></ol>',
        ),
        ("heading", {"text": "Đề mục lớn", "level": "2"}),
        ("heading", {"text": "Đề mục nhỏ", "level": "3"}),
        ("quote", {"text": "Dân là gốc", "attribution": "Hồ Chí Minh"}),
        ("list", ["việc thứ nhất", "việc thứ hai"]),
        ("image", shown),
        ("gallery", [{**shown, "caption": "Ảnh một"}, {**shown, "caption": "Ảnh hai"}]),
        ("video", {"url": "https://video.example/1", "caption": "Lễ kết nạp"}),
        ("audio", {"file": sound.pk, "title": ""}),
        ("file", {"file": file.pk, "title": "Mẫu số 2"}),
        ("table", table(["Xã", "Số"], [["Vũ Lạc", "12"]])),
        ("related", [other.pk]),
        summary="Tóm tắt ở đầu",
        author="Ngọc Ánh",
        cover=picture,
        cover_alt="Ảnh đầu bài",
    )
    page.files = [ContentPageFile(file=file)]
    page.save_revision()
    pdf = print_release(compose(page))
    text = " ".join(texts_of_pages(pdf)[2:])
    for words in (
        "Bài viết · Ban Tuyên giáo Đủ mọi khối Tóm tắt ở đầu",
        "Đoạn đậm, xem kế hoạch (https://thaibinh.example/kh).",
        "1. Một",
        "Đề mục lớn Đề mục nhỏ Dân là gốc Hồ Chí Minh",
        f"{BULLET} việc thứ nhất {BULLET} việc thứ hai",
        "Vụ mùa bội thu",
        "Ảnh một",
        "Ảnh hai",
        "Video: Lễ kết nạp (https://video.example/1)",
        "Âm thanh, nghe trên ứng dụng: Bài phát thanh (loa.mp3, 3 byte",
        "Tệp, mở trên ứng dụng: Mẫu số 2 (bieu-mau.docx, 2,0 KB)",
        "Xã Số Vũ Lạc 12",
        f"Tệp đính kèm {BULLET} Biểu mẫu (bieu-mau.docx, 2,0 KB)",
        "Ngọc Ánh",
    ):
        assert words.replace("\u00a0", " ") in text.replace("\u00a0", " "), words
    assert "Bài khác" not in text
    assert sum(pictures_in(pdf)) == 4


def table(columns, rows):
    return {
        "columns": [{"type": "text", "heading": each} for each in columns],
        "rows": [{"values": row} for row in rows],
        "caption": "",
    }


def test_a_long_table_repeats_its_headings(compose, written):
    page = written(
        "Bảng dài", ("table", table(["Chi bộ", "Đảng viên"], [[f"Chi bộ {n}", f"{n + 1000}"] for n in range(90)]))
    )
    pages = texts_of_pages(print_release(compose(page)))[2:]
    assert len(pages) > 2
    assert all("Chi bộ Đảng viên" in each for each in pages)
    rows = re.findall(r"Chi bộ (\d+) (\d+)", " ".join(pages))
    assert rows == [(str(n), str(n + 1000)) for n in range(90)]


@pytest.mark.parametrize(
    ("columns", "row"),
    [
        ([f"Tháng {n}" for n in range(1, 13)], [f"{n}.000.000" for n in range(1, 13)]),
        (["Việc", "Nội dung"], ["Một", WORDS * 60]),
        (["", ""], ["Một", WORDS * 60]),
    ],
)
def test_a_table_that_no_column_holds_is_told_row_by_row(columns, row, compose, written):
    text = " ".join(texts_of_pages(print_release(compose(written("Bảng", ("table", table(columns, [row])))))))
    for heading, cell in zip(columns, row, strict=True):
        assert (f"{heading}: " if heading else "") + cell[:40].strip() in text


def test_empty_tables_and_empty_texts_print_nothing(compose, written):
    page = written(
        "Trống", ("table", table([], [])), ("table", table(["", ""], [["", ""]])), ("text", ""), ("text", "<p> <b> </b></p>"),
        ("list", []), ("quote", {"text": "", "attribution": ""}),
    )  # fmt: skip
    *_, inside = texts_of_pages(print_release(compose(page)))
    assert inside.endswith("Ban Tuyên giáo Trống Trang 3/3")


def test_an_english_text_keeps_its_language_and_the_booklet_its_own(compose, written, province):
    english = SourceIndexPage.objects.get(source=province.source, locale__language_code="en")
    page = written("Together", ("text", f"<p>{'We work together. ' * 300}</p>"), index=english)
    page.files = [ContentPageFile(file=Attachment.objects.create(title="Form", file=ContentFile(b"x", name="f.pdf")))]
    page.save_revision()
    with override("en"):  # of the person who prints
        _first, contents, *inside = texts_of_pages(print_release(compose(page)))
    assert "Mục lục" in contents
    assert "Article ·" in inside[0]
    assert f"Attached file {BULLET} Form (f.pdf, " in inside[-1]
    assert [each.endswith(f"Trang {n}/{len(inside) + 2}") for n, each in enumerate(inside, start=3)] == [True] * len(
        inside
    )


def test_a_document_says_its_number_and_its_signer(compose, province):
    page = Document(
        title="Nghị quyết", slug="nq", number="52-NQ/TW", document_type="resolution", central_issuer="TW", live=False,
        issued_on=datetime.date(2026, 11, 3), signer="Trần Văn Một", owner=province.contributor,
    )  # fmt: skip
    province.index.add_child(instance=page)
    page.save_revision()
    *_, inside = texts_of_pages(print_release(compose(page)))
    assert "Nghị quyết 52-NQ/TW, " in inside
    assert "ngày 03/11/2026. Người ký: Trần Văn Một" in inside


def test_corrections_stand_before_the_text(compose, written):
    page = written("Bài", ("text", "<p>Lời của bài</p>"))
    page.corrections = [{"at": "2026-11-04T20:00:00+00:00", "note": "Sửa ngày họp thành 10/11."}]
    page.save_revision()
    *_, inside = texts_of_pages(print_release(compose(page)))
    assert "Đính chính ngày 05/11/2026: Sửa ngày họp thành 10/11. Lời của bài" in inside


def test_what_is_for_some_only_says_so(compose, written, province):
    page = written("Kín", clearance="committee")
    page.addressed_to = [province.units.TB01]
    page.save_revision()
    first, _, inside = texts_of_pages(print_release(compose(page)))
    assert "Chỉ dành cho cấp ủy của: Huyện ủy 01" in inside
    assert "Không phát rộng bản in này." in first
    for fields, said in (({"clearance": "committee"}, "Chỉ dành cho cấp ủy"), ({}, "")):
        first, _, inside = texts_of_pages(print_release(compose(written("Bài", **fields))))
        assert (said in inside, "Chỉ dành cho" in inside, "Không phát rộng" in first) == (True, bool(said), bool(said))


def test_what_is_under_embargo_says_until_when(compose, written):
    until = timezone.now().replace(year=2099, month=11, day=3, hour=13, minute=0)
    first, _, inside = texts_of_pages(print_release(compose(written("Sớm", embargo_until=until))))
    assert "Chỉ dành cho cấp ủy, đến 20:00 03/11/2099" in inside
    assert "Không phát rộng bản in này." in first


# --- what is broken


def test_a_text_that_cannot_be_made_is_its_title_and_a_sentence(compose, written, picture):
    broken = written("Bài mất ảnh", ("image", {"image": picture.pk, "alt": "Lúa", "caption": "Chú thích"}))
    default_storage.delete(picture.file.name)
    *_, inside = texts_of_pages(print_release(compose(broken, written("Bài còn", ("text", "<p>Vẫn in</p>")))))
    assert "Bài mất ảnh Không in được nội dung bài này" in inside
    assert "Chú thích" not in inside
    assert "Bài còn Vẫn in" in inside


def test_a_bulletin_that_cannot_be_made_still_has_a_cover(compose, bulletin, picture):
    page = bulletin(cover=picture, cover_alt="Bìa")
    default_storage.delete(picture.file.name)
    first, _, inside = texts_of_pages(print_release(compose(page)))
    assert "Bản tin nội bộ số 11 Tháng 11 năm 2026" in first
    assert "Không in được nội dung bài này" in inside


def test_a_broken_picture_is_left_out_with_its_caption(compose, written, picture):
    page = written(
        "Bài", ("image", {"image": picture.pk, "alt": "Lúa", "caption": "Chú thích"}), ("text", "<p>Phần còn lại</p>")
    )
    name = picture.get_rendition(PICTURE_SPEC).file.name
    default_storage.delete(name)
    assert default_storage.save(name, ContentFile(b"RIFF....WEBP hong")) == name
    pdf = print_release(compose(page))
    *_, inside = texts_of_pages(pdf)
    assert ("Chú thích" in inside, "Phần còn lại" in inside, pictures_in(pdf)) == (False, True, [0, 0, 0])


def test_pictures_are_scaled_to_the_column_and_see_through_ones_are_white(compose, written):
    data = io.BytesIO()
    Image.new("RGBA", (300, 3000), (0, 0, 0, 0)).save(data, "PNG")
    high = Picture.objects.create(title="Cao", file=ImageFile(io.BytesIO(data.getvalue()), name="cao.png"))
    pdf = print_release(compose(written("Bài", ("image", {"image": high.pk, "alt": "Cao", "caption": "Tháp"}))))
    *_, page = reader_of(pdf).pages
    [image] = page.images
    assert image.image.convert("RGB").getpixel((5, 5)) == (255, 255, 255)
    assert "Tháp" in text_of(page)


TEXT = st.text(max_size=60)
VALUES = {
    "text": TEXT.map(lambda text: f"<p>{text}</p><ul><li><b>{text}</b>"),
    "heading": st.fixed_dictionaries({"text": TEXT, "level": st.sampled_from([2, 3])}),
    "quote": st.fixed_dictionaries({"text": TEXT, "attribution": TEXT}),
    "list": st.lists(TEXT, max_size=4),
    "video": st.fixed_dictionaries({"url": TEXT, "caption": TEXT}),
    "file": st.fixed_dictionaries({"name": TEXT, "title": TEXT, "size": st.integers(0, 10**9)}),
    "table": st.integers(0, 5).flatmap(
        lambda width: st.fixed_dictionaries(
            {
                "columns": st.lists(TEXT, min_size=width, max_size=width),
                "rows": st.lists(st.lists(TEXT, min_size=width, max_size=width), max_size=4),
            }
        )
    ),
}
BLOCKS = st.one_of([st.fixed_dictionaries({"type": st.just(kind), "value": value}) for kind, value in VALUES.items()])


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(st.lists(BLOCKS, max_size=6), st.text(max_size=40))
def test_whatever_is_written_can_be_printed(body, title):
    paper = Paper(title)
    paper.add_page()
    print_body(paper, body)
    assert bytes(paper.output()).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>Một</p><p></p><p>Hai<br>ba</p>", [("", 0, "Một"), ("", 0, "Hai\nba")]),
        ("<ul><li>a</li><li>b</li></ul>", [(BULLET, 1, "a"), (BULLET, 1, "b")]),
        ("<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>", [("1.", 1, "a"), (BULLET, 2, "b"), ("2.", 1, "c")]),
        ('<p><a href="mailto:a@b.example">viết thư</a></p>', [("", 0, "viết thư (a@b.example)")]),
        ('<p><a href="https://b.example/">www.b.example</a></p>', [("", 0, "www.b.example")]),
        ('<p><a href="sotay:content/3">bài trước</a></p>', [("", 0, "bài trước")]),
        ("<p>A &amp; B &lt;3</p>", [("", 0, "A & B <3")]),
        ("Không thẻ", [("", 0, "Không thẻ")]),
    ],
)
def test_rich_text_becomes_paragraphs(html, expected):
    assert [(each.mark, each.depth, each.text) for each in paragraphs(html)] == expected


def test_styles_are_kept_where_they_begin_and_end():
    [paragraph] = paragraphs("<p>a <b>b <i>c</i></b> d</p>")
    assert paragraph.runs == [Run("a "), Run("b ", True), Run("c", True, True), Run(" d")]


def test_what_the_type_lacks_is_dropped_or_marked():
    paper = Paper("Thử")
    assert paper.clean("Chúc mừng 🎉\u200b ①②\t党\ue000\x00!") == "Chúc mừng  12 ?!"


# --- who gets it


def test_the_board_gets_a_pdf_that_nobody_keeps(compose, written, province, open_screen):
    release = compose(written("Bài"), title="Bản tin Đảng bộ số 11")
    answer = open_screen(province.board, "editorial_release_print", release.pk)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'inline; filename="ban-tin-dang-bo-so-11.pdf"'
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    assert answer.content.startswith(b"%PDF-")
    [entry] = AuditEntry.objects.filter(act="print_release")
    assert (entry.actor_id, entry.target_id) == (province.board.pk, str(release.pk))


def test_nobody_else_gets_it(compose, written, province, open_screen, client):
    release = compose(written("Bài"))
    member = make_user("dangvien")
    make_member("DV9", province.units.TB01XA, member)
    for person in (province.contributor, province.desk, province.other_desk, province.thuongtruc1, member):
        answer = open_screen(person, "editorial_release_print", release.pk)
        assert (answer.status_code == 200, answer.get("Content-Type") == "application/pdf") == (False, False)
    assert client.get(reverse("editorial_release_print", args=[release.pk])).status_code == 302
    assert open_screen(province.board, "editorial_release_print", release.pk + 1).status_code == 404
    assert not AuditEntry.objects.filter(act="print_release").exists()


@pytest.mark.parametrize("state", [ReleaseState.DRAFT, ReleaseState.OUT, ReleaseState.RECALLED])
def test_its_screens_offer_it(state, compose, written, province, open_screen):
    release = compose(written("Bài"), state=state)
    address = reverse("editorial_release_print", args=[release.pk])
    for name in ("editorial_release", "editorial_release_preview"):
        html = open_screen(province.board, name, release.pk).content.decode()
        assert f'href="{address}"' in html and "Bản in A4 (PDF)" in html
    empty = compose(title="Trống", state=ReleaseState.DRAFT)
    html = open_screen(province.board, "editorial_release", empty.pk).content.decode()
    assert "Bản in A4" not in html


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Bản tin tháng 11/2026", "ban-tin-thang-11-2026.pdf"),
        ("Đợt Đại hội", "ban-tin-dot-dai-hoi.pdf"),
        ("Bản tin", "ban-tin-7.pdf"),
        ("党", "ban-tin-7.pdf"),
    ],
)
def test_the_file_is_named_after_the_release(title, expected):
    assert file_name(Release(pk=7, title=title)) == expected

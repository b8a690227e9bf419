"""Short forms and what they stand for: which of the two was meant, and which stands first."""

import pytest

from organizations.scope import EVERYONE
from publishing.effects import drain
from search.backends import Wanted
from search.finding import search, suggestions
from search.reading import read
from search.text import normal, short_terms, words

pytestmark = pytest.mark.django_db
WANTED = Wanted(EVERYONE, "vi")


def titles(query):
    return [hit.item.title for hit in search(query, WANTED, first=9).hits]


@pytest.fixture
def library(out):
    """The newest first: what only looks like a short form, what has one, and what has the words."""
    out("public", title="Đảng ủy xã họp phiên tháng ba")
    out("public", title="Tỉnh ủy gặp mặt trí thức")
    out("public", title="Góp ý đề án việc làm")
    out("public", title="Lịch tiếp dân của ĐU và TU")
    out("public", title="ĐA xe buýt chạy thử")
    for title in ("Du lịch làng quê", "Dự hội nghị", "Đủ nước cho lúa", "Từ đồng chua thành vựa lúa", "Đã gặt xong"):
        out("public", title=title)
    drain("search")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("dang uy", ["Đảng ủy xã họp phiên tháng ba", "Lịch tiếp dân của ĐU và TU"]),
        ("đảng uỷ", ["Đảng ủy xã họp phiên tháng ba", "Lịch tiếp dân của ĐU và TU"]),
        ("tinh uy", ["Tỉnh ủy gặp mặt trí thức", "Lịch tiếp dân của ĐU và TU"]),
        ("de an", ["Góp ý đề án việc làm", "ĐA xe buýt chạy thử"]),
        ("đế ăn", ["Góp ý đề án việc làm"]),  # folds alike, and is no other way to write ĐA
    ],
)
def test_the_words_as_typed_come_first_then_the_short_form_where_it_stands_as_one(library, query, found):
    assert titles(query) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tu", ["Từ đồng chua thành vựa lúa", "Lịch tiếp dân của ĐU và TU", "Tỉnh ủy gặp mặt trí thức"]),
        ("TU", ["Lịch tiếp dân của ĐU và TU", "Tỉnh ủy gặp mặt trí thức"]),
        ("da", ["Đã gặt xong", "ĐA xe buýt chạy thử", "Góp ý đề án việc làm"]),
        ("ĐA", ["ĐA xe buýt chạy thử", "Góp ý đề án việc làm"]),
        ("lich tiep dan cua TU", ["Lịch tiếp dân của ĐU và TU"]),
        ("TU gặp mặt", ["Tỉnh ủy gặp mặt trí thức"]),
    ],
)
def test_a_short_form_finds_what_it_stands_for_and_first_where_it_is_written_as_one(library, query, found):
    assert titles(query) == found


def test_among_small_letters_a_word_is_a_word_and_the_short_form_a_near_miss(out):
    out("public", title="Bí thư xã gặp dân")
    out("public", title="Thành ủy hỏi thăm nhà bị bão")
    drain("search")
    assert titles("bi thu") == titles("bí thư") == titles("BI THU") == ["Bí thư xã gặp dân"]
    assert titles("thu hoi tham") == ["Thành ủy hỏi thăm nhà bị bão"]  # nothing has these words
    assert read("bí thư").units[1].folded == (("thu",),) and read("bí thư").units[1].doubtful == ()
    assert read("bi thu").units[1].doubtful == (("0athu",), ("thanh", "uy"))


def test_a_number_says_who_issued_it(out):
    document = {"kind": "document", "document_type": "resolution", "number": "12-NQ/ĐU"}
    out("public", title="Về công tác hè", **document)
    out("public", title="Dự lễ khai giảng")
    drain("search")
    assert titles("dang uy") == titles("đảng ủy") == ["Về công tác hè"]


def test_suggestions_begin_with_what_was_typed(library):
    texts = [each.text for each in suggestions("dang uy", WANTED, first=5)]
    assert texts == ["Đảng ủy xã họp phiên tháng ba", "Lịch tiếp dân của ĐU và TU"]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Họp ĐU và TU, ThU", ["0ađu", "0atu", "0athu"]),
        ("Nghị quyết 12-NQ/TU", ["0atu"]),
        ("12-NQ/TU", ["0atu"]),
        ("HỘI NGHỊ TU BỔ ĐÌNH LÀNG", []),  # in a line of capitals none tells anything
        ("Tu bổ, du lịch, Đủ, UBND, NQ, BHYT", []),  # words; and what could be no word needs no term
        ("TU\u0309 sách", []),
        ("TU2 và tTU", []),
    ],
)
def test_what_stands_as_a_short_form(text, terms):
    plain = normal(text)
    assert list(short_terms(plain, words(plain))) == terms


class TestHighlights:
    @pytest.mark.parametrize(
        ("query", "marked"),
        [
            ("bí thư", "Ban <mark>Bí thư</mark> và Thành ủy họp; đảng viên, Đảng ủy, ĐU và dự án được nêu."),
            (
                "đảng ủy",
                "Ban Bí thư và Thành ủy họp; đảng viên, <mark>Đảng ủy</mark>, <mark>ĐU</mark> và dự án được nêu.",
            ),
            (
                "dang uy",
                "Ban Bí thư và Thành ủy họp; đảng viên, <mark>Đảng ủy</mark>, <mark>ĐU</mark> và dự án được nêu.",
            ),
            ("ThU", "Ban Bí thư và <mark>Thành ủy</mark> họp; đảng viên, Đảng ủy, ĐU và dự án được nêu."),
            ("BBT", "<mark>Ban Bí thư</mark> và Thành ủy họp; đảng viên, Đảng ủy, ĐU và dự án được nêu."),
        ],
    )
    def test_only_what_was_meant_is_marked(self, out, query, marked):
        summary = "Ban Bí thư và Thành ủy họp; đảng viên, Đảng ủy, ĐU và dự án được nêu."
        out("public", title="Tin", summary=summary)
        drain("search")
        (hit,) = search(query, WANTED, first=9).hits
        assert hit.highlights == [marked]

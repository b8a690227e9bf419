"""Words, numbers and dates are the same however they were typed."""

import datetime
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organizations.names import folded
from search.text import dates, day_term, is_accented, normal, number_terms, words

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyAĂÂĐÊÔƠƯ 0123456789-/.,"
TONES = "\u0300\u0301\u0303\u0309\u0323"
vietnamese = st.lists(st.sampled_from(LETTERS + TONES), max_size=40).map("".join)
anything = st.one_of(vietnamese, st.text(max_size=40))
# Open syllables whose tone stands on the first vowel in the old style and on the second in the new.
clusters = st.tuples(
    st.sampled_from(["", "h", "th", "kh", "l", "t", "ng", "đ"]),
    st.sampled_from(["oa", "oe", "uy"]),
    st.sampled_from(TONES),
)


def folds(text):
    return [word.folded for word in words(text)]


def exacts(text):
    return [word.exact for word in words(text)]


@given(anything)
def test_words_of_words_are_the_same_words(text):
    assert folds(" ".join(folds(text))) == folds(text)
    assert exacts(" ".join(exacts(text))) == exacts(text)


@given(vietnamese)
def test_composed_and_decomposed_are_one(text):
    text = normal(text)
    assert words(unicodedata.normalize("NFD", text)) == words(unicodedata.normalize("NFC", text))


@given(clusters)
def test_old_and_new_tone_placement_are_one(parts):
    first, vowels, tone = parts
    old = unicodedata.normalize("NFC", first + vowels[0] + tone + vowels[1])
    new = unicodedata.normalize("NFC", first + vowels + tone)
    assert exacts(old) == exacts(new) == [old]


@given(anything)
def test_folded_is_what_the_house_folds(text):
    for word in words(text):
        assert word.folded == folded(word.exact)[:64]
        assert not word.folded.isascii() or word.folded == word.folded.lower()


@given(anything)
def test_words_stand_where_they_say(text):
    plain = normal(text)
    at = 0
    for word in words(text):
        assert at <= word.start < word.end <= len(plain)
        at = word.end


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Đảng uỷ xã Hoà Bình", [("dang", "đảng"), ("uy", "ủy"), ("xa", "xã"), ("hoa", "hòa"), ("binh", "bình")]),
        ("Đảng ủy xã Hòa Bình", [("dang", "đảng"), ("uy", "ủy"), ("xa", "xã"), ("hoa", "hòa"), ("binh", "bình")]),
        ("tóan, qúy, thuở, người", [("toan", "toán"), ("quy", "quý"), ("thuo", "thuở"), ("nguoi", "người")]),
        ("giếng gìn già", [("gieng", "giếng"), ("gin", "gìn"), ("gia", "già")]),
        ("São Tomé", [("sao", "são"), ("tome", "tomé")]),
        ("007 Q.2", [("7", "7"), ("q", "q"), ("2", "2")]),
        ("A" * 100, [("a" * 64, "a" * 64)]),
    ],
)
def test_words(text, expected):
    assert [(word.folded, word.exact) for word in words(text)] == expected


def test_what_is_accented():
    assert [is_accented(word) for word in words("nghi quyết đi")] == [False, True, True]


@pytest.mark.parametrize(
    ("number", "terms"),
    [
        ("52-NQ/TW", ["52nqtw", "52"]),
        ("02-NQ/TU", ["2nqtu", "2"]),
        ("12/2023/QĐ-TTg", ["122023qdttg", "12qdttg", "12"]),
        ("52 nq tw", ["52nqtw", "52"]),
        ("ngh\u1ecb", ["nghi"]),
        ("—", []),
    ],
)
def test_a_number_is_found_however_it_is_spelled(number, terms):
    assert number_terms(number) == number_terms(unicodedata.normalize("NFD", number)) == terms


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("ngày 3 tháng 2 năm 2026", ["0d20260203", "0m202602"]),
        ("Ngay 03 thang 02, 2026", ["0d20260203", "0m202602"]),
        ("từ 3/2/2026 trở đi", ["0d20260203", "0m202602"]),
        ("03.02.2026", ["0d20260203", "0m202602"]),
        ("tháng 11/2026", ["0m202611"]),
        ("tháng 11 năm 2026", ["0m202611"]),
        ("31/2/2026", ["0m202602"]),
        ("3 2 2026", []),
        ("52/2019", []),
    ],
)
def test_dates(text, terms):
    plain = normal(text)
    assert [term for span in dates(plain, words(plain)) for term in span.terms] == terms


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)))
def test_a_day_is_one_term_in_all_spellings(day):
    for text in (
        f"{day.day}/{day.month}/{day.year}",
        f"{day:%d-%m-%Y}",
        f"ngày {day.day} tháng {day.month} năm {day.year}",
    ):
        (span,) = dates(text, words(text))
        assert span.terms[0] == day_term(day)

"""What a query is understood as, and how much may be made of it."""

import time

import pytest

from organizations.scope import EVERYONE
from publishing.effects import drain
from search import close_words
from search.backends import Wanted
from search.close_words import near
from search.finding import search
from search.models import Abbreviation, KnownWord
from search.query import Field, Phrase, Some, beginnings, strong
from search.reading import read

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("52-NQ/TW", ["52nqtw"]),
        ("52 nq tw", ["52nqtw"]),
        ("52nqtw", ["52nqtw"]),
        ("52 nqtw", ["52nqtw"]),
        ("052-nq", ["52nq"]),
        ("12/2023/QĐ-TTg", ["122023qdttg"]),
        ("nghị quyết 52", ["52nq"]),
        ("nghi quyet so 52-nq/tw", ["52nqtw"]),
        ("NQ 52 tw", ["52nqtw"]),
        ("quy định 339", ["339qd", "339qdi"]),
        ("chỉ thị số 05 về học tập", ["5ct"]),
        ("52", ["52"]),
        ("2026", []),
        ("40 năm tuổi đảng", []),
        ("kế hoạch năm 2026", []),
    ],
)
def test_the_number_that_is_meant(query, numbers):
    assert list(read(query).numbers) == numbers


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("12-PHCT/BCSĐ", ["12phctbcsd"]),
        ("12 phct bcsd", ["12phctbcsd"]),
        ("12phctbcsd", ["12phctbcsd"]),
        ("12 phctbcsd", ["12phctbcsd"]),
        ("phối hợp công tác số 12", ["12phct"]),
        ("PHCT 12", ["12phct"]),
        ("nghị quyết 5 BCSĐ", ["5bcsd", "5nqbcsd"]),
    ],
)
def test_short_forms_that_an_operator_added_count_in_numbers(query, numbers):
    assert read(query).numbers != tuple(numbers)
    Abbreviation.objects.create(short="PHCT", long="phối hợp công tác")
    Abbreviation.objects.create(short="BCSĐ", long="ban cán sự đảng")
    assert read(query).numbers == tuple(numbers)


@pytest.mark.parametrize(
    ("query", "rest"),
    [
        ("52-NQ/TW", []),
        ("nghị quyết số 52-NQ/TW", []),
        ("nghị quyết 52 chuyển đổi số", [("chuyen", "doi", "so")]),
        ("về chỉ thị 05", [("ve",)]),
    ],
)
def test_what_stands_beside_the_number(query, rest):
    assert [unit.folded[0] for unit in read(query).rest] == rest


def test_short_forms_stand_for_long_ones_and_back():
    (short,) = read("ubnd").units
    (long,) = read("Uỷ ban nhân dân").units
    assert short.folded == (("ubnd",), ("uy", "ban", "nhan", "dan"))
    assert long.folded == (("uy", "ban", "nhan", "dan"), ("ubnd",))
    assert short.exact[1] == long.exact[0] == ("ủy", "ban", "nhân", "dân")


def test_a_date_is_one_thing():
    for query in ("3/2/2026", "ngày 03 tháng 02 năm 2026"):
        (unit,) = read(query).units
        assert unit.folded[1] == ("0d20260203",)


def test_accents_are_asked_for_first_where_they_were_typed():
    exact, folded = (question.exact for question in strong(read("hoa"))), strong(read("hòa"))
    assert set(exact) == {False}
    assert [question.exact for question in folded if question.field == Field.TITLE] == [True, False] * 2
    assert strong(read(" ")) != strong(read("x"))


def test_a_number_half_typed_begins_numbers():
    assert beginnings(read("52-n"))[0].expression == Phrase(("52n",), prefix=True)
    assert isinstance(beginnings(read("nq 5"))[0].expression, Phrase | Some)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("quyt", ("quyet",)),
        ("qyuet", ("quyet",)),
        ("quyett", ("quyet",)),
        ("quyer", ("quyet",)),
        ("quyeets", ("quyet",)),
        ("nghiquyet", ("nghi", "quyet")),
    ],
)
def test_words_that_are_near(typed, meant):
    KnownWord.objects.bulk_create(KnownWord(word=word) for word in ("nghi", "quyet", "cay"))
    close_words.catch_up()
    assert near(typed) == [meant]


def test_what_is_far_is_not_near():
    KnownWord.objects.bulk_create(KnownWord(word=word) for word in ("nghi", "quyet"))
    close_words.catch_up()
    assert near("qt") == near("quyetyyy") == near("2026") == near("quyet") == []


def test_the_longest_query_of_near_words_is_answered_in_time(out):
    """Everything that a query may be made into, at its largest: all its words have as many near ones as are looked at."""
    letters = "abcdefghiklmnopqrstuvxy"
    KnownWord.objects.bulk_create(KnownWord(word=f"n{a}{b}") for a in letters for b in letters)
    out("public", title="Nab nac nad nae naf")
    drain("search")
    close_words.forget()
    query = " ".join(f"n{a}z" for a in letters)
    start = time.process_time()
    search(query, Wanted(EVERYONE, "vi"), first=100)
    assert time.process_time() - start < 1.5

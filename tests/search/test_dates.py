"""Documents are found by the day, month and year of their date, however it is typed; the words of a text come first."""

import datetime

import pytest

from organizations.scope import EVERYONE
from publishing.effects import drain
from search.backends import Wanted
from search.finding import search

pytestmark = pytest.mark.django_db
WANTED = Wanted(EVERYONE, "vi")


def titles(query):
    return [hit.item.title for hit in search(query, WANTED, first=9).hits]


@pytest.fixture
def documents(out):
    def document(title, number, *day):
        facts = {"document_type": "plan", "number": number, "issued_on": datetime.date(*day)}
        out("public", kind="document", title=title, **facts)

    document("Kế hoạch chăm sóc đê", "11-KH/TU", 2026, 2, 3)
    out("public", title="Nhìn lại năm 2026")
    document("Kế hoạch trồng cây", "12-KH/TU", 2026, 11, 28)
    document("Kế hoạch nuôi ngao", "13-KH/TU", 2025, 2, 3)
    drain("search")


@pytest.mark.parametrize(
    "query",
    [
        "tháng 2/2026",
        "tháng 02 năm 2026",
        "thang 2 nam 2026",
        "02/2026",
        "2/2026",
        "3/2/2026",
        "ngày 3 tháng 2 năm 2026",
        "kế hoạch tháng 2/2026",
        "ke hoach 02/2026",
        "chăm sóc đê năm 2026",
    ],
)
def test_a_document_is_found_by_its_date(documents, query):
    assert titles(query) == ["Kế hoạch chăm sóc đê"]


def test_a_year_is_found_in_words_first_and_then_by_date(documents):
    expected = ["Nhìn lại năm 2026", "Kế hoạch trồng cây", "Kế hoạch chăm sóc đê"]
    assert titles("năm 2026") == titles("nam 2026") == expected
    assert titles("kế hoạch năm 2025") == ["Kế hoạch nuôi ngao"]


@pytest.mark.parametrize("query", ["tháng 3/2026", "11/2025", "năm 2024", "13/2026"])
def test_no_other_date_is(documents, query):
    assert titles(query) == []

"""Titles are folded in the database as the house folds them everywhere."""

import unicodedata

import pytest

from cms.models import ContentPage
from editorial.titles import Folded, titled
from organizations.names import folded

pytestmark = pytest.mark.django_db

LETTERS = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ 0-/"


@pytest.mark.parametrize("title", [LETTERS, LETTERS.upper(), unicodedata.normalize("NFD", LETTERS)])
def test_the_database_folds_as_the_house_does(draft, title):
    page = draft("Tin")
    ContentPage.objects.filter(pk=page.pk).update(draft_title=title)
    found = ContentPage.objects.filter(pk=page.pk).values_list(Folded("draft_title"), flat=True).get()
    assert found == folded(title)


def test_no_words_narrow_nothing(draft):
    page = draft("Tin")
    assert list(titled(ContentPage.objects.all(), " ").values_list("pk", flat=True)) == [page.pk]

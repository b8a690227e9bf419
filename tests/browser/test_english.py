"""The check for English finds it, and leaves Vietnamese and names alone."""

import pytest

from tests.browser.english import english_in


@pytest.mark.parametrize(
    "text", ["Save draft", "Sign out", "This page is live", "Search", "Add a child page", "Choose a page"]
)
def test_english_is_found(text):
    assert english_in([text]) == [text]


@pytest.mark.parametrize("text", ["Lưu nháp", "Ban bien tap", "PDF", "52-NQ/TW", "Wagtail", "3 / 12", "TB336", ""])
def test_vietnamese_names_and_numbers_are_not(text):
    assert english_in([text]) == []

import pytest

from search import close_words
from tests.publishing.conftest import out

__all__ = ["out"]


@pytest.fixture(autouse=True)
def _fresh():
    """No test knows the words of another."""
    close_words.forget()
    yield
    close_words.forget()

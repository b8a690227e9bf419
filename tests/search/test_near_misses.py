"""Near misses depend on what the caller may see: no word of a hidden text changes them."""

import pytest

from organizations.scope import EVERYONE, Scope
from publishing.effects import drain
from search import drafts
from search.backends import Wanted
from search.finding import search
from tests.conftest import make_user

pytestmark = pytest.mark.django_db
PUBLIC = Wanted(EVERYONE, "vi")
SEVENTH = Wanted(Scope(frozenset({"public", "member:7"})), "vi")


def answer(query, wanted=PUBLIC):
    """Everything that an answer tells: what was found, how well, at which step, and how it may have been meant."""
    found = search(query, wanted, first=9)
    return [(hit.item.title, hit.score, hit.mark.place.step) for hit in found.hits], found.did_you_mean


@pytest.mark.parametrize("query", ["xuanh lua", "lua xuanh tot", "xuanh"])
def test_a_word_that_only_hidden_texts_have_is_taken_for_mistyped(out, query):
    out("public", title="Tin đồng áng", summary="Lúa xuân tốt")
    drain("search")
    before = answer(query)
    assert before[0][0][0] == "Tin đồng áng" and before[1] is not None
    out("member:7", title="Xuanh")
    drain("search")
    assert answer(query) == before
    if query != "xuanh":
        assert answer(query, SEVENTH) != before  # where the caller has the word, either may be mistyped


def test_words_of_hidden_texts_push_no_other_aside(out):
    """More words are near than may be counted on, and those of hidden texts come before the one that was meant."""
    out("public", title="Banz")
    drain("search")
    before = answer("banq")
    assert [title for title, _score, _step in before[0]] == ["Banz"]
    out("member:7", title=" ".join(f"ban{letter}" for letter in "abcdefghijklmnop"))
    drain("search")
    assert answer("banq") == before


def test_editors_too_are_told_nothing_of_texts_that_are_not_theirs(province, draft):
    """And a word that one of their drafts has is no mistyped one."""
    from search import draft_index

    stranger = make_user("ctv2", province.other_source.contributors)
    for title in ("Lúa xuân", "Xuanh xao"):
        draft(title, index=province.other_index)
    draft("Xuanh lam")
    list(draft_index.rebuild())
    assert drafts._is_found(province.desk, "lam") and not drafts._is_found(stranger, "lam")
    assert drafts._is_found(stranger, "xao") and not drafts._is_found(province.desk, "xao")

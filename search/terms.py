"""An item's words, field by field, as every backend keeps them.

The fields lie within one another: ``title``; ``lead`` is the title, what a document is and its summary; ``body`` is all of
it. So a question asks one field. Between parts stands ``BREAK``, so that no phrase reaches over, and a whole title can be
asked for.
"""

from __future__ import annotations

import dataclasses
import hashlib
import html
import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import override

from cms.models import ContentPage, Document
from publishing.enums import DocumentType
from publishing.models import PublishedItem
from search.text import dates, day_term, month_term, normal, number_terms, short_terms, words, year_term

BREAK = "0b"  # no word begins with a nought
# A tsvector has places up to 16,383 and takes up to 1 MiB, with each word twice and each two that stand side by side. So
# an item's first words have their places, and those that come only later (``rest``) are there without.
MAX_WORDS, MAX_LETTERS = 15_000, 120_000
MAX_REST_LETTERS = 60_000  # of different words: some 13,000
_TAG = re.compile(r"<[^>]*>")
_NOT_TEXT = frozenset({"id", "type", "file_id", "content_type", "url", "width", "height", "size", "level", "name"})
_KNOWN = re.compile("[a-z]{2,20}")

# Folded and exact, side by side.
Pair = tuple[str, str]


@dataclasses.dataclass(frozen=True)
class Terms:
    """What of an item is looked for. ``text`` is what highlights are cut from.

    ``rest``: the words of the body that stand only where it has become too long for places, each once. They are found one
    by one and in no phrase.
    """

    number: list[Pair]
    title: list[Pair]
    lead: list[Pair]
    body: list[Pair]
    rest: list[Pair]
    text: str

    def known_words(self) -> set[str]:
        """Words that a mistyped one may have meant."""
        return {folded for folded, _exact in [*self.body, *self.rest] if _KNOWN.fullmatch(folded)}


def terms_of(item: PublishedItem, files: Iterable[str] = ()) -> Terms:
    """The terms of an item as it is out, with the texts of its files."""
    paragraphs = [normal(each) for each in _paragraphs(item)]
    number = [(term, term) for term in number_terms(item.number)] if item.number else []
    if day := item.issued_on:
        number += [(term, term) for term in (day_term(day), month_term(day.year, day.month), year_term(day.year))]
    title = _title(item.title)
    lead = title + number + _pairs([*_facts(item), item.summary])
    body = lead + _pairs([*(paragraphs[1:] if item.summary else paragraphs), *files])
    end = _end(body, MAX_WORDS, MAX_LETTERS)
    body, rest = body[:end], list(dict.fromkeys(body[end:]))
    known = set(body)
    rest = [pair for pair in rest if pair not in known]
    return Terms(number, title, lead, body, rest[: _end(rest, len(rest), MAX_REST_LETTERS)], "\n".join(paragraphs))


def terms_of_draft(page: ContentPage) -> Terms:
    """The terms of a page as it was saved last, by the same rules; it need not be fit to go out."""
    payload: dict[str, Any] = {
        "body": page.body.get_prep_value(),
        "attachments": [{"title": row.file.title} for row in page.files.all()],
        "author": getattr(page, "author", ""),
    }
    facts: dict[str, Any] = {}
    if isinstance(page, Document):
        payload |= {"signer": page.signer, "issuer": {"name": str(page.issuer_code_and_name[1])}}
        facts = {"number": page.number, "document_type": page.document_type, "issued_on": page.issued_on}
    locale = page.locale.language_code
    return terms_of(PublishedItem(title=page.title, summary=page.summary, locale=locale, payload=payload, **facts))


def year_of(item: PublishedItem) -> int:
    """The year of a document's date, else that in which the item first went out."""
    return item.issued_on.year if item.issued_on else timezone.localtime(item.first_published_at).year


def whole(title: Iterable[str]) -> str:
    """One term for a whole title, by its words: to ask for it as a phrase would go through all that have its words."""
    return f"0t{hashlib.sha256(' '.join(title).encode()).hexdigest()[:16]}"


def _end(pairs: list[Pair], most: int, letters: int) -> int:
    """How many of these are within both limits."""
    lengths = itertools.accumulate(len(exact) for _folded, exact in pairs[:most])
    return next((at for at, length in enumerate(lengths) if length > letters), min(len(pairs), most))


def _title(title: str) -> list[Pair]:
    pairs = _pairs([title])
    found = words(title)
    return [(whole(word.folded for word in found), whole(word.exact for word in found)), *pairs]


def _pairs(texts: Iterable[str]) -> list[Pair]:
    found: list[Pair] = [(BREAK, BREAK)]
    for text in texts:
        plain = normal(text)
        these = words(plain)
        if not these:
            continue
        found += [(word.folded, word.exact) for word in these]
        found.append((BREAK, BREAK))
        found += [(term, term) for span in dates(plain, these) for term in span.terms]
        found += [(term, term) for term in short_terms(plain, these)]
    return found


def _facts(item: PublishedItem) -> list[str]:
    """What a document is, in the words in which it is spoken of."""
    if not item.document_type:
        return []
    with override(item.locale):
        kind = str(DocumentType(item.document_type).label)
    issuer = (item.payload.get("issuer") or {}).get("name", "")
    return [f"{kind} số {item.number}", issuer]


def _paragraphs(item: PublishedItem) -> Iterator[str]:
    if item.summary:
        yield item.summary
    for block in item.payload.get("body", ()):
        is_markup = block["type"] == "text"
        for text in _texts(block["value"]):
            plain = html.unescape(_TAG.sub(" ", text)) if is_markup else text
            if plain := " ".join(plain.split()):
                yield plain
    for key in ("author", "signer"):
        if text := item.payload.get(key):
            yield text
    for file in item.payload.get("attachments", ()):
        yield str(file.get("title") or file.get("name", ""))


def _texts(value: Any) -> Iterator[str]:
    """Every text inside a block's value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            if key not in _NOT_TEXT:
                yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)

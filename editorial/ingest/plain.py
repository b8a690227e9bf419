"""Text from outside as plain, well-formed Vietnamese."""

from __future__ import annotations

import html
import unicodedata

import nh3


def composed(text: str) -> str:
    """The text in NFC, without characters that no store keeps (NUL and other controls, lone surrogates)."""
    kept = "".join(char if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"} else " " for char in text)
    return unicodedata.normalize("NFC", kept)


def one_line(text: str) -> str:
    """The text without markup, in one line."""
    # A tag parts words: "<p>a</p><p>b</p>" is "a b".
    bare = nh3.clean(composed(text).replace("<", " <"), tags=set())
    return composed(" ".join(html.unescape(bare).split()))


def shortened(text: str, length: int) -> str:
    """At most ``length`` characters, cut between words and marked with an ellipsis where something is missing."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,;:.") + "…"

"""Finding English on a screen that should be Vietnamese."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import polib
import wagtail
import wagtail_localize

# Words that English sentences cannot do without and Vietnamese ones never have.
WORDS = """
the this that these those and with from your you for not are was were has have been will would should could
page pages save saved edit editing delete deleted add added search filter filters choose chosen upload create
created update updated view views history status draft live published publish unpublish submit approve reject
settings reports images documents collection user users group groups log out sign password required optional
more less all none any new old next previous first last click open close cancel confirm back home
"""
TELLTALE = frozenset(WORDS.split())
# Names, and what is the same in both languages.
ALLOWED = {"wagtail", "email", "video", "pdf", "docx", "graphql", "rss", "atom", "slug", "url", "html", "menu", "home"}
VIETNAMESE = re.compile(r"[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE)

TEXTS = """() => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement;
        if (!parent || ['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE'].includes(parent.tagName)) continue;
        if (parent.closest('[data-not-interface]') || !parent.checkVisibility()) continue;
        found.push(walker.currentNode.textContent);
    }
    for (const element of document.querySelectorAll('[placeholder], [aria-label], [title]'))
        if (element.checkVisibility())
            for (const name of ['placeholder', 'aria-label', 'title']) found.push(element.getAttribute(name) || '');
    found.push(document.title);
    return found.map(text => text.replace(/\\s+/g, ' ').trim()).filter(Boolean);
}"""


@cache
def _english_messages() -> frozenset[str]:
    """Every message of Wagtail's English catalogues that is a text by itself."""
    messages = set()
    for package in (wagtail, wagtail_localize):
        for catalogue in Path(package.__file__).parent.glob("**/locale/en/LC_MESSAGES/*.po"):
            messages.update(entry.msgid.strip() for entry in polib.pofile(str(catalogue)) if "%" not in entry.msgid)
    return frozenset(messages)


@cache
def _english_content() -> str:
    """The demo's English translations: content, not interface."""
    return (Path(__file__).resolve().parents[2] / "demo/data/texts/english.md").read_text(encoding="utf-8")


def english_in(texts: list[str]) -> list[str]:
    """Those of the texts that are English: a message of Wagtail's, or two words that only English has."""
    left = []
    for text in texts:
        if VIETNAMESE.search(text):
            continue
        words = re.findall(r"[A-Za-z]+", text.lower())
        meaningful = [word for word in words if word not in ALLOWED]
        telling = [word for word in meaningful if word in TELLTALE]
        if meaningful and (text in _english_messages() or len(telling) >= 2 or (telling and len(words) <= 2)):
            left.append(text)
    return sorted(set(left))


def english_on(page) -> list[str]:
    """The English left on the screen that this browser page shows."""
    return [text for text in english_in(page.evaluate(TEXTS)) if text not in _english_content()]

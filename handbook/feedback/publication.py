"""Questions and answers (hỏi đáp) in the content store: with the member's consent, without names, through the same gate.

What is made here is a draft on the desk of the unit's source, like any other. It goes the way of its source: nothing of this
room can make it live.
"""

from __future__ import annotations

import re

from django.utils.html import escape
from django.utils.translation import gettext as _

from cms.models import Category, Source
from handbook.feedback.models import FeedbackThread
from organizations.models import Organization
from organizations.names import folded

# The category under which answered questions are published; the desks keep it like any other.
CATEGORY = "hoi-dap"


def is_question_and_answer(category_path: str) -> bool:
    """Whether content of a category is a question with its answer."""
    return f"/{CATEGORY}/" in category_path


def source_for(unit: Organization, category: Category) -> Source | None:
    """Whose desk gets it: the nearest source on the line of the unit that may use the category."""
    sources = Source.objects.filter(organization__in=unit.line_ids, active=True).select_related("organization")
    fit = [each for each in sources if not (ids := _allowed(each)) or category.pk in ids]
    return max(fit, key=lambda source: (source.organization.path, -source.pk), default=None)


def names_in(thread: FeedbackThread, *texts: str) -> list[str]:
    """What in these texts tells who wrote the thread: name, code, telephone, address, and of an anonymous one the cell."""
    author = thread.author
    told = [author.full_name, author.code, author.phone, author.email]
    if thread.anonymous_to_cell:
        told += [thread.cell.name, author.cell.name]
    text = folded(" ".join(texts))
    return [each for each in dict.fromkeys(told) if each and _stands_in(folded(each), text)]


def as_html(question: str, answer: str) -> str:
    """Question and answer as the body of an article."""
    return f"<h2>{escape(_('Câu hỏi'))}</h2>{_paragraphs(question)}<h2>{escape(_('Trả lời'))}</h2>{_paragraphs(answer)}"


def _stands_in(words: str, text: str) -> bool:
    """Whether these words stand in a text as words, and not as a part of others."""
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text) is not None


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())


def _allowed(source: Source) -> set[int]:
    return set(source.allowed_categories.values_list("pk", flat=True))

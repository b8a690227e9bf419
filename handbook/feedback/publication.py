"""Questions and answers (hỏi đáp) in the content store: with the member's consent, without names, through the same gate.

What is made here is a draft on the desk of the unit's source, like any other. It goes the way of its source: nothing of this
room can make it live. Consent that is taken back keeps it from going out, whatever was approved.
"""

from __future__ import annotations

import re

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import escape
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from cms.models import Category, ContentPage, Source
from editorial.deadlines.telling import LONGEST_TITLE, tell
from handbook.feedback.models import FeedbackThread
from organizations.models import Organization
from organizations.names import folded

# The category under which answered questions are published; the desks keep it like any other.
CATEGORY = "hoi-dap"


def source_for(unit: Organization, category: Category) -> Source | None:
    """Whose desk gets it: the nearest source on the line of the unit that may use the category."""
    sources = Source.objects.filter(organization__in=unit.line_ids, active=True).select_related("organization")
    fit = [each for each in sources if not (ids := _allowed(each)) or category.pk in ids]
    return max(fit, key=lambda source: (source.organization.path, -source.pk), default=None)


def without_consent(pages: QuerySet[ContentPage]) -> dict[int, str]:
    """Of these pages questions and answers, in any language, whose author no longer allows them. For ``editorial.objections``."""
    threads = FeedbackThread.objects.filter(may_publish=False, published_page_id__isnull=False)
    texts = ContentPage.objects.filter(pk__in=threads.order_by().values("published_page_id"))
    found = pages.filter(translation_key__in=texts.order_by().values("translation_key"))
    return dict.fromkeys(found.values_list("pk", flat=True), _("đảng viên đã rút đồng ý đăng câu hỏi này."))


def tell_of_withdrawn_consent(page_id: int) -> None:
    """Tell the desk, by SMS or e-mail, that a question and answer must not go out, or, where it is out, be withdrawn."""
    page = ContentPage.objects.filter(pk=page_id).select_related("source").first()
    if page is None:
        return
    with override("vi"):
        text = _(
            "Sổ tay: đảng viên đã rút đồng ý đăng hỏi đáp “%(title)s”. Nếu bài đang đăng, hãy nhờ Ban Biên tập gỡ;"
            " nếu chưa, bài sẽ không đăng được."
        ) % {"title": Truncator(page.title).chars(LONGEST_TITLE)}
    people = User.objects.filter(is_active=True, groups=page.source.editors_id)
    tell(people, text, f"consent:{page.pk}:{timezone.now():%Y%m%d}")


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

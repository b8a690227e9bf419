"""Making a draft of an answered question for the content store."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from audit.actions import record
from audit.enums import RefusalCode
from audit.refusals import Refused
from cms.models import Article, Category
from editorial.ingest.actions import ingest_item
from editorial.ingest.parsing import IncomingItem
from handbook.feedback.actions import guards
from handbook.feedback.actions.guards import Actor
from handbook.feedback.models import FeedbackThread
from handbook.feedback.publication import CATEGORY, as_html, names_in, source_for


@transaction.atomic
def publish_feedback(*, actor: Actor, thread: FeedbackThread, title: str, question: str, answer: str) -> Article:
    """Make a draft question and answer on the desk of the unit's source; from there it goes the desk's ordinary way.

    Raises Refused where the member does not allow it, it is confidential or there already, no source takes it, and where
    the text still tells who asked.
    """
    act = "publish_feedback"
    found = guards.worked_on(actor, thread, act)
    title = guards.line(title, field="title", act=act, missing=_("Hãy ghi tiêu đề."))
    question = guards.text(question, field="question", act=act, missing=_("Hãy ghi câu hỏi."))
    answer = guards.text(answer, field="answer", act=act, missing=_("Hãy ghi câu trả lời."))

    def refused(code: RefusalCode, message: str, field: str | None = None) -> Refused:
        return Refused(code, message, field=field, act=act, target=found)

    if found.confidential or not found.may_publish:
        raise refused(RefusalCode.FORBIDDEN, _("Đảng viên chưa đồng ý đăng câu hỏi này."))
    if found.published_page_id:
        raise refused(RefusalCode.CONFLICT, _("Câu hỏi này đã có bản nháp ở bàn biên tập."))
    if names_in(found, title, question, answer):
        message = _("Nội dung còn tên, mã, điện thoại hoặc chi bộ của người hỏi. Hãy xóa rồi gửi lại.")
        raise refused(RefusalCode.INVALID, message, "question")
    category = Category.objects.filter(slug=CATEGORY).first()
    source = source_for(found.owner, category) if category else None
    if category is None or source is None:
        message = _("Chưa có nguồn tin nào của “%(unit)s” hay cấp trên dùng chuyên mục hỏi đáp.")
        raise refused(RefusalCode.CONFLICT, message % {"unit": found.owner})
    item = IncomingItem(
        guid=f"feedback:{uuid.uuid4()}", title=title, author=found.owner.name, html=as_html(question, answer)
    )
    page = ingest_item(source, item, category=category)
    found.published_page_id = page.pk
    found.save(update_fields=["published_page_id"])
    record(act, actor=actor, target=found, detail={"page": page.pk, "source": source.code})
    return page

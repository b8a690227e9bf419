"""Writing: drafts, and the text of a version."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import record
from audit.enums import RefusalCode
from audit.refusals import Refused
from editorial.models import Release
from handbook.notices.actions import guards
from handbook.notices.actions.files import files_for
from handbook.notices.actions.guards import Actor
from handbook.notices.audience import keys_for
from handbook.notices.enums import TRANSITIONS, Audience, RemindAfter, RemindBefore
from handbook.notices.models import Notice, NoticeAudience, NoticeFile, NoticeVersion
from organizations.models import Organization

LONGEST_BODY = 20_000
MOST_ANSWERS = 10
MOST_FILES = 10


@dataclasses.dataclass(frozen=True, kw_only=True)
class Content:
    """What a version of a notice says and asks.

    ``reason_wanted_for`` are those of the answers that are taken with a reason only. ``remind_before`` is how many days
    before the deadline people are reminded, ``remind_after`` how many after it came out where it has none. ``files`` are
    ids of files kept before (``keep_file``), or of uploads.
    """

    title: str
    body: str
    urgent: bool = False
    requires_acknowledgement: bool = False
    deadline: datetime.datetime | None = None
    question: str = ""
    answers: tuple[str, ...] = ()
    reason_wanted_for: tuple[str, ...] = ()
    remind_before: int = RemindBefore.ONE
    remind_after: int = RemindAfter.NEVER
    files: tuple[uuid.UUID, ...] = ()


@transaction.atomic
def save_notice(
    *,
    actor: Actor,
    organization: Organization,
    content: Content,
    audience: str = Audience.ALL,
    sub_units: Iterable[Organization] = (),
    sent_at: datetime.datetime | None = None,
    expires_at: datetime.datetime | None = None,
    notice: Notice | None = None,
    client_id: str = "",
) -> Notice:
    """Keep a draft: a new one, or ``notice`` with all of its facts replaced. Times are kept as they are asked for."""
    act = "save_notice"
    found = guards.locked(actor, notice, act) if notice else None
    guards.require_sender(actor, organization, act)
    guards.require_audience(audience, act)
    units = guards.addressed_units(organization, sub_units, act)
    content = checked(content, act)
    files = files_for(content.files, actor, found, act)
    now = timezone.now()
    facts: dict[str, Any] = {
        "organization": organization,
        "audience": audience,
        "sent_at": sent_at,
        "expires_at": expires_at,
    }
    if found is None:
        found = Notice.objects.create(author=guards.person(actor), created_at=now, client_id=client_id[:64], **facts)
    else:
        Notice.objects.filter(pk=found.pk).update(state=TRANSITIONS[act][found.state], **facts)
        found.refresh_from_db()
        found.versions.all().delete()
        found.audiences.all().delete()
    add_version(found, 1, content, files, actor=actor, at=now)
    add_audience(found, audience, units)
    record(act, actor=actor, target=found, detail={"title": content.title, "organization": organization.pk})
    return found


@transaction.atomic
def discard_notice(*, actor: Actor, notice: Notice) -> None:
    """Throw a draft away."""
    found = guards.locked(actor, notice, "save_notice")
    if release := Release.objects.open_with(found):
        raise Refused(
            RefusalCode.CONFLICT,
            _("Thông báo này nằm trong đợt phát hành “%(release)s”. Hãy bỏ nó khỏi đợt trước khi xóa.")
            % {"release": release},
            act="discard_notice",
            target=found,
        )
    record("discard_notice", actor=actor, target=found, detail={"title": found.current.title})
    found.delete()


def add_audience(notice: Notice, audience: str, units: list[Organization]) -> None:
    """Say whom a notice is for. For the acts of this room, which have checked the units."""
    NoticeAudience.objects.bulk_create(
        NoticeAudience(notice=notice, organization_id=pk, key=key) for pk, key in keys_for(audience, units).items()
    )


def add_version(
    notice: Notice,
    number: int,
    content: Content,
    files: list[NoticeFile],
    *,
    actor: Actor,
    at: datetime.datetime,
    asks_again: bool = False,
) -> NoticeVersion:
    """Write a version with its files. For the acts of this room, which have checked its content."""
    version = NoticeVersion.objects.create(
        notice=notice,
        number=number,
        title=content.title,
        body=content.body,
        urgent=content.urgent,
        requires_acknowledgement=content.requires_acknowledgement,
        deadline=content.deadline,
        question=content.question,
        answers=list(content.answers),
        reason_wanted_for=list(content.reason_wanted_for),
        remind_before=content.remind_before,
        remind_after=content.remind_after,
        asks_again=asks_again,
        author=guards.person(actor),
        created_at=at,
    )
    version.files.set(files)
    return version


def checked(content: Content, act: str) -> Content:
    """The content as it is kept. Raises Refused for what is missing or too long."""
    title, body = guards.tidy_line(content.title), guards.tidy_text(content.body)
    question = guards.tidy_line(content.question)
    answers, reasoned = _lines(content.answers), _lines(content.reason_wanted_for)

    def refuse(code: RefusalCode, message: str, field: str) -> None:
        raise Refused(code, message, field=field, act=act)

    if not title:
        refuse(RefusalCode.REQUIRED, _("Hãy ghi tiêu đề của thông báo."), "title")
    if len(title) > 255:
        refuse(RefusalCode.INVALID, _("Tiêu đề dài quá 255 ký tự. Hãy viết ngắn lại."), "title")
    if not body:
        refuse(RefusalCode.REQUIRED, _("Hãy ghi nội dung của thông báo."), "body")
    if len(body) > LONGEST_BODY:
        refuse(RefusalCode.INVALID, _("Nội dung dài quá 20.000 ký tự. Hãy gửi kèm tệp thay vì chép vào đây."), "body")
    if len(question) > 255 or any(len(answer) > 255 for answer in answers):
        refuse(RefusalCode.INVALID, _("Câu hỏi hoặc câu trả lời dài quá 255 ký tự."), "question")
    if answers and not question:
        refuse(RefusalCode.REQUIRED, _("Hãy ghi câu hỏi cho các câu trả lời."), "question")
    if question and not 2 <= len(answers) <= MOST_ANSWERS:
        refuse(RefusalCode.INVALID, _("Câu hỏi cần từ 2 đến 10 câu trả lời khác nhau."), "answers")
    if strange := [answer for answer in reasoned if answer not in answers]:
        message = _("“%(answer)s” không có trong các câu trả lời nên không đòi lý do được. Hãy chép lại cho đúng.")
        refuse(RefusalCode.INVALID, message % {"answer": strange[0][:255]}, "reason_wanted_for")
    if content.remind_before not in RemindBefore.values or content.remind_after not in RemindAfter.values:
        field = "remind_after" if content.remind_before in RemindBefore.values else "remind_before"
        refuse(RefusalCode.INVALID, _("Hãy chọn nhắc trước hoặc sau 1, 3 hay 7 ngày; 0 là không nhắc."), field)
    if len(content.files) > MOST_FILES:
        refuse(RefusalCode.INVALID, _("Gửi kèm nhiều nhất 10 tệp."), "attachments")
    return dataclasses.replace(
        content, title=title, body=body, question=question, answers=answers, reason_wanted_for=reasoned
    )


def _lines(texts: Iterable[str]) -> tuple[str, ...]:
    """Each once, in their order, without empty ones."""
    return tuple(dict.fromkeys(guards.tidy_line(text) for text in texts if text.strip()))

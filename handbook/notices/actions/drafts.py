"""Writing: drafts, the files that go with them, and texts to begin from."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Iterable
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from audit.enums import RefusalCode
from audit.refusals import Refused
from handbook.notices.actions import guards
from handbook.notices.actions.guards import Actor
from handbook.notices.audience import keys_for
from handbook.notices.enums import Audience
from handbook.notices.models import Notice, NoticeAudience, NoticeFile, NoticeTemplate, NoticeVersion
from organizations.models import Organization

LONGEST_BODY = 20_000
MOST_ANSWERS = 10
MOST_FILES = 10
LARGEST_FILE = 20 * 1024 * 1024  # bytes
# What a phone opens without harm; a page with a script in it is none of it.
FILE_TYPES = {
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "mp3": "audio/mpeg",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Content:
    """What a version of a notice says and asks. ``files`` are ids of files kept before (``keep_file``)."""

    title: str
    body: str
    urgent: bool = False
    requires_acknowledgement: bool = False
    deadline: datetime.datetime | None = None
    question: str = ""
    answers: tuple[str, ...] = ()
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
        Notice.objects.filter(pk=found.pk).update(**facts)
        found.refresh_from_db()
        found.versions.all().delete()
        found.audiences.all().delete()
    add_version(found, 1, content, files, actor=actor, at=now)
    NoticeAudience.objects.bulk_create(
        NoticeAudience(notice=found, organization_id=pk, key=key) for pk, key in keys_for(audience, units).items()
    )
    record(act, actor=actor, target=found, detail={"title": content.title, "organization": organization.pk})
    return found


@transaction.atomic
def discard_notice(*, actor: Actor, notice: Notice) -> None:
    """Throw a draft away."""
    found = guards.locked(actor, notice, "save_notice")
    record("discard_notice", actor=actor, target=found, detail={"title": found.current.title})
    found.delete()


@transaction.atomic
def keep_file(*, actor: User, file: File[Any], name: str) -> NoticeFile:
    """Keep an uploaded file, to go with a notice of the uploader's."""
    act = "save_notice"
    name = guards.tidy_line(name.replace("/", "-"))[-255:]
    content_type = FILE_TYPES.get(name.rpartition(".")[2].lower())
    if content_type is None:
        raise Refused(
            RefusalCode.INVALID,
            _("Tệp “%(name)s” không thuộc loại gửi kèm được: %(types)s.")
            % {"name": name, "types": ", ".join(FILE_TYPES)},
            field="files",
            act=act,
        )
    if not file.size or file.size > LARGEST_FILE:
        raise Refused(
            RefusalCode.INVALID,
            _("Tệp “%(name)s” trống hoặc lớn quá 20 MB. Hãy chọn tệp khác.") % {"name": name},
            field="files",
            act=act,
        )
    key = uuid.uuid4()
    stored = default_storage.save(f"notices/{key}/{key}.{name.rpartition('.')[2].lower()}", file)
    return NoticeFile.objects.create(
        id=key,
        uploaded_by=actor,
        storage_name=stored,
        name=name,
        content_type=content_type,
        size=file.size,
        created_at=timezone.now(),
    )


@transaction.atomic
def save_template(*, actor: Actor, organization: Organization, name: str, content: Content) -> NoticeTemplate:
    """Keep a text to begin from; one of the same name in the unit is replaced."""
    act = "save_notice_template"
    guards.require_sender(actor, organization, act)
    content = checked(content, act)
    name = guards.tidy_line(name)[:255]
    if not name:
        raise Refused(RefusalCode.REQUIRED, _("Hãy đặt tên cho mẫu."), field="name", act=act)
    template, _created = NoticeTemplate.objects.update_or_create(
        organization=organization,
        name=name,
        defaults={
            "title": content.title,
            "body": content.body,
            "question": content.question,
            "answers": list(content.answers),
        },
    )
    record(act, actor=actor, target=template, detail={"organization": organization.pk})
    return template


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
    answers = tuple(dict.fromkeys(guards.tidy_line(answer) for answer in content.answers if answer.strip()))

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
    if len(content.files) > MOST_FILES:
        refuse(RefusalCode.INVALID, _("Gửi kèm nhiều nhất 10 tệp."), "attachments")
    return dataclasses.replace(content, title=title, body=body, question=question, answers=answers)


def files_for(ids: Iterable[uuid.UUID], actor: Actor, notice: Notice | None, act: str) -> list[NoticeFile]:
    """The files of these ids: the actor's own, or those the notice has already. Another does not exist."""
    wanted = list(dict.fromkeys(ids))
    found = NoticeFile.objects.in_bulk(wanted)
    had = set(NoticeFile.objects.filter(versions__notice=notice).values_list("pk", flat=True)) if notice else set()
    account = guards.person(actor)
    for pk in wanted:
        file = found.get(pk)
        if file is None or not (pk in had or (account is not None and file.uploaded_by_id == account.pk)):
            raise Refused(
                RefusalCode.NOT_FOUND,
                _("Không tìm thấy tệp gửi kèm. Hãy tải tệp lên lại."),
                field="attachments",
                act=act,
            )
    return [found[pk] for pk in wanted]

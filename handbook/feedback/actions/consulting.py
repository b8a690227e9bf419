"""Opinions on drafts: a unit asks its subtree, members answer, the secretary goes through what they said."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import lock_order, record
from audit.enums import RefusalCode
from audit.refusals import Refused
from handbook.feedback.actions import guards
from handbook.feedback.actions.guards import Actor
from handbook.feedback.models.consultation import (
    CONSULTATION_TRANSITIONS,
    Consultation,
    ConsultationSection,
    ConsultationState,
    Opinion,
    Verdict,
)
from handbook.feedback.push import push_consultation
from organizations.enums import Right
from organizations.models import Member, Organization, today
from organizations.scope import Scope, may

MOST_SECTIONS = 100
MOST_OPINIONS = 50  # of one member on one draft
LONGEST_DRAFT = 200_000


@transaction.atomic
def save_consultation(
    *,
    actor: Actor,
    organization: Organization,
    title: str,
    summary: str,
    text: str,
    opens_at: datetime.datetime,
    closes_at: datetime.datetime,
    meets_at: datetime.datetime | None = None,
    consultation: Consultation | None = None,
) -> Consultation:
    """Keep a draft of a consultation. In ``text`` a line that begins with # is the title of the next section."""
    act = "save_consultation"
    found = _locked(actor, consultation, act) if consultation else None
    lock_order()
    if not isinstance(actor, str) and not may(actor, Right.ANSWER_FEEDBACK, organization):
        raise Refused(
            RefusalCode.FORBIDDEN,
            _("Bạn không được lấy ý kiến thay “%(unit)s”.") % {"unit": organization},
            field="organization",
            act=act,
            target=organization,
        )
    if organization.valid_to is not None and organization.valid_to <= today():
        message = _("“%(unit)s” đã kết thúc hoạt động.") % {"unit": organization}
        raise Refused(RefusalCode.INVALID, message, field="organization", act=act)
    title = guards.line(title, field="title", act=act, missing=_("Hãy ghi tiêu đề."))
    summary = guards.text(summary, field="summary", act=act, missing="")
    text = guards.text(text, field="text", act=act, missing=_("Hãy ghi dự thảo."), longest=LONGEST_DRAFT)
    sections = sections_of(text)
    if len(sections) > MOST_SECTIONS or any(len(name) > 255 for name, _body in sections):
        message = _("Dự thảo có nhiều nhất 100 mục, tên mỗi mục không quá 255 ký tự.")
        raise Refused(RefusalCode.INVALID, message, field="text", act=act)
    if closes_at <= max(opens_at, timezone.now()):
        raise Refused(
            RefusalCode.INVALID, _("Hạn lấy ý kiến phải sau giờ bắt đầu và sau bây giờ."), field="closes_at", act=act
        )
    facts = {
        "organization": organization,
        "title": title,
        "summary": summary,
        "opens_at": opens_at,
        "closes_at": closes_at,
        "meets_at": meets_at,
    }
    if found is None:
        found = Consultation.objects.create(author=guards.person(actor), created_at=timezone.now(), **facts)
    else:
        for name, value in facts.items():
            setattr(found, name, value)
        found.save()
        found.sections.all().delete()
    ConsultationSection.objects.bulk_create(
        ConsultationSection(consultation=found, number=number, title=name, body=body)
        for number, (name, body) in enumerate(sections, 1)
    )
    record(act, actor=actor, target=found, detail={"title": title, "organization": organization.pk})
    return found


@transaction.atomic
def open_consultation(*, actor: Actor, consultation: Consultation) -> Consultation:
    """Open a draft to the members, from its time on. Its text is not changed any more."""
    act = "open_consultation"
    found = _locked(actor, consultation, act)
    if found.closes_at <= timezone.now():
        raise Refused(RefusalCode.EXPIRED, _("Hạn lấy ý kiến đã qua. Hãy sửa hạn."), act=act, target=found)
    found.state = CONSULTATION_TRANSITIONS[act][found.state]
    found.save(update_fields=["state"])
    record(act, actor=actor, target=found, detail={"organization": found.organization_id, "due_at": found.closes_at})
    tell_of_consultation(found)
    return found


@transaction.atomic
def end_consultation(*, actor: Actor, consultation: Consultation) -> Consultation:
    """Take no more opinions, before its time is over. What was said stays."""
    act = "end_consultation"
    found = _locked(actor, consultation, act)
    found.state = CONSULTATION_TRANSITIONS[act][found.state]
    found.save(update_fields=["state"])
    record(act, actor=actor, target=found)
    return found


@transaction.atomic
def give_opinion(
    *,
    member: Member,
    scope: Scope,
    consultation_id: uuid.UUID,
    body: str,
    section: int | None = None,
    client_id: str = "",
    said_at: datetime.datetime | None = None,
) -> Opinion:
    """Say something about a draft, or about one of its sections. Sent twice with the same client id: once.

    ``said_at`` is the phone's time of writing; without it the server's. By it an opinion is one of the meeting, and is taken
    up to a day after the end where it was written before. Raises Refused EXPIRED where it was not.
    """
    act = "give_opinion"
    lock_order()
    now = timezone.now()
    client_id = client_id[:64]
    if client_id and (known := Opinion.objects.filter(member=member, client_id=client_id).first()):
        return known
    found = Consultation.objects.visible_to(scope, now).filter(pk=consultation_id).first()
    if found is None:
        raise _not_found(act)
    # A clock that runs ahead cannot have written it later than the server hears of it.
    said = min(said_at, now) if said_at else now
    if not found.takes(said, now):
        raise Refused(RefusalCode.EXPIRED, _("Đã hết thời gian góp ý cho dự thảo này."), act=act, target=found)
    part = found.sections.filter(number=section).first() if section is not None else None
    if section is not None and part is None:
        raise Refused(RefusalCode.INVALID, _("Dự thảo không có mục này."), field="section", act=act, target=found)
    body = guards.text(body, field="body", act=act, missing=_("Hãy ghi ý kiến."))
    if Opinion.objects.filter(consultation=found, member=member).count() >= MOST_OPINIONS:
        raise Refused(RefusalCode.RATE_LIMITED, _("Đồng chí đã góp 50 ý kiến cho dự thảo này."), act=act, target=found)
    opinion = Opinion.objects.create(
        consultation=found,
        section=part,
        member=member,
        cell=member.cell,
        body=body,
        in_meeting=found.meets_at is not None and said >= found.meets_at,
        sent_at=now,
        said_at=said if said_at else None,
        client_id=client_id,
    )
    record(act, actor=member.user or member.code, target=found)
    return opinion


@transaction.atomic
def settle_opinion(*, actor: Actor, opinion: Opinion, verdict: str, reason: str) -> Opinion:
    """Mark an opinion as taken in or not; not without a reason, which its author reads."""
    act = "settle_opinion"
    consultation = _locked(actor, opinion.consultation, act)
    found = Opinion.objects.get(pk=opinion.pk)
    if verdict not in (Verdict.TAKEN, Verdict.NOT_TAKEN):
        raise Refused(RefusalCode.INVALID, _("Hãy chọn tiếp thu hoặc không tiếp thu."), field="verdict", act=act)
    missing = _("Hãy ghi lý do không tiếp thu.") if verdict == Verdict.NOT_TAKEN else ""
    found.reason = guards.line(reason, field="reason", act=act, missing=missing, longest=guards.LONGEST_NOTE)
    found.verdict, found.settled_by, found.settled_at = verdict, guards.person(actor), timezone.now()
    found.save()
    record(act, actor=actor, target=consultation, detail={"kind": verdict, "reason": found.reason})
    return found


def tell_of_consultation(consultation: Consultation) -> bool:
    """Tell phones that opinions are asked for, once, when its time has come. In a transaction."""
    now = timezone.now()
    due = Consultation.objects.filter(pk=consultation.pk, told=False, state=ConsultationState.OPEN, opens_at__lte=now)
    if not due.update(told=True):
        return False
    push_consultation(consultation)
    return True


def tell_due_consultations() -> int:
    """The same for those whose time has come since; how many."""
    now = timezone.now()
    due = Consultation.objects.filter(
        told=False, state=ConsultationState.OPEN, opens_at__lte=now, closes_at__gt=now
    ).order_by("opens_at")
    done = 0
    for each in due[:100]:
        with transaction.atomic():
            done += tell_of_consultation(each)
    return done


def sections_of(text: str) -> list[tuple[str, str]]:
    """The sections of a text: title and body. What stands before the first title is a section without one."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("#"):
            found.append((" ".join(line.lstrip("#").split()) or _("Mục"), []))
        elif found:
            found[-1][1].append(line)
        elif line.strip():
            found.append((_("Mở đầu"), [line]))
    return [(title, "\n".join(lines).strip()) for title, lines in found]


def _locked(actor: Actor, consultation: Consultation, act: str) -> Consultation:
    """The consultation as it is now, where the actor answers for its unit; else it is not found."""
    lock_order()
    found = Consultation.objects.select_related("organization").filter(pk=consultation.pk).first()
    known = isinstance(actor, str) or (found and may(actor, Right.ANSWER_FEEDBACK, found.organization))
    if found is None or not known:
        raise _not_found(act)
    if found.state not in CONSULTATION_TRANSITIONS[act]:
        raise Refused(
            RefusalCode.CONFLICT,
            _("Đợt lấy ý kiến đang ở trạng thái “%(state)s” nên không làm được việc này.")
            % {"state": found.get_state_display()},
            act=act,
            target=found,
        )
    return found


def _not_found(act: str) -> Refused:
    return Refused(RefusalCode.NOT_FOUND, _("Không tìm thấy đợt lấy ý kiến này."), field="id", act=act)

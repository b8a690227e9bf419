"""The way of a draft (đường đi của bản thảo): everything that happened to it, in one order, from what was recorded."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.models import PageLogEntry

from audit.enums import Outcome
from audit.models import AuditEntry
from cms.models import ContentPage
from editorial.enums import Decision
from editorial.models import Approval
from editorial.moments import moment
from publishing.models import Publication

# An item that came out within this time was on time.
PUNCTUAL = datetime.timedelta(minutes=1)
VOIDING_ACTS = ("return", "void_approvals", "cancel_schedule")
SHOWN_ACTS = (
    "schedule",
    "reschedule",
    "cancel_schedule",
    "publish",
    "emergency_publish",
    "put_back",
    "lift_embargo",
    "correct",
    "withdraw",
    "replace",
    "recall",
    "expire",
    "remind",
    "escalate",
    "warn_of_expiry",
)


@dataclasses.dataclass
class Event:
    """One thing that happened. ``tone`` is ``good``, ``warn``, ``bad`` or empty; a struck event no longer counts."""

    at: datetime.datetime
    what: str
    who: str = ""
    note: str = ""
    tone: str = ""
    struck: bool = False
    why: str = ""
    url: str = ""
    url_label: str = ""


def way_of(page: ContentPage, *, with_links: bool) -> list[Event]:
    """All events of a page, the oldest first. Links to compared texts are for those who may open the editor."""
    acts = list(
        AuditEntry.objects.filter(
            target_type=page._meta.label_lower,
            target_id=str(page.pk),
            outcome=Outcome.DONE,
            act__in={*SHOWN_ACTS, *VOIDING_ACTS},
        ).order_by("seq")
    )
    events = [*_texts(page, with_links), *_submissions(page), *_decisions(page, acts), *_acts(acts)]
    return sorted(events, key=lambda event: event.at)


def lateness_in_words(publication: Publication) -> str:
    """How long after its time an item came out, to the minute; empty where it was on time."""
    late = publication.published_at - publication.due_at
    return "" if late < PUNCTUAL else duration_in_words(late)


def duration_in_words(duration: datetime.timedelta) -> str:
    """Days, hours and minutes in words; empty below a minute."""
    days, minutes = duration.days, duration.seconds // 60
    parts = [
        (days, ngettext("%(count)d ngày", "%(count)d ngày", days)),
        (minutes // 60, ngettext("%(count)d giờ", "%(count)d giờ", minutes // 60)),
        (minutes % 60, ngettext("%(count)d phút", "%(count)d phút", minutes % 60)),
    ]
    return " ".join(words % {"count": count} for count, words in parts if count)


def _texts(page: ContentPage, with_links: bool) -> list[Event]:
    events = []
    before = None
    revisions = page.revisions.select_related("user").defer("content").order_by("created_at", "pk")
    for revision in revisions:
        event = Event(revision.created_at, _("Sửa bản thảo") if before else _("Tạo bản nháp"), str(revision.user or ""))
        if before and with_links:
            event.url = reverse("editorial_compare", args=[page.pk, before.pk, revision.pk])
            event.url_label = _("Xem đã sửa gì")
        events.append(event)
        before = revision
    return events


def _submissions(page: ContentPage) -> list[Event]:
    names = {
        "wagtail.workflow.start": _("Trình duyệt"),
        "wagtail.workflow.resume": _("Trình duyệt lại"),
        "wagtail.workflow.cancel": _("Rút khỏi quy trình duyệt"),
    }
    logs = PageLogEntry.objects.filter(page_id=page.pk, action__in=names).select_related("user")
    return [Event(log.timestamp, names[log.action], str(log.user or "")) for log in logs]


def _decisions(page: ContentPage, acts: list[AuditEntry]) -> list[Event]:
    events = []
    for approval in Approval.objects.filter(page=page).select_related("person", "step", "position__member"):
        returned = approval.decision == Decision.RETURN
        what = _("Trả lại ở bước “%(step)s”") if returned else _("Phê duyệt ở bước “%(step)s”")
        event = Event(
            approval.at,
            what % {"step": approval.step.name},
            _in_place(approval),
            note=approval.comment,
            tone="warn" if returned else "good",
        )
        if approval.voided_at and not returned:
            event.struck, event.tone, event.why = True, "", _why_voided(approval.voided_at, acts)
        events.append(event)
    return events


def _in_place(approval: Approval) -> str:
    """Who decided and, where they stood in for somebody, for whom."""
    seat = approval.position
    if seat is None or seat.member.user_id == approval.person_id:
        return str(approval.person)
    return _("%(person)s, thay %(holder)s") % {"person": approval.person, "holder": seat.member.full_name}


def _why_voided(at: datetime.datetime, acts: list[AuditEntry]) -> str:
    """The act that voided an approval was recorded in the same transaction: the one nearest in time."""
    voiding = [act for act in acts if act.act in VOIDING_ACTS]
    nearest = min(voiding, key=lambda act: abs(act.at - at), default=None)
    act = nearest.act if nearest else ""
    if act == "return":
        return _("Không còn hiệu lực vì bản thảo bị trả lại.")
    if act == "cancel_schedule":
        return _("Không còn hiệu lực vì lịch đăng bị hủy.")
    return _("Không còn hiệu lực vì bản thảo được sửa sau đó.")


def _acts(acts: list[AuditEntry]) -> list[Event]:
    people = get_user_model().objects.in_bulk({act.actor_id for act in acts if act.actor_id})
    outgoing = [act.detail.get("revision") for act in acts if act.act in ("publish", "emergency_publish")]
    ledger = Publication.objects.in_bulk(outgoing, field_name="revision_id")
    events = []
    for act in acts:
        if act.act not in SHOWN_ACTS:
            continue
        who = str(people.get(act.actor_id) or ("" if act.actor == "publisher" else act.actor))
        events.append(_event_of(act, who, ledger.get(act.detail.get("revision"))))
    return events


def _event_of(act: AuditEntry, who: str, publication: Publication | None) -> Event:
    detail = act.detail
    event = Event(act.at, "", who, note=str(detail.get("reason", "")))
    if act.act == "schedule":
        event.what = _("Đủ phê duyệt, hẹn đăng lúc %(at)s") % {"at": moment(detail["due_at"])}
        event.who = ""
    elif act.act == "reschedule":
        event.what = _("Đổi giờ đăng từ %(before)s sang %(after)s") % {
            "before": moment(detail["from"]),
            "after": moment(detail["to"]),
        }
    elif act.act == "cancel_schedule":
        event.what, event.tone = _("Hủy lịch đăng"), "warn"
    elif act.act == "publish":
        event.what, event.tone, event.who = _("Đã đăng"), "good", ""
        if publication and (late := lateness_in_words(publication)):
            event.note = _("Trễ %(late)s so với giờ hẹn %(due)s.") % {
                "late": late,
                "due": moment(publication.due_at),
            }
    elif act.act == "emergency_publish":
        event.what, event.tone = _("ĐĂNG KHẨN CẤP, không qua phê duyệt"), "bad"
    elif act.act == "remind":
        event.what, event.who = _("Nhắc người chưa quyết định"), ", ".join(detail.get("people", ()))
    elif act.act == "escalate":
        event.what, event.tone = _("Quá hạn duyệt"), "warn"
        event.who = ""
        event.note = _substituted(detail)
    elif act.act == "warn_of_expiry":
        event.what, event.who = _("Báo bàn biên tập: sắp hết hạn"), ""
    elif act.act == "put_back":
        event.what, event.tone = _("Đăng lại bản trước, vì đợt phát hành được quay lại"), "warn"
    elif act.act == "lift_embargo":
        event.what, event.tone, event.who = _("Đến giờ, mở cho đảng viên đọc"), "good", ""
    elif act.act == "correct":
        event.what, event.tone = _("Bắt đầu đính chính"), "warn"
    elif act.act == "withdraw":
        event.what, event.tone = _("Gỡ khỏi nơi đã đăng"), "bad"
    elif act.act == "replace":
        event.what, event.tone = _("Gỡ, thay bằng “%(title)s”") % {"title": detail.get("by_title", "")}, "bad"
    elif act.act == "recall":
        event.what, event.tone = _("Thu hồi, coi như chưa từng đăng"), "bad"
    else:
        event.what, event.tone, event.who = _("Hết hạn, tự gỡ xuống"), "warn", ""
    return event


def _substituted(detail: dict[str, Any]) -> str:
    """Whose word was missing, and who may decide in their place since."""
    missing, substitutes = ", ".join(detail.get("missing", ())), ", ".join(detail.get("substitutes", ()))
    told = _("Chưa quyết định: %(people)s.") % {"people": missing or "-"}
    if substitutes:
        return told + " " + _("Được duyệt thay: %(people)s.") % {"people": substitutes}
    return told + " " + _("Bước này chưa có người thay.")

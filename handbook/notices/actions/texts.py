"""Texts (SMS, else e-mail) about urgent notices, to those who have not read them, as far as the unit's budget goes."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from audit.actions import lock_order, record
from audit.enums import RefusalCode
from audit.refusals import Refused
from handbook.notices.actions.guards import Actor
from handbook.notices.audience import people_statement
from handbook.notices.done import SEEN, having
from handbook.notices.enums import Audience
from handbook.notices.models import Notice, NoticeText, NoticeVersion, TextBudget
from handbook.notices.models.notice import NoticeQuerySet
from handbook.notices.permissions import sets_budgets
from handbook.notices.reach import addressed_by
from messaging.actions import send_text
from messaging.enums import TextKind
from organizations.models import Member, Organization

# How long a push has to be read before a text follows.
PATIENCE = datetime.timedelta(minutes=30)
BATCH = 200


@transaction.atomic
def set_text_budget(*, actor: Actor, organization: Organization, per_month: int) -> TextBudget:
    """Say how many texts a unit may have sent in a month. For who administers the whole tree: texts cost money.

    Where something is left of it now, those are texted whom notices in force could not reach for want of it.
    """
    act = "set_text_budget"
    if not isinstance(actor, str) and not sets_budgets(actor):
        raise Refused(
            RefusalCode.FORBIDDEN, _("Bạn không được đặt hạn mức tin nhắn. Việc này do Văn phòng Tỉnh ủy làm."), act=act
        )
    lock_order()  # a run that is texting is over, and has said where it stopped
    budget, _created = TextBudget.objects.update_or_create(organization=organization, defaults={"per_month": per_month})
    now = timezone.now()
    if left_of_budget(organization, now):
        stopped = Notice.objects.in_force(now).filter(organization=organization, texts_stopped_at__isnull=False)
        stopped.update(texts_done=False, texts_stopped_at=None)
    record(act, actor=actor, target=organization, detail={"items": per_month})
    return budget


def left_of_budget(organization: Organization, now: datetime.datetime) -> int:
    """How many texts the unit may still have sent in this month of the province's calendar."""
    budget = TextBudget.objects.filter(organization=organization).first()
    if budget is None:
        return 0
    return max(0, budget.per_month - spent_this_month([organization.pk], now).get(organization.pk, 0))


def spent_this_month(organization_ids: Iterable[int], now: datetime.datetime) -> dict[int, int]:
    """How many texts these units have had sent in this month of the province's calendar; none for who is not there."""
    month = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    sent = NoticeText.objects.filter(organization__in=list(organization_ids), at__gte=month).order_by()
    return dict(sent.values_list("organization").annotate(Count("pk")))


def text_the_urgent() -> int:
    """Send texts about urgent notices that are still unread; how many were asked for. Safe many at a time."""
    sent = 0
    for pk in _due(timezone.now()).order_by("sent_at", "pk").values_list("pk", flat=True)[:20]:
        while (count := _text_some(pk)) > 0:
            sent += count
    return sent


def _due(now: datetime.datetime) -> NoticeQuerySet:
    """Notices that have been to be read long enough, as they now are, and with whose texts it is not done."""
    patient = Q(asked_again_at=None) | Q(asked_again_at__lte=now - PATIENCE)
    return Notice.objects.in_force(now).filter(patient, texts_done=False, sent_at__lte=now - PATIENCE)


@transaction.atomic
def _text_some(pk: uuid.UUID) -> int:
    """Text the next of those who have not read a notice; 0 where that is done or the budget is spent."""
    lock_order()  # of two runs the second sees what the first has spent
    now = timezone.now()
    notice = _due(now).filter(pk=pk).select_related("organization").first()
    if notice is None:
        return 0
    version = notice.current
    allowed = min(BATCH, left_of_budget(notice.organization, now)) if version.urgent else 0
    members = _unread(notice, limit=allowed + 1) if version.urgent else []
    for member in members[:allowed]:
        key = f"notice:{notice.pk}:{notice.version}:text:{member.pk}"
        NoticeText.objects.create(
            notice=notice, member=member, version=notice.version, organization=notice.organization, at=now
        )
        send_text(member=member, text=_words(notice, version), kind=TextKind.NOTICE, effect_key=key)
    if len(members) <= allowed:
        notice.texts_done = True
    elif not allowed:
        notice.texts_done, notice.texts_stopped_at = True, now
        record("text_budget_spent", actor="notices", target=notice, detail={"organization": notice.organization_id})
    notice.save(update_fields=["texts_done", "texts_stopped_at"])
    return min(allowed, len(members))


def _unread(notice: Notice, *, limit: int) -> list[Member]:
    """Those whom the notice reaches, who can be sent a text, have not read it, and were sent none since it asks for that."""
    people, parameters = people_statement(addressed_by(notice), "/")
    seen, seen_parameters = having(notice, SEEN).values("member_id").query.sql_with_params()
    names = connection.ops.quote_name
    key = Notice._meta.pk.get_db_prep_value(notice.pk, connection)
    statement = (  # names of our own tables only; what comes from outside is a parameter
        f"SELECT m.* FROM ({people}) people"  # noqa: S608
        f" JOIN {names(Member._meta.db_table)} m ON m.id = people.member_id"
        f" LEFT JOIN ({seen}) seen ON seen.member_id = m.id"
        " WHERE (m.phone <> '' OR m.email <> '') AND seen.member_id IS NULL"
        f" AND NOT EXISTS (SELECT 1 FROM {names(NoticeText._meta.db_table)} t WHERE t.notice_id = %s"
        " AND t.member_id = m.id AND t.version >= %s) ORDER BY m.id LIMIT %s"
    )
    return list(Member.objects.raw(statement, [*parameters, *seen_parameters, key, notice.counts_from, limit]))


def _words(notice: Notice, version: NoticeVersion) -> str:
    """The text of an SMS: what a stranger may read who holds the phone."""
    with override("vi"):
        what = version.title if notice.audience == Audience.ALL else _("Có thông báo mới dành cho cấp ủy.")
        words = _("KHẨN. %(unit)s: %(what)s Mở ứng dụng Sổ tay để xem.") % {
            "unit": notice.organization.name,
            "what": what.rstrip(".") + ".",
        }
    return words[:300]

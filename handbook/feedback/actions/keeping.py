"""What is kept beside threads: topics, routing rules, what units ask of answers, and saved views."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import lock_order, record
from audit.enums import RefusalCode
from audit.refusals import Refused
from handbook.feedback.actions import guards
from handbook.feedback.models import FeedbackSettings, FeedbackThread, RoutingRule, SavedView, Topic
from organizations.enums import Right
from organizations.models import Organization, today
from organizations.scope import may

MOST_VIEWS = 30


@transaction.atomic
def save_topic(*, actor: Any, topic: Topic) -> Topic:
    """Add a topic, or change one. Deadlines that were told stay as they were told."""
    act = "save_feedback_topic"
    _require(actor, "change" if topic.pk else "add", "topic", act)
    topic.name = guards.line(topic.name, field="name", act=act, missing=_("Hãy ghi tên lĩnh vực."), longest=128)
    if topic.hours < 1:
        raise Refused(RefusalCode.INVALID, _("Hạn trả lời phải từ 1 giờ."), field="hours", act=act)
    topic.save()
    record(act, actor=actor, target=topic, detail={"code": topic.code, "hours": topic.hours})
    return topic


@transaction.atomic
def delete_topic(*, actor: Any, topic: Topic) -> None:
    """Delete a topic about which nobody has written yet; others are switched off."""
    act = "delete_feedback_topic"
    _require(actor, "delete", "topic", act)
    if FeedbackThread.objects.filter(topic=topic).exists():
        raise Refused(
            RefusalCode.CONFLICT, _("Lĩnh vực này đã có góp ý. Hãy bỏ chọn “đang dùng” thay vì xóa."), act=act
        )
    record(act, actor=actor, target=topic)
    topic.delete()


@transaction.atomic
def save_rule(*, actor: Any, rule: RoutingRule) -> RoutingRule:
    """Say where a topic goes for the members of a unit; counts for what is sent from now on."""
    act = "save_feedback_rule"
    lock_order()
    _require(actor, "change" if rule.pk else "add", "routingrule", act)
    if RoutingRule.objects.filter(topic=rule.topic, unit=rule.unit).exclude(pk=rule.pk).exists():
        raise Refused(RefusalCode.CONFLICT, _("Đã có quy tắc cho lĩnh vực và tổ chức này."), field="unit", act=act)
    if rule.goes_to.valid_to is not None and rule.goes_to.valid_to <= today():
        raise Refused(RefusalCode.INVALID, _("Tổ chức nhận đã kết thúc hoạt động."), field="goes_to", act=act)
    rule.save()
    record(act, actor=actor, target=rule, detail={"organization": rule.unit_id, "to": rule.goes_to_id})
    return rule


@transaction.atomic
def delete_rule(*, actor: Any, rule: RoutingRule) -> None:
    """Take a rule out: its topic goes again where the next rule, or the cell, has it."""
    act = "delete_feedback_rule"
    _require(actor, "delete", "routingrule", act)
    record(act, actor=actor, target=rule)
    rule.delete()


@transaction.atomic
def save_settings(*, actor: Any, organization: Organization, approvals: int) -> FeedbackSettings:
    """Say how many of the unit's committee must approve an answer. For those who approve there, and operators."""
    act = "save_feedback_settings"
    if not isinstance(actor, str) and not may(actor, Right.APPROVE, organization):
        raise Refused(
            RefusalCode.FORBIDDEN,
            _("Chỉ cấp ủy của “%(unit)s” được đổi cách trả lời góp ý.") % {"unit": organization},
            act=act,
            target=organization,
        )
    if not 0 <= approvals <= 9:
        raise Refused(RefusalCode.INVALID, _("Số người duyệt từ 0 đến 9."), field="approvals", act=act)
    found, _made = FeedbackSettings.objects.update_or_create(
        organization=organization, defaults={"approvals": approvals}
    )
    record(act, actor=actor, target=organization, detail={"approvals": approvals})
    return found


@transaction.atomic
def save_view(*, actor: User, name: str, query: str) -> SavedView:
    """Keep filters of the inbox under a name; one of the same name is replaced. They are the person's own."""
    name = guards.line(name, field="name", act="", missing=_("Hãy đặt tên cho bộ lọc."), longest=64)
    if SavedView.objects.filter(user=actor).exclude(name=name).count() >= MOST_VIEWS:
        raise Refused(RefusalCode.INVALID, _("Đã có 30 bộ lọc. Hãy xóa bớt."), field="name")
    found, _made = SavedView.objects.update_or_create(user=actor, name=name, defaults={"query": query[:500]})
    return found


@transaction.atomic
def drop_view(*, actor: User, view_id: int) -> None:
    """Forget filters of one's own."""
    SavedView.objects.filter(user=actor, pk=view_id).delete()


def _require(actor: Any, right: str, model: str, act: str) -> None:
    if isinstance(actor, str) or (actor.is_active and actor.has_perm(f"feedback.{right}_{model}")):
        return
    raise Refused(
        RefusalCode.FORBIDDEN,
        _("Bạn không được sửa lĩnh vực và quy tắc chuyển. Việc này do người vận hành làm."),
        act=act,
    )

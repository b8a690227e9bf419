"""Texts to begin from: kept, changed and deleted by who sends in the name of the unit that keeps them."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.actions import lock_order, record
from audit.enums import RefusalCode
from audit.refusals import Refused
from handbook.notices.actions import guards
from handbook.notices.actions.drafts import Content, checked
from handbook.notices.actions.guards import Actor
from handbook.notices.models import NoticeTemplate
from organizations.models import Organization


@transaction.atomic
def save_template(*, actor: Actor, organization: Organization, name: str, content: Content) -> NoticeTemplate:
    """Keep a text to begin from; one of the same name in the unit is replaced. Times and files are not kept."""
    act = "save_notice_template"
    guards.require_sender(actor, organization, act)
    template, _created = NoticeTemplate.objects.update_or_create(
        organization=organization, name=_name(name, act), defaults=_facts(content, act)
    )
    record(act, actor=actor, target=template, detail={"organization": organization.pk})
    return template


@transaction.atomic
def change_template(*, actor: Actor, template: NoticeTemplate, name: str, content: Content) -> NoticeTemplate:
    """Change a text to begin from, or its name. Raises Refused CONFLICT where another of the unit has the name."""
    act = "save_notice_template"
    found = _locked(actor, template, act)
    found.name = _name(name, act)
    if NoticeTemplate.objects.filter(organization=found.organization, name=found.name).exclude(pk=found.pk).exists():
        raise Refused(
            RefusalCode.CONFLICT,
            _("Tổ chức đã có mẫu “%(name)s”. Hãy đặt tên khác.") % {"name": found.name},
            field="name",
            act=act,
            target=found,
        )
    for fact, value in _facts(content, act).items():
        setattr(found, fact, value)
    found.save()
    record(act, actor=actor, target=found, detail={"organization": found.organization_id})
    return found


@transaction.atomic
def delete_template(*, actor: Actor, template: NoticeTemplate) -> None:
    """Delete a text to begin from. Notices that were begun from it are their own."""
    act = "delete_notice_template"
    found = _locked(actor, template, act)
    record(act, actor=actor, target=found, detail={"organization": found.organization_id, "name": found.name})
    found.delete()


def _locked(actor: Actor, template: NoticeTemplate, act: str) -> NoticeTemplate:
    """The template as it is now. For who may not send in its unit's name there is none."""
    lock_order()
    found = NoticeTemplate.objects.select_related("organization").filter(pk=template.pk).first()
    if found is None or not guards.sends(actor, found.organization):
        raise Refused(RefusalCode.NOT_FOUND, _("Không tìm thấy mẫu này."), field="id", act=act, target=found)
    return found


def _name(name: str, act: str) -> str:
    name = guards.tidy_line(name)[:255]
    if not name:
        raise Refused(RefusalCode.REQUIRED, _("Hãy đặt tên cho mẫu."), field="name", act=act)
    return name


def _facts(content: Content, act: str) -> dict[str, Any]:
    """What is kept of a text: what it says and what it asks."""
    content = checked(content, act)
    return {
        "title": content.title,
        "body": content.body,
        "urgent": content.urgent,
        "requires_acknowledgement": content.requires_acknowledgement,
        "question": content.question,
        "answers": list(content.answers),
        "reason_wanted_for": list(content.reason_wanted_for),
    }

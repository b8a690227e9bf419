"""Sending, correcting and recalling. What was sent is never changed: a correction is a new version beside it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import lock_order, record
from audit.enums import RefusalCode
from audit.refusals import Refused
from handbook.notices.actions import guards
from handbook.notices.actions.drafts import Content, add_version, checked, save_notice
from handbook.notices.actions.files import files_for
from handbook.notices.actions.guards import Actor
from handbook.notices.actions.telling import tell
from handbook.notices.enums import TRANSITIONS, Audience
from handbook.notices.models import Notice
from handbook.notices.push import call_off_all
from organizations.models import Organization

# Without an end of its own a notice is in force for a year, so that nobody begins with ten years of them.
LIFE = datetime.timedelta(days=365)


@transaction.atomic
def send_notice(*, actor: Actor, notice: Notice) -> Notice:
    """Send a draft: in force at once, or from the time it asks for. It costs the same for a cell and the province."""
    act = "send_notice"
    found = guards.locked(actor, notice, act)
    guards.require_sender(actor, found.organization, act)
    now = timezone.now()
    version = found.current
    sent_at = max(found.sent_at or now, now)
    expires_at = found.expires_at or sent_at + LIFE
    guards.later_than(version.deadline, sent_at, field="deadline", act=act)
    guards.later_than(expires_at, sent_at, field="expires_at", act=act)
    found.state, found.sent_at, found.expires_at = TRANSITIONS[act][found.state], sent_at, expires_at
    found.save(update_fields=["state", "sent_at", "expires_at"])
    record(
        act,
        actor=actor,
        target=found,
        detail={
            "title": version.title,
            "organization": found.organization_id,
            "audience": found.audience,
            "units": list(found.audiences.order_by("organization").values_list("organization", flat=True)),
            "due_at": sent_at,
        },
    )
    if sent_at <= now:
        tell(found)
    return found


@transaction.atomic
def send_now(
    *,
    actor: Actor,
    organization: Organization,
    content: Content,
    audience: str = Audience.ALL,
    sub_units: Iterable[Organization] = (),
    sent_at: datetime.datetime | None = None,
    expires_at: datetime.datetime | None = None,
    client_id: str = "",
) -> Notice:
    """Write and send in one act. Asked again with the same ``client_id``, the first notice comes back."""
    lock_order()
    account = guards.person(actor)
    sent = Notice.objects.filter(author=account, client_id=client_id[:64]) if client_id and account else None
    if sent and (known := sent.first()):
        return known
    draft = save_notice(
        actor=actor,
        organization=organization,
        content=content,
        audience=audience,
        sub_units=sub_units,
        sent_at=sent_at,
        expires_at=expires_at,
        client_id=client_id,
    )
    return send_notice(actor=actor, notice=draft)


@transaction.atomic
def correct_notice(*, actor: Actor, notice: Notice, content: Content, asks_again: bool) -> Notice:
    """Put a new version in the place of the one that is out (đính chính).

    Where it asks again, what members did with older versions no longer counts, and they are told anew.
    """
    act = "correct_notice"
    found = guards.locked(actor, notice, act)
    content = checked(content, act)
    files = files_for(content.files, actor, found, act)
    now = timezone.now()
    guards.later_than(content.deadline, found.sent_at or now, field="deadline", act=act)
    found.state = TRANSITIONS[act][found.state]
    found.version += 1
    if asks_again:
        found.counts_from = found.version
        found.texts_done = False
    add_version(found, found.version, content, files, actor=actor, at=now, asks_again=asks_again)
    if not asks_again and found.told_version == found.version - 1:
        found.told_version = found.version  # those who were told of the last one are not told of a comma
    found.save(update_fields=["state", "version", "counts_from", "texts_done", "told_version"])
    record(
        act,
        actor=actor,
        target=found,
        detail={"title": content.title, "version": found.version, "asks_again": asks_again},
    )
    if asks_again and found.sent_at and found.sent_at <= now:
        tell(found)
    return found


@transaction.atomic
def recall_notice(*, actor: Actor, notice: Notice, reason: str) -> Notice:
    """Take a notice from everyone (thu hồi), with a reason that stays in its history. Receipts are kept."""
    act = "recall_notice"
    found = guards.locked(actor, notice, act)
    reason = guards.tidy_line(reason)
    if not reason:
        raise Refused(RefusalCode.REQUIRED, _("Hãy ghi lý do thu hồi."), field="reason", act=act, target=found)
    if len(reason) > 255:
        raise Refused(RefusalCode.INVALID, _("Lý do dài quá 255 ký tự."), field="reason", act=act, target=found)
    found.state, found.recalled_at, found.recall_reason = TRANSITIONS[act][found.state], timezone.now(), reason
    found.save(update_fields=["state", "recalled_at", "recall_reason"])
    record(act, actor=actor, target=found, detail={"reason": reason, "title": found.current.title})
    call_off_all(found)
    return found

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
from editorial.models import ApprovalRequest, Release
from editorial.requests.actions import ask, lapse
from handbook.notices.actions import guards
from handbook.notices.actions.drafts import Content, add_audience, add_version, checked, save_notice
from handbook.notices.actions.files import files_for
from handbook.notices.actions.guards import Actor
from handbook.notices.actions.telling import reminder_at, tell
from handbook.notices.enums import TRANSITIONS, Audience, State
from handbook.notices.models import Notice, NoticeVersion
from handbook.notices.push import call_off_all
from organizations.models import Organization

# Without an end of its own a notice is in force for a year, so that nobody begins with ten years of them.
LIFE = datetime.timedelta(days=365)


@transaction.atomic
def send_notice(*, actor: Actor, notice: Notice) -> Notice:
    """Send a draft: in force at once, or from the time it asks for. It costs the same for a cell and the province.

    Where a committee above wants to approve it, it is put before them instead, and goes out with their last approval.
    """
    act = "send_notice"
    found = guards.locked(actor, notice, act)
    guards.require_sender(actor, found.organization, act)
    rule = guards.approval_rule(found.organization)
    if rule is None:
        return put_out(actor=actor, notice=found, state=TRANSITIONS[act][found.state])
    _times(found, found.current, act)
    found.state = TRANSITIONS["submit_notice"][found.state]
    found.save(update_fields=["state"])
    ask(actor=actor, thing=found, organization=rule.organization, required=rule.required)
    return found


def put_out(
    *, actor: Actor, notice: Notice, state: str, within: Release | None = None, act: str = "send_notice"
) -> Notice:
    """Let a notice come into force: for the acts of this room, which have locked it. The gate is here, below them all.

    ``within`` is the release with which it goes out, whose approval ``editorial.gate`` has just found.
    """
    guards.require_approval(notice, act, within=within)
    text = notice.current
    sent_at, expires_at = _times(notice, text, act)
    notice.state, notice.sent_at, notice.expires_at = state, sent_at, expires_at
    notice.remind_at = reminder_at(text, known_since=sent_at, after=sent_at)
    notice.save(update_fields=["state", "sent_at", "expires_at", "remind_at"])
    record(
        act,
        actor=actor,
        target=notice,
        detail={
            "title": text.title,
            "organization": notice.organization_id,
            "audience": notice.audience,
            "units": list(notice.audiences.order_by("organization").values_list("organization", flat=True)),
            "due_at": sent_at,
        },
    )
    if sent_at <= timezone.now():
        tell(notice)
    return notice


def let_out_with_release(*, actor: Actor, notice: Notice, release: Release) -> Notice:
    """Let a notice that waits in a release come into force with it. For ``release_part``, in the gate's transaction."""
    act = "approve_notice"
    guards.require_state(notice, act)
    return put_out(actor=actor, notice=notice, state=TRANSITIONS[act][notice.state], within=release)


@transaction.atomic
def reschedule_notice(
    *,
    actor: Actor,
    notice: Notice,
    audience: str,
    sub_units: Iterable[Organization] = (),
    sent_at: datetime.datetime | None = None,
    expires_at: datetime.datetime | None = None,
) -> Notice:
    """Say anew to whom, from when and until when a notice goes out that is scheduled and not out yet; at once without a time.

    What was approved counts no longer: where a committee above approves this unit's notices, it waits for them anew.
    Raises Refused CONFLICT where it is out already, or a correction of it waits.
    """
    act = "reschedule_notice"
    found = guards.locked(actor, notice, act)
    guards.require_sender(actor, found.organization, act)
    guards.require_audience(audience, act)
    units = guards.addressed_units(found.organization, sub_units, act)
    # Locked, for the task that tells of what is due may be looking at it.
    ahead = Notice.objects.select_for_update().filter(pk=found.pk, told_version=0, sent_at__gt=timezone.now())
    if not ahead:
        raise Refused(
            RefusalCode.CONFLICT,
            _("Thông báo đã được gửi nên không đổi giờ và nơi nhận được nữa. Hãy đính chính hoặc thu hồi."),
            act=act,
            target=found,
        )
    if found.proposed_version:
        raise Refused(
            RefusalCode.CONFLICT,
            _("Bản đính chính đang chờ duyệt. Hãy rút nó về trước rồi mới đổi giờ và nơi nhận."),
            act=act,
            target=found,
        )
    rule = guards.approval_rule(found.organization)
    lapse(actor=actor, thing=found)
    found.audiences.all().delete()
    add_audience(found, audience, units)
    found.audience, found.sent_at, found.expires_at = audience, sent_at, expires_at
    if rule is None:
        found.save(update_fields=["audience"])
        return put_out(actor=actor, notice=found, state=TRANSITIONS[act][found.state], act=act)
    _times(found, found.current, act)
    found.state = TRANSITIONS["resubmit_notice"][found.state]
    found.save(update_fields=["state", "audience", "sent_at", "expires_at"])
    record(act, actor=actor, target=found, detail={"title": found.current.title, "due_at": sent_at})
    ask(actor=actor, thing=found, organization=rule.organization, required=rule.required)
    return found


def _times(notice: Notice, text: NoticeVersion, act: str) -> tuple[datetime.datetime, datetime.datetime]:
    """Since and until when it would be in force, sent now. Refuses an end that is over by then."""
    now = timezone.now()
    sent_at = max(notice.sent_at or now, now)
    expires_at = notice.expires_at or sent_at + LIFE
    guards.later_than(text.deadline, sent_at, field="deadline", act=act)
    guards.later_than(expires_at, sent_at, field="expires_at", act=act)
    return sent_at, expires_at


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
    if known := _sent_before(actor, client_id):
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


def _sent_before(actor: Actor, client_id: str) -> Notice | None:
    """What the actor's phone sent under this name of its own before."""
    account = guards.person(actor)
    if account is None or not client_id:
        return None
    return Notice.objects.filter(author=account, client_id=client_id[:64]).first()


@transaction.atomic
def correct_notice(*, actor: Actor, notice: Notice, content: Content, asks_again: bool) -> Notice:
    """Put a new version in the place of the one that is out (đính chính).

    Where it asks again, what members did with older versions no longer counts, and they are told anew. Where a committee
    above approves this unit's notices, the new version waits for them, and the old one stays out until then.
    """
    act = "correct_notice"
    found = guards.locked(actor, notice, act)
    content = checked(content, act)
    files = files_for(content.files, actor, found, act)
    now = timezone.now()
    guards.later_than(content.deadline, found.sent_at or now, field="deadline", act=act)
    drop_proposal(actor=actor, notice=found)
    found.proposed_version = found.version + 1
    found.save(update_fields=["proposed_version"])
    add_version(found, found.proposed_version, content, files, actor=actor, at=now, asks_again=asks_again)
    rule = guards.approval_rule(found.organization)
    if rule is None:
        return put_correction_out(actor=actor, notice=found)
    ask(actor=actor, thing=found, organization=rule.organization, required=rule.required)
    return found


def put_correction_out(*, actor: Actor, notice: Notice) -> Notice:
    """Let the proposed version take the place of the one that is out. The gate is here, as in ``put_out``."""
    act = "correct_notice"
    guards.require_approval(notice, act)
    text = notice.to_approve
    was_told = notice.told_version == notice.version
    notice.state = TRANSITIONS[act][notice.state]
    notice.version, notice.proposed_version = text.number, 0
    now = timezone.now()
    if text.asks_again:
        notice.counts_from = notice.version
        notice.asked_again_at = now
        notice.texts_done, notice.texts_stopped_at = False, None
    elif was_told:
        notice.told_version = notice.version  # those who were told of the last one are not told of a comma
    out_since = notice.sent_at or now
    known_since = max(out_since, notice.asked_again_at or out_since)
    notice.remind_at = reminder_at(text, known_since=known_since, after=max(out_since, now))
    facts = ["asked_again_at", "texts_done", "texts_stopped_at", "told_version", "remind_at"]
    notice.save(update_fields=["state", "version", "proposed_version", "counts_from", *facts])
    record(
        act,
        actor=actor,
        target=notice,
        detail={"title": text.title, "version": notice.version, "asks_again": text.asks_again},
    )
    if text.asks_again and out_since <= now:
        tell(notice)
    return notice


@transaction.atomic
def take_back_notice(*, actor: Actor, notice: Notice) -> Notice:
    """Take back what waits for approval, to change it: a draft again, or the correction gone."""
    act = "take_back_notice"
    found = guards.locked(actor, notice, act)
    if found.state == State.SENT and not found.proposed_version:
        raise Refused(RefusalCode.CONFLICT, _("Thông báo này không chờ duyệt."), act=act, target=found)
    if release := Release.objects.open_with(found):
        raise Refused(
            RefusalCode.CONFLICT,
            _("Thông báo này chờ cùng đợt phát hành “%(release)s”. Hãy nhờ Ban Biên tập rút đợt đó lại.")
            % {"release": release},
            act=act,
            target=found,
        )
    state = TRANSITIONS[act][found.state]
    drop_proposal(actor=actor, notice=found)
    found.state = state
    found.save(update_fields=["state"])
    record(act, actor=actor, target=found, detail={"title": found.current.title})
    return found


def drop_proposal(*, actor: Actor, notice: Notice) -> None:
    """Let nothing of the notice wait for approval, and forget a correction that did. For acts that have locked it."""
    if ApprovalRequest.objects.about(notice).waiting().exists():  # what went out with its approval keeps it
        lapse(actor=actor, thing=notice)
    if notice.proposed_version:
        notice.versions.filter(number=notice.proposed_version).delete()
        notice.proposed_version = 0
        notice.save(update_fields=["proposed_version"])


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
    drop_proposal(actor=actor, notice=found)
    found.state, found.recalled_at, found.recall_reason = TRANSITIONS[act][found.state], timezone.now(), reason
    found.save(update_fields=["state", "recalled_at", "recall_reason"])
    record(act, actor=actor, target=found, detail={"reason": reason, "title": found.current.title})
    call_off_all(found)
    return found

"""A notice that goes out with a release: approved with it, sent with it, recalled with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editorial.models import Release
from editorial.releases.parts import PartKind
from editorial.requests.subjects import ThingFile
from handbook.notices.actions import guards
from handbook.notices.actions.sending import let_out_with_release, recall_notice
from handbook.notices.approval import NoticeSubject
from handbook.notices.enums import EDITABLE, TRANSITIONS, State
from handbook.notices.models import Notice
from organizations.enums import Right
from organizations.scope import may

SUBJECT = NoticeSubject()


class NoticePart(PartKind[Notice]):
    """A draft of a notice. The release's committee stands for the one that a rule asks, where it is the same."""

    label = gettext_lazy("Thông báo")
    template = "notices/request.html"
    phone_template = "notices/phone.html"

    def candidates(self, user: Any) -> QuerySet[Notice]:
        return Notice.objects.of_officer(user).filter(state__in=EDITABLE).order_by("-created_at", "-pk")

    def title(self, thing: Notice) -> str:
        return thing.to_approve.title

    def form(self, thing: Notice) -> dict[str, Any]:
        return SUBJECT.form(thing)

    def writers(self, thing: Notice) -> Iterable[int]:
        return SUBJECT.writers(thing)

    def context(self, thing: Notice, user: Any) -> dict[str, Any]:
        return SUBJECT.context(thing, user)

    def files(self, thing: Notice) -> list[ThingFile]:
        return SUBJECT.files(thing)

    def problem(self, thing: Notice, release: Release) -> str:
        """Not while its own committee has not the say here, nor with a time of its own after the release's."""
        if thing.state not in EDITABLE:
            return _("thông báo này không còn là bản nháp")
        rule = guards.approval_rule(thing.organization)
        if rule is not None and (rule.organization_id != release.organization_id or rule.required > release.required):
            return _("thông báo này phải được %(required)d người của “%(unit)s” duyệt riêng") % {
                "required": rule.required,
                "unit": rule.organization,
            }
        at = release.due_at or timezone.now()
        if thing.sent_at and thing.sent_at > at:
            return _("thông báo này có giờ gửi riêng, sau giờ phát hành; hãy bỏ giờ gửi")
        deadline = thing.to_approve.deadline
        if (deadline and deadline <= at) or (thing.expires_at and thing.expires_at <= at):
            return _("hạn của thông báo đã qua vào giờ phát hành")
        return ""

    def hold(self, thing: Notice, actor: Any) -> None:
        thing.state = TRANSITIONS["submit_notice"][thing.state]
        thing.save(update_fields=["state"])

    def let_go(self, thing: Notice) -> None:
        if thing.state == State.WAITING:
            thing.state = TRANSITIONS["take_back_notice"][thing.state]
            thing.save(update_fields=["state"])

    def put_out(self, thing: Notice, release: Release, actor: Any) -> None:
        let_out_with_release(notice=thing, release=release, actor=actor)

    def take_back(self, thing: Notice, actor: Any, reason: str) -> None:
        """As who recalls releases: the right to do so is that of the release, not of the notice's unit."""
        if thing.state == State.SENT:
            by = actor if may(actor, Right.SEND_NOTICES, thing.organization) else "release"
            recall_notice(actor=by, notice=thing, reason=reason[:255])

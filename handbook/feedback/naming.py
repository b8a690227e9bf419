"""Who is named in a confidential thread: by the rule its unit's secretary, else whoever a named person adds."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext as _

from audit.enums import RefusalCode
from audit.refusals import Refused
from handbook.feedback.models import FeedbackReader, FeedbackThread
from handbook.feedback.routing import secretaries_for
from organizations.enums import Right
from organizations.models import Member, Organization
from organizations.scope import held_by


def name_readers(thread: FeedbackThread, unit: Organization, *, at: datetime.datetime, anew: bool = False) -> None:
    """Name those who read what is confidential at a unit; with ``anew`` in the place of everyone named before."""
    people = secretaries_for(unit, but=thread.author)
    if anew:
        FeedbackReader.objects.filter(thread=thread).exclude(member__in=people).delete()
    for member in people:
        FeedbackReader.objects.get_or_create(thread=thread, member=member, defaults={"at": at})


def officer_of(code: str) -> Member:
    """The member of this code, who is to be named. Raises Refused INVALID where there is none."""
    code = code.strip()
    found = Member.objects.active().filter(code=code).first()
    if found is None:
        message = _("Không có cán bộ mang mã “%(code)s”.") % {"code": code[:32]}
        raise Refused(RefusalCode.INVALID, message, field="member", act="name_reader")
    return found


def has_reader(thread: FeedbackThread) -> bool:
    """Whether anybody who is named may still read it."""
    named = Member.objects.active().filter(pk__in=FeedbackReader.objects.filter(thread=thread).values("member"))
    return any(
        member.user is not None and held_by(member.user, Right.ANSWER_FEEDBACK).exists()
        for member in named.select_related("user")
    )

"""Who sees what of feedback, and who may act on it: behind every screen, field and file.

An author of an anonymous thread is known to nobody by reading. Who may know must look (``actions.reveal_author``), and each
look is in the audit. Whoever takes part in the author's cell, or holds a position there, may not, whatever else they are.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from handbook.feedback.enums import SHOWN_TO_MEMBER, MessageKind, State
from handbook.feedback.models import FeedbackFile, FeedbackMessage, FeedbackReader, FeedbackThread, Handover
from handbook.feedback.routing import veil_over
from organizations.enums import MEMBER_LEVELS, Right
from organizations.models import Organization, OrganizationQuerySet, Position
from organizations.scope import held_by, may, member_of, organizations_where


def is_officer(user: Any) -> bool:
    """Whether the person answers anywhere."""
    return organizations_where(user, Right.ANSWER_FEEDBACK).exists()


def answering_units(user: Any) -> OrganizationQuerySet:
    """Units in force for which this person may answer."""
    return organizations_where(user, Right.ANSWER_FEEDBACK).in_force()


def own_units(user: Any) -> QuerySet[Organization]:
    """Units where this person answers by a position in exactly that unit: whose inbox is theirs."""
    return held_by(user, Right.ANSWER_FEEDBACK)


def highest_unit(user: Any) -> Organization | None:
    """The highest unit for which this person may answer: what is looked into where they choose none."""
    units = answering_units(user)
    return min(units.exclude(parent__in=units), key=lambda unit: (unit.path.count("/"), unit.pk), default=None)


def may_work_on(user: Any, thread: FeedbackThread) -> bool:
    """Whether the person may act on this thread."""
    return FeedbackThread.objects.workable_by(user).filter(pk=thread.pk).exists()


def may_reveal(user: Any, thread: FeedbackThread) -> bool:
    """Whether the person may look who wrote an anonymous thread: an upper committee, and nobody of the cell."""
    if not thread.anonymous_to_cell or not may_work_on(user, thread):
        return False
    veils = [thread.veil, veil_over(thread.author.cell)]
    member = member_of(user)
    for veil in veils:
        if member is not None and _is_of(member, veil):
            return False
        above = Organization.objects.filter(pk__in=veil.line_ids[:-1]).exclude(level__in=MEMBER_LEVELS)
        if not any(may(user, Right.ANSWER_FEEDBACK, unit) for unit in above):
            return False
    return not thread.confidential or _is_reader(member, thread)


def author_of(thread: FeedbackThread) -> str:
    """The author as officers read it, without looking."""
    return _("Đảng viên ẩn danh") if thread.anonymous_to_cell else thread.author.full_name


def messages_for_officer(user: Any, thread: FeedbackThread) -> QuerySet[FeedbackMessage]:
    """What an officer may read of a thread: all of one they may work on, else as far as their units saw it."""
    found = FeedbackMessage.objects.filter(thread=thread)
    if may_work_on(user, thread):
        return found
    if not FeedbackThread.objects.of_officer(user).filter(pk=thread.pk).exists():
        return found.none()
    seen = Handover.objects.filter(thread=thread, from_unit__in=held_by(user, Right.ANSWER_FEEDBACK).order_by())
    through = max(seen.values_list("through", flat=True), default=0)
    return found.filter(number__lte=through)


def duplicates_for_officer(user: Any, thread: FeedbackThread) -> QuerySet[FeedbackThread]:
    """The threads that are answered with this one, as far as the person may work on them: not their own."""
    return FeedbackThread.objects.workable_by(user).filter(merged_into=thread, state=State.MERGED)


def messages_for_member(thread: FeedbackThread) -> QuerySet[FeedbackMessage]:
    """What the author reads: never a note."""
    return FeedbackMessage.objects.filter(thread=thread, kind__in=SHOWN_TO_MEMBER)


def files_visible_to(user: Any) -> QuerySet[FeedbackFile]:
    """Files of the messages that the person may read, as author or as officer."""
    if user is None or not user.is_authenticated or not user.is_active:
        return FeedbackFile.objects.none()
    own = FeedbackThread.objects.of_member(member_of(user)).order_by()
    work = FeedbackThread.objects.workable_by(user).order_by()
    query = Q(message__thread__in=own.values("pk"), message__kind__in=SHOWN_TO_MEMBER)
    query |= Q(message__thread__in=work.values("pk"))
    seen = Handover.objects.filter(
        thread=OuterRef("message__thread"),
        through__gte=OuterRef("message__number"),
        from_unit__in=held_by(user, Right.ANSWER_FEEDBACK).order_by().values("pk"),
    )
    reached = FeedbackThread.objects.of_officer(user).order_by()
    query |= Q(Exists(seen), message__thread__in=reached.values("pk"))
    return FeedbackFile.objects.filter(query).distinct()


def shown_name(file: FeedbackFile, thread: FeedbackThread) -> str:
    """A file's name as officers read it: an anonymous author may have put their own into it."""
    if not thread.anonymous_to_cell or file.message.kind != MessageKind.MEMBER:
        return file.name
    ending = file.name.rpartition(".")[2]
    return _("tep-dinh-kem-%(number)s.%(ending)s") % {"number": file.pk.hex[:6], "ending": ending}


def _is_of(member: Any, veil: Organization) -> bool:
    """Whether a person takes part in this cell, or holds a position in it."""
    if member.cell.path.startswith(veil.path):
        return True
    held = Position.objects.in_force().filter(member=member, organization__path__startswith=veil.path)
    return held.exists()


def _is_reader(member: Any, thread: FeedbackThread) -> bool:
    return member is not None and FeedbackReader.objects.filter(thread=thread, member=member).exists()

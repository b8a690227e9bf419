"""What a member asks, and all that is said and done about it."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from handbook.feedback.enums import RUNNING, UNSETTLED, HandoverKind, Kind, MessageKind, State
from handbook.feedback.models.passage import FeedbackReader, Handover
from handbook.feedback.models.topic import Topic
from organizations.enums import Right
from organizations.models import Member, Organization
from organizations.names import folded
from organizations.scope import held_by, member_of, organizations_where


class FeedbackThreadQuerySet(models.QuerySet["FeedbackThread"]):
    """Reads of threads. Each begins with who asks: a member for their own, an officer for those of their units."""

    def of_member(self, member: Member | None) -> FeedbackThreadQuerySet:
        """What this member wrote."""
        return self.filter(author=member) if member else self.none()

    def of_officer(self, user: Any) -> FeedbackThreadQuerySet:
        """What exists for this person as one who answers.

        Threads of units where they may answer, and those that units where they hold that right handed on. Of
        confidential ones only those in which they are named, while they hold that right anywhere. Never their own: nobody
        answers themselves, or reads what their committee notes about them.
        """
        if user is None or not user.is_authenticated or not user.is_active:
            return self.none()
        member = member_of(user)
        query: Any = Q(self._reached(user), confidential=False)
        if member is None:
            return self.filter(query)
        if held_by(user, Right.ANSWER_FEEDBACK).exists():
            named = FeedbackReader.objects.filter(thread=OuterRef("pk"), member=member)
            query |= Q(confidential=True) & Exists(named)
        return self.filter(query).exclude(author=member)

    def workable_by(self, user: Any) -> FeedbackThreadQuerySet:
        """Those on which this person may act: not what their units only handed on."""
        units = organizations_where(user, Right.ANSWER_FEEDBACK).order_by()
        return self.of_officer(user).filter(Q(confidential=True) | Q(owner__in=units))

    def at_units(self, units: Any) -> FeedbackThreadQuerySet:
        """The inbox of units: what they own, and what is late below them."""
        return self.filter(Q(owner__in=units) | Q(escalated_to__in=units))

    def running(self) -> FeedbackThreadQuerySet:
        """Those that wait for the committee."""
        return self.filter(state__in=RUNNING)

    def unsettled(self) -> FeedbackThreadQuerySet:
        """Those to which something is still to come."""
        return self.filter(state__in=UNSETTLED)

    def late(self, at: Any) -> FeedbackThreadQuerySet:
        """Those whose deadline has passed."""
        return self.filter(due_at__lt=at)

    def found_by(self, text: str) -> FeedbackThreadQuerySet:
        """By the words of subject and messages. Never by who wrote it: an author is looked at, one by one, in ``reveal``."""
        words = folded(text).split()[:8]
        query = Q()
        for word in words:
            query &= Q(text_folded__contains=word)
        return self.filter(query) if words else self

    def unread(self) -> FeedbackThreadQuerySet:
        """Those with an answer that the member has not read."""
        return self.filter(answered_number__gt=F("read_number"))

    def _reached(self, user: Any) -> Q:
        if user.has_perm("organizations.administer"):
            return Q()
        units = organizations_where(user, Right.ANSWER_FEEDBACK).order_by().values("pk")
        handed = Handover.objects.filter(
            from_unit__in=held_by(user, Right.ANSWER_FEEDBACK).order_by().values("pk"),
            kind__in=[HandoverKind.FORWARD, HandoverKind.SUCCESSION],
        )
        return Q(owner__in=units) | Q(pk__in=handed.order_by().values("thread"))


class FeedbackThread(models.Model):
    """A question, opinion or report of a member. It always has an owner: the unit that owes the answer.

    ``cell`` is the author's when they wrote; ``veil`` the highest cell above it, whose officers must not know an anonymous
    author. ``due_at`` is empty while the clock stands still, ``time_left`` what of it was left then; ``warn_at`` and
    ``escalate_at`` are the next times at which the clock does something (``handbook.feedback.clock``).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("loại"), max_length=16, choices=Kind, default=Kind.QUESTION)
    topic = models.ForeignKey(
        Topic, models.PROTECT, null=True, blank=True, related_name="threads", verbose_name=_("lĩnh vực")
    )
    subject = models.CharField(_("tiêu đề"), max_length=255)
    # Subject and what was said to and by the member, folded: what officers look for.
    text_folded = models.TextField(editable=False, default="")
    author = models.ForeignKey(
        Member, models.PROTECT, related_name="feedback", verbose_name=_("người gửi"), db_index=False
    )
    cell = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    veil = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    addressed_to = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", db_index=False, verbose_name=_("gửi tới")
    )
    owner = models.ForeignKey(
        Organization, models.PROTECT, related_name="feedback", db_index=False, verbose_name=_("nơi xử lý")
    )
    assigned_to = models.ForeignKey(
        Member, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("người xử lý")
    )
    state = models.CharField(_("trạng thái"), max_length=16, choices=State, default=State.NEW)
    anonymous_to_cell = models.BooleanField(_("ẩn danh với chi bộ"), default=False)
    confidential = models.BooleanField(_("chỉ người được chỉ định đọc"), default=False)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="duplicates")
    split_from = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="parts")
    created_at = models.DateTimeField(_("gửi lúc"))
    settled_at = models.DateTimeField(_("xong lúc"), null=True, blank=True)
    due_at = models.DateTimeField(_("hạn trả lời"), null=True, blank=True)
    time_left = models.DurationField(null=True, blank=True)
    warn_at = models.DateTimeField(null=True, blank=True)
    escalate_at = models.DateTimeField(null=True, blank=True)
    escalated_to = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    # Numbers of messages: the last of all, the last of the committee to the member, and how far the member has read.
    last_number = models.PositiveIntegerField(default=0)
    answered_number = models.PositiveIntegerField(default=0)
    read_number = models.PositiveIntegerField(default=0)
    rating = models.PositiveSmallIntegerField(_("đánh giá"), null=True, blank=True)
    rating_comment = models.CharField(_("nhận xét"), max_length=500, blank=True)
    may_publish = models.BooleanField(_("đồng ý đăng hỏi đáp"), default=False)
    published_page_id = models.BigIntegerField(null=True, blank=True)
    # The phone's own name for what it sends, so that a request sent twice makes one thread.
    client_id = models.CharField(max_length=64, blank=True)

    objects = FeedbackThreadQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        default_permissions = ()
        verbose_name = _("góp ý")
        verbose_name_plural = _("góp ý")
        constraints = [
            models.UniqueConstraint(
                fields=["author", "client_id"], condition=~Q(client_id=""), name="feedback_sent_once_per_client_id"
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="feedback_state_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=sorted(RUNNING), due_at__isnull=False)
                | (~Q(state__in=sorted(RUNNING)) & Q(due_at=None)),
                name="feedback_clock_runs_while_it_is_owed",
            ),
            models.CheckConstraint(
                condition=Q(state=State.MERGED, merged_into__isnull=False) | ~Q(state=State.MERGED),
                name="feedback_merged_into_something",
            ),
            models.CheckConstraint(condition=Q(rating=None) | Q(rating__range=(1, 5)), name="feedback_rating_of_five"),
        ]
        indexes = [
            models.Index(fields=["author", "-created_at", "-id"], name="feedback_of_author"),
            models.Index(fields=["owner", "state", "due_at"], name="feedback_of_unit"),
            models.Index(fields=["due_at", "id"], condition=Q(due_at__isnull=False), name="feedback_by_deadline"),
            models.Index(fields=["-created_at", "-id"], name="feedback_by_age"),
            models.Index(fields=["escalated_to"], condition=Q(escalated_to__isnull=False), name="feedback_escalated"),
            models.Index(fields=["warn_at"], condition=Q(warn_at__isnull=False), name="feedback_to_warn"),
            models.Index(fields=["escalate_at"], condition=Q(escalate_at__isnull=False), name="feedback_to_escalate"),
            models.Index(fields=["settled_at"], condition=Q(state=State.ANSWERED), name="feedback_to_close"),
            models.Index(
                fields=["published_page_id"], condition=Q(published_page_id__isnull=False), name="feedback_published"
            ),
        ]

    def __str__(self) -> str:
        # What the audit calls it: of a confidential thread not even the subject.
        return str(self.pk) if self.confidential else self.subject

    def is_late_at(self, at: Any) -> bool:
        """Whether its deadline has passed."""
        return self.due_at is not None and self.due_at < at


class FeedbackMessage(models.Model):
    """Something said in a thread, in its order. What was sent is never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    thread = models.ForeignKey(FeedbackThread, models.CASCADE, related_name="messages", db_index=False)
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=MessageKind)
    body = models.TextField()
    # Who wrote it for the committee; the member's are the author's.
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    # In whose name: the owner at that time.
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+", db_index=False)
    sent_at = models.DateTimeField()
    client_id = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["thread", "number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["thread", "number"], name="one_feedback_message_per_number"),
            models.UniqueConstraint(
                fields=["thread", "client_id"],
                condition=~Q(client_id=""),
                name="feedback_message_sent_once_per_client_id",
            ),
            models.CheckConstraint(
                condition=Q(kind=MessageKind.MEMBER, organization=None)
                | (~Q(kind=MessageKind.MEMBER) & Q(organization__isnull=False)),
                name="feedback_message_has_its_sender",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.thread_id} #{self.number}"


class FeedbackFile(models.Model):
    """A picture, file or voice note that goes with a message. Its id tells nothing of the upload it came by."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(FeedbackMessage, models.CASCADE, related_name="files")
    upload_id = models.UUIDField(unique=True)
    storage_name = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=128)
    size = models.PositiveBigIntegerField()

    class Meta:
        ordering = ["name", "id"]
        default_permissions = ()

    def __str__(self) -> str:
        # What the audit calls it: a name may tell who an anonymous author is.
        return str(self.pk)

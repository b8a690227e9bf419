"""What a committee tells the members below it: a notice, its versions, and whom it is for."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from handbook.notices.enums import LEVELS, WERE_OUT, Audience, RemindAfter, RemindBefore, State, Status
from handbook.notices.models.receipt import NoticeReceipt
from organizations.enums import Right
from organizations.models import Member, Organization
from organizations.scope import Scope, organizations_where


def in_force(at: datetime.datetime, notice: str = "") -> Q:
    """The condition that a notice is out at this moment, of the notice or of what points to it by this name."""
    prefix = f"{notice}__" if notice else ""
    open_ended = Q(**{f"{prefix}expires_at": None}) | Q(**{f"{prefix}expires_at__gt": at})
    return open_ended & Q(**{f"{prefix}state": State.SENT, f"{prefix}sent_at__lte": at})


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Reads of notices."""

    def in_force(self, at: datetime.datetime) -> NoticeQuerySet:
        """Notices that are out at this moment."""
        return self.filter(in_force(at))

    def in_inbox_of(self, member: Member, *, scope: Scope, at: datetime.datetime) -> NoticeQuerySet:
        """What exists for this member: what is in force and addressed to them, and what they have received.

        Nothing is copied when a notice is sent: one row for each unit addressed is all that is kept. What was received
        stays, also after a move or its expiry; what was recalled is gone for everyone.
        """
        addressed = NoticeAudience.objects.filter(in_force(at, "notice"), key__in=scope.keys)
        received = NoticeReceipt.objects.filter(member=member, notice__state=State.SENT)
        # A union and no OR: the few candidates are found by their indexes, whatever else there is.
        return self.filter(pk__in=addressed.order_by().values("notice").union(received.order_by().values("notice")))

    def unread_by(self, member: Member, *, scope: Scope, at: datetime.datetime) -> NoticeQuerySet:
        """Those of the inbox that are in force and that the member has not read as they now are."""
        read = NoticeReceipt.objects.filter(
            notice=OuterRef("pk"), member=member, version__gte=OuterRef("counts_from"), read_at__isnull=False
        )
        return self.in_inbox_of(member, scope=scope, at=at).in_force(at).exclude(Exists(read))

    def of_officer(self, user: Any) -> NoticeQuerySet:
        """Notices of the units in whose name this person may send, drafts included."""
        return self.filter(organization__in=organizations_where(user, Right.SEND_NOTICES).order_by())


class Notice(models.Model):
    """A notice from a unit to its subtree or to chosen units in it.

    ``version`` is the number of the text that is out. Receipts of versions from ``counts_from`` on count for it: a
    correction that asks again raises it. ``sent_at`` is when it is out, which may lie ahead.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="notices", verbose_name=_("tổ chức gửi")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("người soạn")
    )
    state = models.CharField(_("trạng thái"), max_length=16, choices=State, default=State.DRAFT)
    audience = models.CharField(_("gửi cho"), max_length=16, choices=Audience, default=Audience.ALL)
    version = models.PositiveIntegerField(default=1)
    counts_from = models.PositiveIntegerField(default=1)
    # The number of a correction that waits for approval while ``version`` stays out; 0 where there is none.
    proposed_version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(_("lúc soạn"))
    sent_at = models.DateTimeField(_("lúc gửi"), null=True, blank=True)
    expires_at = models.DateTimeField(_("hết hiệu lực"), null=True, blank=True)
    recalled_at = models.DateTimeField(_("lúc thu hồi"), null=True, blank=True)
    recall_reason = models.CharField(_("lý do thu hồi"), max_length=255, blank=True)
    # The phone's own name for what it sends, so that a request sent twice makes one notice.
    client_id = models.CharField(max_length=64, blank=True)
    # When the last correction that asks again took its place; None where none did.
    asked_again_at = models.DateTimeField(null=True)
    # The version of which pushes were asked for.
    told_version = models.PositiveIntegerField(default=0)
    # Whether nobody is to be texted now: all were, or since ``texts_stopped_at`` there is no budget for the others.
    texts_done = models.BooleanField(default=False)
    texts_stopped_at = models.DateTimeField(null=True)
    reminders = models.PositiveIntegerField(default=0)
    # When those are reminded by the rule of its text who have not done what it asks; None where that is done, or never is.
    remind_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("thông báo")
        verbose_name_plural = _("thông báo")
        constraints = [
            models.UniqueConstraint(
                fields=["author", "client_id"], condition=~Q(client_id=""), name="notice_sent_once_per_client_id"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=WERE_OUT) | Q(sent_at__isnull=False), name="notice_out_has_its_time"
            ),
            models.CheckConstraint(condition=Q(counts_from__lte=F("version")), name="notice_counts_from_a_version"),
        ]
        indexes = [
            models.Index(fields=["organization", "-sent_at", "-id"], name="notice_of_unit"),
            models.Index(
                fields=["sent_at"],
                condition=Q(state=State.SENT) & ~Q(told_version=F("version")),
                name="notice_to_tell",
            ),
            models.Index(fields=["sent_at"], condition=Q(state=State.SENT, texts_done=False), name="notice_to_text"),
            models.Index(fields=["remind_at"], condition=Q(remind_at__isnull=False), name="notice_to_remind"),
            models.Index(
                fields=["organization"], condition=Q(texts_stopped_at__isnull=False), name="notice_texts_stopped"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def status_at(self, at: datetime.datetime) -> Status:
        """What people are told about it at this moment."""
        if self.state != State.SENT:
            return Status(self.state)
        if self.sent_at and self.sent_at > at:
            return Status.SCHEDULED
        return Status.EXPIRED if self.expires_at and self.expires_at <= at else Status.SENT

    @property
    def current(self) -> NoticeVersion:
        """The text that is out, or the draft."""
        return self.versions.get(number=self.version)

    @property
    def to_approve(self) -> NoticeVersion:
        """The text that is put before a committee: a correction where one is proposed, else the draft."""
        return self.versions.get(number=self.proposed_version or self.version)


class NoticeVersion(models.Model):
    """One text of a notice. A draft's is edited in place; what was sent is never changed, a correction is the next."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(_("tiêu đề"), max_length=255)
    body = models.TextField(_("nội dung"))
    urgent = models.BooleanField(_("khẩn"), default=False)
    requires_acknowledgement = models.BooleanField(_("cần xác nhận đã tiếp nhận"), default=False)
    deadline = models.DateTimeField(_("hạn"), null=True, blank=True)
    question = models.CharField(_("câu hỏi"), max_length=255, blank=True)
    # The answers among which one is chosen, in the sender's order.
    answers = models.JSONField(_("các câu trả lời"), default=list, blank=True)
    # Those of the answers that are taken with a reason only.
    reason_wanted_for = models.JSONField(_("câu trả lời phải kèm lý do"), default=list, blank=True)
    # In days; which of the two holds follows from whether it has a deadline.
    remind_before = models.PositiveSmallIntegerField(
        _("tự nhắc trước hạn"), choices=RemindBefore, default=RemindBefore.ONE
    )
    remind_after = models.PositiveSmallIntegerField(
        _("tự nhắc sau khi gửi"), choices=RemindAfter, default=RemindAfter.NEVER
    )
    asks_again = models.BooleanField(_("hỏi lại người đã tiếp nhận"), default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["notice", "number"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["notice", "number"], name="one_notice_version_per_number")]

    def __str__(self) -> str:
        return self.title


class NoticeAudience(models.Model):
    """A unit whose subtree a notice addresses, with its audience key (``organizations.scope``)."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="audiences", db_index=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    key = models.CharField(max_length=32)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["notice", "key"], name="one_notice_audience_per_key")]
        indexes = [models.Index(fields=["key", "notice"], name="notice_audience_key")]

    def __str__(self) -> str:
        return self.key


class NoticeFile(models.Model):
    """A file that goes with a version, in the private store. Until a version has it, it is its uploader's alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    versions = models.ManyToManyField(NoticeVersion, related_name="files")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    storage_name = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=128)
    size = models.PositiveBigIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name

    @property
    def is_restricted(self) -> bool:
        """Whether no notice with this file is for every member of the province, so that each reading is recorded."""
        everybody = NoticeAudience.objects.filter(
            notice__versions__files=self, key__startswith=f"{LEVELS[Audience.ALL]}:", organization__parent=None
        )
        return not everybody.exists()

    def path_of_unit(self) -> str | None:
        """The path of the unit that sends it, for the audit."""
        return self.versions.values_list("notice__organization__path", flat=True).first()


class NoticeTemplate(models.Model):
    """A text to begin from with what it asks, for the unit that keeps it and all units below."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="notice_templates")
    name = models.CharField(_("tên mẫu"), max_length=255)
    title = models.CharField(_("tiêu đề"), max_length=255)
    body = models.TextField(_("nội dung"))
    urgent = models.BooleanField(_("khẩn"), default=False)
    requires_acknowledgement = models.BooleanField(_("cần xác nhận đã tiếp nhận"), default=False)
    question = models.CharField(_("câu hỏi"), max_length=255, blank=True)
    answers = models.JSONField(_("các câu trả lời"), default=list, blank=True)
    reason_wanted_for = models.JSONField(_("câu trả lời phải kèm lý do"), default=list, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        default_permissions = ()
        verbose_name = _("mẫu thông báo")
        verbose_name_plural = _("mẫu thông báo")
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="one_notice_template_per_name")]

    def __str__(self) -> str:
        return self.name

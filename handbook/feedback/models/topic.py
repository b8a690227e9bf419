"""What feedback is about, and to whom it goes then: kept by an operator, read by everyone who routes."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from handbook.feedback.enums import ANSWER_HOURS, WARNING_HOURS
from organizations.models import Organization


class TopicQuerySet(models.QuerySet["Topic"]):
    """Reads of the topics."""

    def offered(self) -> TopicQuerySet:
        """Those among which members choose."""
        return self.filter(is_active=True)


class Topic(models.Model):
    """A subject of feedback (lĩnh vực), with the time in which it is answered."""

    code = models.SlugField(_("mã"), max_length=32, unique=True)
    name = models.CharField(_("tên"), max_length=128)
    hours = models.PositiveSmallIntegerField(
        _("hạn trả lời (giờ làm việc)"),
        default=ANSWER_HOURS,
        validators=[MinValueValidator(1)],
        help_text=_("Một ngày làm việc là 8 giờ; 40 giờ là năm ngày làm việc."),
    )
    warning_hours = models.PositiveSmallIntegerField(
        _("nhắc trước hạn (giờ làm việc)"), default=WARNING_HOURS, help_text=_("Số giờ làm việc trước hạn thì nhắc.")
    )
    is_active = models.BooleanField(_("đang dùng"), default=True)

    objects = TopicQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("lĩnh vực góp ý")
        verbose_name_plural = _("lĩnh vực góp ý")
        constraints = [models.CheckConstraint(condition=Q(hours__gte=1), name="feedback_topic_has_time")]

    def __str__(self) -> str:
        return self.name


class RoutingRule(models.Model):
    """Where a topic goes that a member within this unit writes about. Of several the one of the lowest unit holds.

    Without any it goes to the member's own cell.
    """

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="rules", verbose_name=_("lĩnh vực"))
    unit = models.ForeignKey(
        Organization,
        models.PROTECT,
        related_name="+",
        verbose_name=_("đảng viên thuộc"),
        help_text=_("Áp dụng cho đảng viên của tổ chức này và cấp dưới."),
    )
    goes_to = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("chuyển đến"))

    class Meta:
        ordering = ["topic", "unit"]
        verbose_name = _("quy tắc chuyển góp ý")
        verbose_name_plural = _("quy tắc chuyển góp ý")
        constraints = [models.UniqueConstraint(fields=["topic", "unit"], name="one_rule_per_topic_and_unit")]

    def __str__(self) -> str:
        return f"{self.topic}: {self.unit} → {self.goes_to}"

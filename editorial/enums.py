"""The words of the editorial process."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Decision(models.TextChoices):
    """What a reviewer decides on one revision."""

    APPROVE = "approve", _("Phê duyệt")
    RETURN = "return", _("Trả lại")


class RequestKind(models.TextChoices):
    """What is put before a committee that is no page of the content store. Grows with the product."""

    RELEASE = "release", _("Đợt phát hành")
    NOTICE = "notice", _("Thông báo")
    ANSWER = "answer", _("Trả lời góp ý")


class RequestState(models.TextChoices):
    """Where a request for approval stands. Only a waiting one is decided on."""

    WAITING = "waiting", _("Đang chờ duyệt")
    APPROVED = "approved", _("Đã duyệt")
    RETURNED = "returned", _("Bị trả lại")
    LAPSED = "lapsed", _("Không còn hiệu lực")


class ScheduledAct(models.TextChoices):
    """What the publisher does when the time has come."""

    PUBLISH = "publish", _("Đăng")
    EXPIRE = "expire", _("Hết hạn")


class ScheduleState(models.TextChoices):
    """Where a scheduled act stands. A failing one stays pending: it is due until it is done or called off."""

    PENDING = "pending", _("Đang chờ")
    DONE = "done", _("Đã xong")
    CANCELLED = "cancelled", _("Đã hủy")


class DeskSection(models.TextChoices):
    """Where a piece of content stands, as its desk sees it; in the order in which it asks for work."""

    WAITING = "waiting", _("Chờ tôi duyệt")
    RETURNED = "returned", _("Bị trả lại")
    DRAFTS = "drafts", _("Bản nháp")
    REVIEW = "review", _("Đang chờ duyệt")
    SCHEDULED = "scheduled", _("Đã hẹn giờ")
    OUT = "out", _("Đã đăng")
    REMOVED = "removed", _("Đã gỡ hoặc hết hạn")

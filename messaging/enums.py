"""The words of reaching people."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """By what a text reaches a person."""

    SMS = "sms", _("Tin nhắn SMS")
    EMAIL = "email", _("Thư điện tử")


class Transport(models.TextChoices):
    """By what a push reaches a device."""

    FCM = "fcm", _("Firebase Cloud Messaging")
    WEB_PUSH = "webpush", _("Web Push")


class PushCategory(models.TextChoices):
    """What a push is about: what a person may choose to be told of."""

    DOCUMENT = "document", _("Văn bản mới")
    BULLETIN = "bulletin", _("Bản tin mới")
    ARTICLE = "article", _("Tin khẩn")
    NOTICE = "notice", _("Thông báo của cấp ủy")
    FEEDBACK = "feedback", _("Hỏi đáp, góp ý")
    REVIEW = "review", _("Nội dung chờ duyệt")


class TextKind(models.TextChoices):
    """What a text is for; its label is the subject of a letter."""

    CODE = "code", _("Mã dùng một lần")
    NOTICE = "notice", _("Thông báo")
    REVIEW = "review", _("Nội dung chờ duyệt")


# After this a text is of no use to the person, and is not sent any more.
TEXT_LIFETIMES = {
    TextKind.CODE: datetime.timedelta(minutes=10),
    TextKind.NOTICE: datetime.timedelta(days=1),
    TextKind.REVIEW: datetime.timedelta(days=1),
}


class DeliveryState(models.TextChoices):
    """How far one message to one recipient has come."""

    PENDING = "pending", _("Chờ gửi")
    ACCEPTED = "accepted", _("Đã gửi")
    DEAD = "dead", _("Địa chỉ không còn dùng")
    REFUSED = "refused", _("Bị từ chối")
    FAILED = "failed", _("Gửi không được")
    UNCERTAIN = "uncertain", _("Không rõ đã đến chưa")
    DROPPED = "dropped", _("Không gửi nữa")
    UNREACHABLE = "unreachable", _("Không có địa chỉ")

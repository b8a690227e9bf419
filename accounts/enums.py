"""The words of sign-in."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DevicePlatform(models.TextChoices):
    """What a device runs."""

    ANDROID = "android", "Android"
    IOS = "ios", "iOS"
    WEB = "web", "Web"


class EndReason(models.TextChoices):
    """Why a session ended."""

    SIGNED_OUT = "signed_out", _("Đã đăng xuất")
    REPLAYED = "replayed", _("Mã làm mới bị dùng lại")
    ENDED_BY_OFFICER = "ended_by_officer", _("Người có trách nhiệm kết thúc")


class CodePurpose(models.TextChoices):
    """What a one-time code is for."""

    SIGN_IN = "sign_in", _("Đăng nhập")
    ACTIVATION = "activation", _("Kích hoạt tài khoản")
    REVIEW = "review", _("Duyệt trên điện thoại")

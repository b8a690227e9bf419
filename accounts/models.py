"""Who signs in, and on which devices."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.enums import CodePurpose, DevicePlatform, EndReason

# How long a refresh token is good for; a session whose last one is older cannot go on.
REFRESH_LIFETIME = datetime.timedelta(days=60)


class User(AbstractUser):
    """An account. The person behind it, with cell and positions, is ``organizations.Member``."""

    # How often all sessions were ended at once. It is part of the hash that sessions carry, cookies of the admin too.
    session_round = models.PositiveIntegerField(default=0, editable=False)

    class Meta(AbstractUser.Meta):
        verbose_name = _("tài khoản")  # type: ignore[assignment]
        verbose_name_plural = _("tài khoản")  # type: ignore[assignment]

    def get_full_name(self) -> str:
        """Family name first, as Vietnamese names are written."""
        return f"{self.last_name} {self.first_name}".strip() or self.username

    def get_session_auth_hash(self) -> str:
        """What a session must carry to be one of this password and this round."""
        return self._of_this_round(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same, made with the server's former keys."""
        for hashed in super().get_session_auth_fallback_hash():
            yield self._of_this_round(hashed)

    def _of_this_round(self, hashed: str) -> str:
        if not self.session_round:
            return hashed
        return salted_hmac("accounts.models.round", f"{self.session_round}:{hashed}", algorithm="sha256").hexdigest()

    def __str__(self) -> str:
        return self.get_full_name()


class SessionQuerySet(models.QuerySet["Session"]):
    """Reads of the sessions."""

    def open(self) -> SessionQuerySet:
        """Sessions that nobody ended, of accounts that may sign in."""
        return self.filter(ended_at=None, user__is_active=True)

    def usable_by(self, user: User) -> SessionQuerySet:
        """The sessions that this person can still go on with: open, of today's password, and not left to expire."""
        since = timezone.now() - REFRESH_LIFETIME
        return self.open().filter(user=user, auth_hash=user.get_session_auth_hash(), last_used_at__gt=since)


class Session(models.Model):
    """That a person signed in on a device: one family of refresh tokens, ended as one.

    Looked up at each request, so a session that was ended is over at once, whatever its access token says.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="sessions", verbose_name=_("tài khoản"))
    device_name = models.CharField(_("tên thiết bị"), max_length=100)
    platform = models.CharField(_("nền tảng"), max_length=8, choices=DevicePlatform)
    push_token = models.TextField(blank=True)
    # What Django derives from the password: a new password ends what was begun with the old one.
    auth_hash = models.CharField(max_length=128)
    created_at = models.DateTimeField(_("đăng nhập lúc"), default=timezone.now)
    last_used_at = models.DateTimeField(_("dùng gần nhất"), default=timezone.now)
    ended_at = models.DateTimeField(_("kết thúc lúc"), null=True, blank=True)
    end_reason = models.CharField(_("lý do kết thúc"), max_length=16, choices=EndReason, blank=True)
    # What the officer who ended it wrote, for the member to read.
    end_note = models.CharField(_("ghi chú"), max_length=255, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["-last_used_at"]
        default_permissions = ()
        verbose_name = _("phiên đăng nhập")
        verbose_name_plural = _("phiên đăng nhập")

    def __str__(self) -> str:
        return f"{self.device_name} ({self.get_platform_display()})"

    @property
    def is_open(self) -> bool:
        """Not ended, of an active account, begun with the password of today."""
        return (
            self.ended_at is None
            and self.user.is_active
            and constant_time_compare(self.auth_hash, self.user.get_session_auth_hash())
        )


class RefreshToken(models.Model):
    """One refresh token of a session, by its digest: what is stored here signs nobody in."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="refresh_tokens")
    digest = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.session_id} {self.issued_at:%Y-%m-%d %H:%M:%S}"


class OneTimeCode(models.Model):
    """The one code of a purpose that a holder has; ``accounts.codes`` says what happens to it.

    ``holder`` is the id of a ``User`` for signing in, of a ``Member`` for activation, who has no account yet, and of a
    ``ReviewLink`` for reviewing. Ids are never used twice.
    """

    purpose = models.CharField(max_length=16, choices=CodePurpose)
    holder = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["purpose", "holder"], name="one_code_per_holder")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.holder} {self.issued_at:%Y-%m-%d %H:%M:%S}"

    def is_live(self, tries: int) -> bool:
        """Whether it may be tried now, where ``tries`` are allowed."""
        return self.used_at is None and self.tries < tries and self.expires_at > timezone.now()

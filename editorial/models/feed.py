"""The feeds that a source is read from, and which of their items have been taken in."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from cms.models import Category, ContentPage, Source

# "package:bao-thai-binh-tin-tuc.xml" names a file in editorial/feeds: the demo reads these without a network.
PACKAGE_SCHEME = "package:"
PACKAGE_NAME = re.compile(r"[a-z0-9-]+\.xml")


def validate_feed_url(value: str) -> None:
    """Accept http and https addresses and the files that come with the product; raise ValidationError on others."""
    if value.startswith(PACKAGE_SCHEME):
        if not PACKAGE_NAME.fullmatch(value.removeprefix(PACKAGE_SCHEME)):
            raise ValidationError(_("Tên tệp tin mẫu không hợp lệ. Ví dụ: package:bao-thai-binh-tin-tuc.xml"))
        return
    URLValidator(schemes=["http", "https"], message=_("Hãy nhập địa chỉ bắt đầu bằng http:// hoặc https://."))(value)


class FeedQuerySet(models.QuerySet["Feed"]):
    """Reads of the feeds."""

    def to_poll(self) -> FeedQuerySet:
        """Feeds that are on, of sources that are on."""
        return self.filter(active=True, source__active=True).select_related("source", "category").order_by("pk")


class Feed(models.Model):
    """An RSS or Atom feed of a source. What it brings becomes drafts on the source's desk, never more."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="feeds", verbose_name=_("nguồn tin"))
    url = models.CharField(
        _("địa chỉ"),
        max_length=500,
        validators=[validate_feed_url],
        help_text=_("Địa chỉ RSS hoặc Atom của trang tin."),
    )
    category = models.ForeignKey(
        Category,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("chuyên mục mặc định"),
        help_text=_("Bài lấy về được xếp vào chuyên mục này; biên tập viên đổi được."),
    )
    active = models.BooleanField(_("đang lấy tin"), default=True)
    # What the server said about the last answer that was taken in whole; sent back so that it need not repeat it.
    etag = models.CharField(max_length=255, blank=True, editable=False)
    last_modified = models.CharField(max_length=64, blank=True, editable=False)
    last_polled_at = models.DateTimeField(_("lần lấy gần nhất"), null=True, blank=True, editable=False)
    failures = models.PositiveIntegerField(_("số lần lỗi liên tiếp"), default=0, editable=False)
    last_error = models.TextField(_("lỗi gần nhất"), blank=True, editable=False)

    objects = FeedQuerySet.as_manager()

    class Meta:
        ordering = ["source", "url"]
        verbose_name = _("kênh lấy tin")
        verbose_name_plural = _("kênh lấy tin")
        constraints = [models.UniqueConstraint(fields=["source", "url"], name="one_feed_per_address")]

    def __str__(self) -> str:
        return f"{self.source}: {self.url}"

    def clean(self) -> None:
        """Forget what the server said once the address is another: it was about another feed."""
        if self.pk and not Feed.objects.filter(pk=self.pk, url=self.url).exists():
            self.etag = self.last_modified = ""


class FeedItem(models.Model):
    """That an item of a feed was taken in. The row stays when its draft is deleted, so that it does not come back."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="items", verbose_name=_("kênh lấy tin"))
    guid = models.CharField(_("mã tin"), max_length=255)
    page = models.ForeignKey(
        ContentPage, models.SET_NULL, null=True, blank=True, related_name="feed_items", verbose_name=_("bản nháp")
    )
    fetched_at = models.DateTimeField(_("lấy về lúc"))
    # SHA-256 of what the feed said last, and when that first differed from what the draft was made of.
    digest = models.CharField(max_length=64)
    changed_at = models.DateTimeField(
        _("nơi gửi sửa lúc"),
        null=True,
        blank=True,
        help_text=_("Trang tin đã sửa bài này sau khi lấy về. Bản nháp không bị ghi đè; hãy tự đối chiếu."),
    )

    class Meta:
        ordering = ["-fetched_at", "-pk"]
        default_permissions = ("view",)
        verbose_name = _("tin đã lấy về")
        verbose_name_plural = _("tin đã lấy về")
        constraints = [models.UniqueConstraint(fields=["feed", "guid"], name="one_row_per_feed_item")]
        indexes = [models.Index(fields=["guid"], name="feed_item_guid")]

    def __str__(self) -> str:
        return self.guid

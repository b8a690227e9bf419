"""Pictures and attachments: Wagtail's own, as models of ours so that they can grow."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument
from wagtail.documents.models import Document as WagtailDocument
from wagtail.images.models import AbstractImage, AbstractRendition
from wagtail.images.models import Image as WagtailImage

from audit.enums import RefusalCode
from audit.refusals import Refused


class KeepsItsBytes(models.Model):
    """A file of the library stays what it was when it was brought (ADR 0019): approvals are about exactly these bytes."""

    file: Any

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the row; refuse where that would put another file in its place."""
        fields = kwargs.get("update_fields")
        if not self._state.adding and (fields is None or "file" in fields):
            rows = type(self)._base_manager.filter(pk=self.pk)
            stored = rows.values_list("file", flat=True).first()  # type: ignore[misc]  # a field of whoever this is mixed into
            if stored and (self.file.name != stored or not self.file._committed):
                self.refuse_other_bytes()
        super().save(*args, **kwargs)

    def refuse_other_bytes(self) -> None:
        """Raise Refused: what stands in the place of a file is a file of its own."""
        raise Refused(
            RefusalCode.CONFLICT,
            _(
                "Không thay được tệp của “%(file)s”, vì bài đã duyệt có thể đang dùng. "
                "Hãy tải bản mới lên thành tệp khác rồi chọn tệp đó trong bài."
            )
            % {"file": self},
            act="replace_file",
            target=self,
        )


class Picture(KeepsItsBytes, AbstractImage):
    """An image of the media library."""

    admin_form_fields = WagtailImage.admin_form_fields

    class Meta(AbstractImage.Meta):
        verbose_name = _("ảnh")
        verbose_name_plural = _("ảnh")
        permissions = [("choose_image", "Can choose image")]


class Rendition(AbstractRendition):
    """A picture at one size."""

    image = models.ForeignKey(Picture, models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("image", "filter_spec", "focal_point_key"), name="unique_rendition")
        ]

    @property
    def url(self) -> str:
        """Through ``cms.media``, as of documents: who reads a picture that is for some only is recorded there."""
        return f"{settings.MEDIA_URL}{quote(self.file.name)}"


class Attachment(KeepsItsBytes, AbstractDocument):
    """A file of the media library: PDF, DOCX, audio and the like."""

    admin_form_fields = WagtailDocument.admin_form_fields

    class Meta(AbstractDocument.Meta):
        verbose_name = _("tệp tài liệu")
        verbose_name_plural = _("tệp tài liệu")
        permissions = [("choose_document", "Can choose document")]

    @property
    def url(self) -> str:
        """Always through ``cms.media``, also where media lie on S3: who reads a restricted file is recorded there."""
        return f"{settings.MEDIA_URL}{quote(self.file.name)}"

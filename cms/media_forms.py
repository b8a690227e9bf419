"""The forms of the media library. Named in the settings: Wagtail's modules below them need the models first."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.collections import BaseCollectionMemberForm
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm


class KeptFileForm(BaseCollectionMemberForm):
    """Refuses another file in the place of one before Wagtail's form deletes the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "file" in self.fields:
            self.fields["file"].help_text = _(
                "Tệp đã tải lên thì không thay được. Có bản khác thì tải lên thành tệp mới rồi chọn trong bài."
            )

    def clean_file(self) -> Any:
        """The file as it is, or the first one. Raises Refused where another was sent."""
        if self.instance.pk and "file" in self.changed_data:
            self.instance.refuse_other_bytes()
        return self.cleaned_data["file"]


class PictureForm(KeptFileForm, BaseImageForm):
    """A picture of the library."""


class AttachmentForm(KeptFileForm, BaseDocumentForm):
    """A file of the library."""

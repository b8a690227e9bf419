"""The blocks that a body is written in. How each goes out to readers is in ``cms.payload``."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

from cms.comparison import ChosenStructComparison

TEXT_FEATURES = ["bold", "italic", "link", "ol", "ul"]


class HeadingBlock(blocks.StructBlock):
    """A heading inside the body."""

    text = blocks.CharBlock(label=_("Nội dung"), max_length=200)
    level = blocks.ChoiceBlock(label=_("Cỡ"), choices=[("2", _("Đề mục lớn")), ("3", _("Đề mục nhỏ"))], default="2")

    class Meta:
        label = _("Đề mục")
        icon = "title"

    def get_comparison_class(self) -> type[ChosenStructComparison]:
        """Told by what was chosen."""
        return ChosenStructComparison


class QuoteBlock(blocks.StructBlock):
    """A quotation with its speaker."""

    text = blocks.TextBlock(label=_("Lời trích"))
    attribution = blocks.CharBlock(label=_("Người nói, nơi trích"), required=False, max_length=200)

    class Meta:
        label = _("Trích dẫn")
        icon = "openquote"


class PictureBlock(blocks.StructBlock):
    """A picture with a caption, and words for those who do not see it."""

    image = ImageChooserBlock(label=_("Ảnh"))
    alt = blocks.CharBlock(
        label=_("Mô tả ảnh"), max_length=250, help_text=_("Cho người khiếm thị và khi ảnh không tải được.")
    )
    caption = blocks.CharBlock(label=_("Chú thích"), required=False, max_length=250)

    class Meta:
        label = _("Ảnh")
        icon = "image"

    def get_comparison_class(self) -> type[ChosenStructComparison]:
        """Told by what was chosen."""
        return ChosenStructComparison


class VideoBlock(blocks.StructBlock):
    """A link to a video; the video itself stays where it is."""

    url = blocks.URLBlock(label=_("Liên kết tới video"))
    caption = blocks.CharBlock(label=_("Chú thích"), required=False, max_length=250)

    class Meta:
        label = _("Video")
        icon = "media"


class FileBlock(blocks.StructBlock):
    """A file to open or save."""

    file = DocumentChooserBlock(label=_("Tệp"))
    title = blocks.CharBlock(label=_("Tên hiển thị"), required=False, max_length=200)

    class Meta:
        label = _("Tệp đính kèm")
        icon = "doc-full-inverse"

    def get_comparison_class(self) -> type[ChosenStructComparison]:
        """Told by what was chosen."""
        return ChosenStructComparison


class AudioBlock(FileBlock):
    """A recording to listen to."""

    class Meta:
        label = _("Âm thanh")
        icon = "volume"


class BodyBlock(blocks.StreamBlock):
    """The body of an article, a bulletin or a document."""

    text = blocks.RichTextBlock(label=_("Đoạn văn"), features=TEXT_FEATURES, icon="pilcrow")
    heading = HeadingBlock()
    quote = QuoteBlock()
    list = blocks.ListBlock(blocks.CharBlock(label=_("Mục")), label=_("Danh sách"), icon="list-ul")
    image = PictureBlock()
    gallery = blocks.ListBlock(PictureBlock(), label=_("Bộ ảnh"), icon="image", min_num=2)
    video = VideoBlock()
    audio = AudioBlock()
    file = FileBlock()
    table = TypedTableBlock([("text", blocks.CharBlock(label=_("Chữ"), required=False))], label=_("Bảng"), icon="table")
    related = blocks.ListBlock(
        blocks.PageChooserBlock(page_type="cms.ContentPage", label=_("Nội dung")),
        label=_("Nội dung liên quan"),
        icon="link",
    )

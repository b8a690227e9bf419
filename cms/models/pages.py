"""The page types: the tree's two index pages, and the three kinds of content."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.models import Page, PagePermissionTester, Workflow
from wagtail.search import index

from cms.models.content import ContentPage
from cms.models.source import Source
from organizations.models import Organization
from publishing.enums import CentralIssuer, DocumentType, Kind


class HomePage(Page):
    """The root of the content, one for each language."""

    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["cms.SourceIndexPage"]
    content_panels = Page.content_panels

    class Meta:
        verbose_name = _("trang gốc")
        verbose_name_plural = _("trang gốc")


class SourceIndexPermissionTester(PagePermissionTester):
    """Nothing is born live: what is written here passes its source's workflow first (ADR 0005)."""

    def can_publish_subpage(self) -> bool:
        return False

    def can_reorder_children(self) -> bool:
        return False


class SourceIndexPage(Page):
    """Where a source's content lies in the page tree; its permissions are the desk's."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="index_pages", verbose_name=_("nguồn tin"))

    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.Article", "cms.Bulletin", "cms.Document"]
    content_panels = [*Page.content_panels, FieldPanel("source")]

    class Meta:
        verbose_name = _("mục của nguồn tin")
        verbose_name_plural = _("mục của nguồn tin")

    def get_workflow(self) -> Workflow | None:
        """The workflow that new content here will pass."""
        return self.source.workflow if self.source.workflow.active else None

    def permissions_for_user(self, user: Any) -> SourceIndexPermissionTester:
        return SourceIndexPermissionTester(user, self)

    @property
    def has_workflow(self) -> bool:
        return self.get_workflow() is not None


class Article(ContentPage):
    """News, commentary, guidance: what most readers read."""

    kind = Kind.ARTICLE

    author = models.CharField(_("tác giả"), max_length=128, blank=True)
    cover = models.ForeignKey(
        "cms.Picture", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ảnh đại diện")
    )
    cover_alt = models.CharField(
        _("mô tả ảnh đại diện"),
        max_length=250,
        blank=True,
        help_text=_("Bắt buộc khi có ảnh: cho người khiếm thị và khi ảnh không tải được."),
    )

    is_creatable = True
    parent_page_types = ["cms.SourceIndexPage"]
    before_body_panels = [
        FieldPanel("category"),
        FieldPanel("summary"),
        FieldPanel("author"),
        MultiFieldPanel([FieldPanel("cover"), FieldPanel("cover_alt")], heading=_("Ảnh đại diện")),
    ]

    class Meta:
        verbose_name = _("bài viết")
        verbose_name_plural = _("bài viết")

    def shortcomings(self) -> list[tuple[str, Any]]:
        return super().shortcomings() + _missing_alt(self)


class Bulletin(ContentPage):
    """The internal bulletin of a month (bản tin nội bộ)."""

    kind = Kind.BULLETIN

    month = models.DateField(_("tháng"), help_text=_("Chọn ngày đầu tháng."))
    cover = models.ForeignKey(
        "cms.Picture", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ảnh bìa")
    )
    cover_alt = models.CharField(
        _("mô tả ảnh bìa"),
        max_length=250,
        blank=True,
        help_text=_("Bắt buộc khi có ảnh: cho người khiếm thị và khi ảnh không tải được."),
    )

    is_creatable = True
    parent_page_types = ["cms.SourceIndexPage"]
    before_body_panels = [
        FieldPanel("month"),
        FieldPanel("category"),
        FieldPanel("summary"),
        MultiFieldPanel([FieldPanel("cover"), FieldPanel("cover_alt")], heading=_("Ảnh bìa")),
    ]

    class Meta:
        verbose_name = _("bản tin")
        verbose_name_plural = _("bản tin")

    def shortcomings(self) -> list[tuple[str, Any]]:
        return super().shortcomings() + _missing_alt(self)


class Document(ContentPage):
    """A document of the party (văn bản): resolution, directive, guidance and the like, of any unit."""

    kind = Kind.DOCUMENT

    number = models.CharField(_("số ký hiệu"), max_length=64, help_text=_("Ví dụ: 52-NQ/TW, 02-NQ/TU."))
    document_type = models.CharField(_("loại văn bản"), max_length=16, choices=DocumentType)
    issuer = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("tổ chức ban hành"),
        help_text=_("Tổ chức trong tỉnh. Văn bản của Trung ương thì chọn ở ô dưới."),
    )
    central_issuer = models.CharField(_("cơ quan Trung ương ban hành"), max_length=8, blank=True, choices=CentralIssuer)
    issued_on = models.DateField(_("ngày ban hành"))
    signer = models.CharField(_("người ký"), max_length=128, blank=True)

    is_creatable = True
    parent_page_types = ["cms.SourceIndexPage"]
    search_fields = [*ContentPage.search_fields, index.SearchField("number", boost=3)]
    before_body_panels = [
        MultiFieldPanel(
            [
                FieldPanel("number"),
                FieldPanel("document_type"),
                FieldPanel("issuer"),
                FieldPanel("central_issuer"),
                FieldPanel("issued_on"),
                FieldPanel("signer"),
            ],
            heading=_("Thông tin văn bản"),
        ),
        FieldPanel("category"),
        FieldPanel("summary", heading=_("Trích yếu")),
    ]
    after_body_panels = [InlinePanel("files", label=_("Tệp văn bản"))]

    class Meta:
        verbose_name = _("văn bản")
        verbose_name_plural = _("văn bản")

    def shortcomings(self) -> list[tuple[str, Any]]:
        found = super().shortcomings()
        if bool(self.issuer_id) == bool(self.central_issuer):
            found.append(
                (
                    "issuer",
                    _("Hãy chọn đúng một cơ quan ban hành: một tổ chức trong tỉnh, hoặc một cơ quan Trung ương."),
                )
            )
        return found

    @property
    def issuer_code_and_name(self) -> tuple[str, str]:
        """Who issued it, whether a unit of the province or a central body."""
        if self.issuer is not None:
            return self.issuer.code, self.issuer.name
        return self.central_issuer, self.get_central_issuer_display()


def _missing_alt(page: Article | Bulletin) -> list[tuple[str, Any]]:
    if page.cover_id and not page.cover_alt.strip():
        return [("cover_alt", _("Hãy mô tả ảnh bằng một câu, cho người khiếm thị và khi ảnh không tải được."))]
    return []

"""The base of all content: what every page type shares, and the lock that keeps it from readers until approved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.db.models.signals import pre_delete, pre_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, ObjectList, TabbedInterface, TitleFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page, PageManager, PagePermissionTester, Revision, Workflow
from wagtail.query import PageQuerySet
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from cms.blocks import BodyBlock
from cms.forms import ContentPageForm
from cms.live import GateClosed, is_gate_open
from cms.models.category import Category
from cms.models.media import Attachment, Picture
from cms.models.named_files import NamedFiles, named_files
from cms.models.source import Source
from cms.preview import PREVIEW_SIZES, PreviewMode, serve
from cms.signals import draft_saved
from organizations.enums import Clearance
from organizations.models import Organization
from organizations.scope import audience_keys
from organizations.widgets import OrganizationMultipleChooser

# What makes a page reach its readers; these columns change only inside the gate (cms.live).
LIVE_FIELDS = frozenset({"live", "live_revision", "live_revision_id"})


class ContentQuerySet(PageQuerySet):
    """Reads of content; bulk writes that would pass by the gate are refused."""

    def update(self, **kwargs: Any) -> int:
        if LIVE_FIELDS & set(kwargs) and not is_gate_open(None):
            raise GateClosed(self.model._meta.verbose_name)
        return super().update(**kwargs)


ContentManager = PageManager.from_queryset(ContentQuerySet)


class ContentPermissionTester(PagePermissionTester):
    """Who may do what with content. Nobody publishes, superusers included: approvals do (ADR 0005)."""

    def can_publish(self) -> bool:
        return False

    def can_unschedule(self) -> bool:
        return False

    def can_unpublish(self) -> bool:
        """Never by Wagtail's button; to withdraw is an act of its own, with a reason."""
        return False

    def can_set_view_restrictions(self) -> bool:
        """Who reads is told by clearance and addressed units, never by Wagtail's page privacy."""
        return False

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        """Nothing that is out. Of a leaf the row itself says what Wagtail would ask the database for, row by row."""
        if self.page.live or not self.user.is_active:
            return False
        if self.page.numchild or self.user.is_superuser:
            return super().can_delete(ignore_bulk=ignore_bulk)
        own = "add" in self.permissions and self.page.owner_id == self.user.pk
        return "change" in self.permissions or own

    def can_move(self) -> bool:
        """A page belongs to its source for good; what another source needs is copied as a new draft."""
        return False

    def can_move_to(self, destination: Page) -> bool:
        return False

    def can_reorder_children(self) -> bool:
        return False


class ContentPage(Page):
    """A piece of content of a source. Not made itself: articles, bulletins and documents are.

    The published store, not this row, is what readers reach; this row holds the draft's latest saved state.
    """

    source = models.ForeignKey(
        Source, models.PROTECT, related_name="pages", editable=False, verbose_name=_("nguồn tin")
    )
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="pages", verbose_name=_("chuyên mục")
    )
    summary = models.TextField(
        _("tóm tắt"), blank=True, max_length=600, help_text=_("Hiện trong danh sách trên điện thoại, hai ba câu.")
    )
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("nội dung"))
    clearance = models.CharField(
        _("ai được đọc"), max_length=16, choices=Clearance, default=Clearance.MEMBER, db_index=True
    )
    addressed_to = ParentalManyToManyField(
        Organization,
        blank=True,
        related_name="+",
        verbose_name=_("gửi tới các tổ chức"),
        help_text=_("Chỉ các tổ chức này và cấp dưới của họ đọc được. Để trống: toàn tỉnh."),
    )
    embargo_until = models.DateTimeField(
        _("đảng viên đọc từ lúc"),
        null=True,
        blank=True,
        help_text=_("Trước giờ này chỉ cấp ủy của các tổ chức nhận được đọc. Để trống: mọi người đọc ngay khi đăng."),
    )
    # What was put right after it went out: list of {"at": ISO 8601, "note": what its readers are told}.
    corrections = models.JSONField(default=list, blank=True, editable=False)
    # The files of this text as they were when it was saved (cms.models.named_files); null: saved before they were named.
    named_files = models.JSONField(null=True, editable=False)

    objects = ContentManager()

    is_creatable = False
    subpage_types: list[str] = []
    exclude_fields_in_copy = ["corrections"]  # those of the original; a copy goes out right from the start
    base_form_class = ContentPageForm
    search_fields = [*Page.search_fields, index.SearchField("summary"), index.FilterField("source")]

    override_translatable_fields = [  # what a translation has of its original, and nobody translates
        SynchronizedField("category", overridable=False),
        SynchronizedField("slug", overridable=False),
    ]
    before_body_panels: list[Any] = [FieldPanel("category"), FieldPanel("summary")]
    after_body_panels: list[Any] = [InlinePanel("files", label=_("Tệp đính kèm"))]

    class Meta:
        verbose_name = _("nội dung")
        verbose_name_plural = _("nội dung")

    def __str__(self) -> str:
        return self.title

    def get_descendants(self, inclusive: bool = False) -> QuerySet[Page]:
        """Nothing lies below content: Wagtail asks for each row of a list, and need not go through the whole tree."""
        if self.numchild:
            return super().get_descendants(inclusive)
        return Page.objects.filter(pk=self.pk) if inclusive else Page.objects.none()

    def save(self, clean: bool = True, user: Any = None, log_action: bool = False, **kwargs: Any) -> None:
        """Save the row; refuse if that would change what is live while the gate is closed for this page.

        Aliases are refused altogether: they follow another page to readers without approvals of their own.
        """
        if self._state.adding:
            self.source = self.get_parent().specific.source
        changes = self.alias_of_id or _changes_what_is_live(self, kwargs.get("update_fields"))
        if changes and not is_gate_open(self.pk):
            raise GateClosed(self)
        super().save(clean=clean, user=user, log_action=log_action, **kwargs)

    def save_revision(self, user: Any = None, **kwargs: Any) -> Revision:
        """Save the draft with the names of its files, and let the approvals of earlier text lapse."""
        self.named_files = self.present_files()
        revision = super().save_revision(user=user, **kwargs)
        draft_saved.send(sender=type(self), page=self, revision=revision, user=user)
        return revision

    def get_workflow(self) -> Workflow | None:
        """The workflow of the source, everywhere; page-tree assignments do not weaken it."""
        return self.source.workflow if self.source_id and self.source.workflow.active else None

    @property
    def has_workflow(self) -> bool:
        return self.get_workflow() is not None

    def permissions_for_user(self, user: Any) -> ContentPermissionTester:
        return ContentPermissionTester(user, self)

    # --- what Wagtail asks of what it previews

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """How a reader may have set their phone."""
        return PreviewMode.choices

    @property
    def preview_sizes(self) -> list[dict[str, Any]]:
        """Phones."""
        return PREVIEW_SIZES

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """The draft as a member's phone will show it."""
        return serve([self], request, mode_name)

    def present_files(self) -> NamedFiles:
        """The pictures and files that this text brings, as the library has them now."""
        wanted = [(Attachment, row.file_id) for row in self.files.all() if row.file_id]
        if cover := getattr(self, "cover_id", None):
            wanted.append((Picture, cover))
        for model, pk, *_path in self.body.stream_block.extract_references(self.body):
            if model in (Attachment, Picture):
                wanted.append((model, int(pk)))
        return named_files(wanted)

    def audience(self) -> list[str]:
        """The audience keys of this text at this time (see ``organizations.scope``): under embargo, the committees."""
        clearance = Clearance.COMMITTEE if self.is_embargoed else self.clearance
        return audience_keys(clearance, list(self.addressed_to.all()))

    @property
    def is_embargoed(self) -> bool:
        """Whether committees only may read it yet."""
        return self.embargo_until is not None and self.embargo_until > timezone.now()

    def shortcomings(self) -> list[tuple[str, Any]]:
        """What must be mended before this text may be submitted or go out: field and message, in the form's order."""
        found: list[tuple[str, Any]] = []
        allowed = set(self.source.allowed_categories.values_list("pk", flat=True))
        if allowed and self.category_id and self.category_id not in allowed:
            found.append(
                (
                    "category",
                    _("Nguồn “%(source)s” không được dùng chuyên mục này. Hãy chọn chuyên mục khác.")
                    % {"source": self.source},
                )
            )
        if self.clearance == Clearance.PUBLIC and self.addressed_to.all():
            found.append(
                (
                    "addressed_to",
                    _("Nội dung cho mọi người thì không chọn tổ chức. Hãy bỏ chọn tổ chức, hoặc chọn cho đảng viên."),
                )
            )
        if self.go_live_at and self.expire_at and self.expire_at <= self.go_live_at:
            found.append(("expire_at", _("Giờ hết hạn phải sau giờ đăng.")))
        if self.is_embargoed and self.clearance == Clearance.COMMITTEE:
            found.append(("embargo_until", _("Nội dung này vốn chỉ dành cho cấp ủy. Hãy bỏ giờ đảng viên được đọc.")))
        if self.embargo_until and self.expire_at and self.expire_at <= self.embargo_until:
            found.append(("expire_at", _("Giờ hết hạn phải sau giờ đảng viên được đọc.")))
        if self.expire_at and self.expire_at <= timezone.now():
            found.append(("expire_at", _("Giờ hết hạn đã qua. Hãy chọn giờ khác hoặc để trống.")))
        return found

    @classmethod
    def get_edit_handler(cls) -> Any:
        """Two tabs: what is written, and who reads it when."""
        content = [
            TitleFieldPanel("title", placeholder=_("Tiêu đề")),
            *cls.before_body_panels,
            FieldPanel("body"),
            *cls.after_body_panels,
        ]
        readers = [
            MultiFieldPanel(
                [FieldPanel("clearance"), FieldPanel("addressed_to", widget=OrganizationMultipleChooser)],
                heading=_("Ai được đọc"),
            ),
            # Plain fields, not Wagtail's PublishingPanel: that one hides them in a dialog behind the status bar.
            MultiFieldPanel(
                [FieldPanel("go_live_at"), FieldPanel("embargo_until"), FieldPanel("expire_at")],
                heading=_("Hẹn giờ đăng và hết hạn"),
                help_text=_("Để trống giờ đăng thì nội dung lên ngay khi đủ phê duyệt."),
            ),
            MultiFieldPanel([FieldPanel("slug")], heading=_("Địa chỉ"), classname="collapsed"),
        ]
        return TabbedInterface(
            [ObjectList(content, heading=_("Nội dung")), ObjectList(readers, heading=_("Người đọc và lịch đăng"))],
            base_form_class=cls.base_form_class,
        ).bind_to_model(cls)


@receiver(pre_save, sender=Page)
def lock_plain_rows(sender: Any, instance: Page, update_fields: Any, raw: bool, **kwargs: Any) -> None:
    """The same lock for content that is loaded as a plain ``Page``, whose ``save`` is not ours."""
    if raw or not _changes_what_is_live(instance, update_fields) or is_gate_open(instance.pk):
        return
    if issubclass(instance.specific_class or Page, ContentPage):
        raise GateClosed(instance)


@receiver(pre_delete, sender=Page)
def keep_what_is_out(sender: Any, instance: Page, **kwargs: Any) -> None:
    """What is out is withdrawn first, and not deleted with the index page above it or by a queryset either."""
    if instance.live and issubclass(instance.specific_class or Page, ContentPage) and not is_gate_open(instance.pk):
        raise GateClosed(instance)


@receiver(pre_save, sender=Revision)
def lock_wagtails_schedule(sender: Any, instance: Revision, raw: bool, **kwargs: Any) -> None:
    """Only ``editorial`` schedules; a mark of Wagtail's would lock the draft for a publication that never comes.

    Wagtail's column only mirrors our schedule, and the mirror is written by queryset (``editorial.gate``).
    """
    if raw or instance.approved_go_live_at is None:
        return
    stored = Revision.objects.filter(pk=instance.pk, approved_go_live_at=instance.approved_go_live_at)
    is_content = issubclass(instance.content_type.model_class() or Page, ContentPage)
    if is_content and not stored.exists() and not is_gate_open(int(instance.object_id)):
        raise GateClosed(instance.object_str)


def _changes_what_is_live(page: Page, update_fields: Iterable[str] | None) -> bool:
    if update_fields is not None and not LIVE_FIELDS & set(update_fields):
        return False
    before = (False, None)
    if not page._state.adding:
        before = Page.objects.filter(pk=page.pk).values_list("live", "live_revision_id").first() or before
    return before != (page.live, page.live_revision_id)


class ContentPageFile(Orderable):
    """A file that goes out with a piece of content."""

    page = ParentalKey(ContentPage, on_delete=models.CASCADE, related_name="files")
    file = models.ForeignKey("cms.Attachment", models.PROTECT, related_name="+", verbose_name=_("tệp"))

    panels = [FieldPanel("file")]

    class Meta(Orderable.Meta):
        verbose_name = _("tệp đính kèm")
        verbose_name_plural = _("tệp đính kèm")

"""Categories, in a tree."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Category(models.Model):
    """A subject under which readers find content (chuyên mục)."""

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("thuộc chuyên mục")
    )
    slug = models.SlugField(_("đường dẫn tĩnh"), max_length=64, unique=True)
    name = models.CharField(_("tên"), max_length=128)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=128, blank=True)
    # "/tin-tuc/trong-tinh/": the slugs from the root down, kept by save().
    path = models.CharField(max_length=255, editable=False, db_index=True)

    class Meta:
        ordering = ["path"]
        verbose_name = _("chuyên mục")
        verbose_name_plural = _("chuyên mục")

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        """Keep ``path``, here and in all categories below."""
        before = self.path
        self.path = f"{self.parent.path if self.parent else '/'}{self.slug}/"
        super().save(*args, **kwargs)
        if before != self.path:
            for child in self.children.all():
                child.save()

    def clean(self) -> None:
        """Refuse a category below itself."""
        ancestor = self.parent
        while ancestor is not None:
            if ancestor.pk == self.pk:
                raise ValidationError({"parent": _("Một chuyên mục không thể nằm trong chính nó.")})
            ancestor = ancestor.parent

    def name_in(self, locale: str) -> str:
        """The name in the language of the content."""
        return self.name_en if locale == "en" and self.name_en else self.name

    @property
    def label(self) -> str:
        """The name in the language of the screen."""
        return self.name_in(get_language() or "vi")

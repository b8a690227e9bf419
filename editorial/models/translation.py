"""From which text of its original a translated text was made."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision


class TranslationBasis(models.Model):
    """What the translation editor had before it when it put a text together: the one way to tell whether that is old.

    The library keeps one copy of each original and forgets, as it takes a newer one, which texts were made from the former.
    """

    revision = models.OneToOneField(Revision, models.CASCADE, related_name="+")
    # The revision of the original; a number, for it is only compared.
    original_revision_id = models.BigIntegerField(null=True)
    # When the library took its copy: autosave may overwrite a revision after that.
    read_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        verbose_name = _("bản gốc của bản dịch")
        verbose_name_plural = _("bản gốc của bản dịch")

    def __str__(self) -> str:
        return f"{self.revision_id} < {self.original_revision_id}"

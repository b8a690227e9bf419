"""The words of searching."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sort(models.TextChoices):
    """In which order what was found is shown."""

    RELEVANCE = "relevance", _("Phù hợp nhất")
    NEWEST = "newest", _("Mới nhất")

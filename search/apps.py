from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "search"
    verbose_name = _("Tìm kiếm")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Follow the change log, and answer for search when health is asked."""
        from cms.health import CHECKS
        from search import index

        CHECKS["search"] = index.answers

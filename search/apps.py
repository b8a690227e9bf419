from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "search"
    verbose_name = _("Tìm kiếm")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Follow the change log, answer for search when health is asked, and be compared with the store."""
        from cms.health import CHECKS
        from editorial.consistency import Kind, register_check, register_mend, register_remark
        from publishing.effects import consumer_of_transactions
        from search import consistency, draft_index, file_index, health, index  # noqa: F401 - they hear of what is written

        if settings.ELASTICSEARCH_URL:
            from search import elastic_index

            consumer_of_transactions(elastic_index.CONSUMER)(elastic_index.follow)
        CHECKS["search"] = health.answers
        register_check(consistency.differences)
        register_remark(file_index.troubles)
        register_mend(Kind.SEARCH, consistency.mend)

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PublishingConfig(AppConfig):
    name = "publishing"
    verbose_name = _("Đã phát hành")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have what is put out told to those who may see it."""
        from publishing import push  # noqa: F401

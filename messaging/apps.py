from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    name = "messaging"
    verbose_name = _("Gửi tin")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks of the start, and listen for sessions whose devices say where their pushes go."""
        from messaging import checks, signal_handlers  # noqa: F401

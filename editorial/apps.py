from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EditorialConfig(AppConfig):
    name = "editorial"
    verbose_name = _("Biên tập")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen for saved drafts, and tell the audit where what is kept here belongs."""
        from audit import units
        from editorial import signal_handlers  # noqa: F401
        from editorial.models import Duty

        units.register(Duty, lambda duty: units.path_of(duty.source))

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    name = "cms"
    verbose_name = _("Nội dung")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks of the start, tell the audit where content belongs, and what Wagtail forbids."""
        from cms import audit_units, checks, forbidden  # noqa: F401

        audit_units.register()
        forbidden.listen()

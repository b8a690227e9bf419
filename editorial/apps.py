from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EditorialConfig(AppConfig):
    name = "editorial"
    verbose_name = _("Biên tập")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen for saved drafts; releases may be put before a committee."""
        from editorial import signal_handlers  # noqa: F401
        from editorial.models import Release
        from editorial.releases.subject import ReleaseSubject
        from editorial.requests.subjects import register

        register(Release, ReleaseSubject())

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EditorialConfig(AppConfig):
    name = "editorial"
    verbose_name = _("Biên tập")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen for saved drafts; let SQLite fold titles; releases may be put before a committee; tell the audit where
        things belong."""
        from audit import units
        from editorial import signal_handlers, titles  # noqa: F401
        from editorial.models import Duty, Release, ReviewLink
        from editorial.phone_review import push  # noqa: F401
        from editorial.releases.subject import ReleaseSubject
        from editorial.requests.subjects import register

        register(Release, ReleaseSubject())
        units.register(Release, lambda release: release.organization.path if release.organization_id else "")
        units.register(ReviewLink, lambda link: link.organization.path)
        units.register(Duty, lambda duty: units.path_of(duty.source))

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "handbook.notices"
    label = "notices"
    verbose_name = _("Thông báo")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say how pushes about notices are worded and to whom they go, and have what is due told every minute."""
        from editorial.tasks import SCHEDULES
        from handbook.notices import push  # noqa: F401

        SCHEDULES["handbook.notices.tasks.tell_due"] = 1

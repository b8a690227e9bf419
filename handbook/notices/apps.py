from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "handbook.notices"
    label = "notices"
    verbose_name = _("Thông báo")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say how pushes about notices are worded and to whom they go, where notices belong, and have what is due told."""
        from audit import units
        from editorial.tasks import SCHEDULES
        from handbook.notices import push  # noqa: F401
        from handbook.notices.models import Notice, NoticeFile

        units.register(Notice, lambda notice: notice.organization.path)
        units.register(NoticeFile, NoticeFile.path_of_unit)
        SCHEDULES["handbook.notices.tasks.tell_due"] = 1

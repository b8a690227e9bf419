from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "handbook.notices"
    label = "notices"
    verbose_name = _("Thông báo")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say how notices are pushed, what of them is approved and where they belong; have what is due told."""
        from audit import units
        from editorial.releases.parts import register as register_part
        from editorial.requests.subjects import register
        from editorial.tasks import SCHEDULES
        from handbook.notices import push  # noqa: F401
        from handbook.notices.approval import NoticeSubject
        from handbook.notices.models import Notice, NoticeFile
        from handbook.notices.release_part import NoticePart

        register(Notice, NoticeSubject())
        register_part(Notice, NoticePart())
        units.register(Notice, lambda notice: notice.organization.path)
        units.register(NoticeFile, NoticeFile.path_of_unit)
        SCHEDULES["handbook.notices.tasks.tell_due"] = 1

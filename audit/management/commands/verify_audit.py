from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from audit.actions import first_broken_entry
from audit.models import AuditEntry


class Command(BaseCommand):
    help = "Checks the audit chain; exit 1 and the first bad entry where it is broken."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = first_broken_entry()
        if broken is not None:
            raise CommandError(_("Nhật ký kiểm tra bị đứt tại mục số %(seq)d.") % {"seq": broken})
        self.stdout.write(_("Nhật ký kiểm tra nguyên vẹn: %(n)d mục.") % {"n": AuditEntry.objects.count()})

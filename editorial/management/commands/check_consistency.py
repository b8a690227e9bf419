from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from editorial.consistency import differences, remarks, repair


class Command(BaseCommand):
    help = "Compares pages, store, log, ledger, audit and files; exit 1 where something differs and is not mended."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="mend what can be mended without publishing anything")

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(differences())
        for difference in found:
            self.stdout.write(str(difference))
        if options["repair"] and found:
            for difference in found:
                repair(difference)
            left = list(differences())
            for difference in left:
                self.stdout.write(_("Còn lại: %(difference)s") % {"difference": difference})
            self.stdout.write(_("Đã sửa %(n)d sai lệch.") % {"n": len(found) - len(left)})
            found = left
        for remark in remarks():
            self.stdout.write(_("Lưu ý: %(remark)s") % {"remark": remark})
        if found:
            raise CommandError(_("%(n)d sai lệch chưa được sửa.") % {"n": len(found)})

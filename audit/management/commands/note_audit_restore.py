from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from audit.actions import record_refusal
from audit.anchors import stores
from audit.refusals import Refused
from audit.restoring import note_restore


class Command(BaseCommand):
    help = "Says in the audit that a backup was restored, so that anchors of what was lost with it are explained."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reason", help="what happened, for whoever reads the audit")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            entry = note_restore(actor="note_audit_restore", reason=options["reason"], stores=stores())
        except Refused as refusal:
            record_refusal(refusal, actor="note_audit_restore", channel="command")
            raise CommandError(refusal.message) from refusal
        self.stdout.write(_("Đã ghi việc khôi phục tại mục số %(seq)d.") % {"seq": entry.seq})

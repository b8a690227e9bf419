from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from cms.models import Source
from editorial.ingest.actions import PollReport, poll_feed
from editorial.models import Feed


class Command(BaseCommand):
    help = "Polls the feeds of one or all active sources now; exit 1 where a feed or an item failed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source_code", nargs="?", help="a source's code; all active sources where it is left out")

    def handle(self, *args: Any, **options: Any) -> None:
        feeds = Feed.objects.to_poll()
        if code := options["source_code"]:
            if not Source.objects.filter(code=code, active=True).exists():
                raise CommandError(_("Không có nguồn tin đang hoạt động nào mang mã “%(code)s”.") % {"code": code})
            feeds = feeds.filter(source__code=code)
        reports = [poll_feed(feed) for feed in feeds]
        for report in reports:
            self._tell(report)
        failed = sum(1 for report in reports if report.errors)
        summary = _(
            "%(feeds)d kênh, %(made)d bản nháp mới, %(changed)d tin được nơi gửi sửa, %(failed)d kênh có lỗi."
        ) % {
            "feeds": len(reports),
            "made": sum(report.made for report in reports),
            "changed": sum(report.changed for report in reports),
            "failed": failed,
        }
        if failed:
            raise CommandError(summary)
        self.stdout.write(summary)

    def _tell(self, report: PollReport) -> None:
        state = (
            _("không có gì mới")
            if report.unchanged
            else _("%(made)d bản nháp mới, %(changed)d tin được nơi gửi sửa")
            % {"made": report.made, "changed": report.changed}
        )
        self.stdout.write(f"{report.feed}: {state}")
        for error in report.errors:
            self.stderr.write(f"  {error}")

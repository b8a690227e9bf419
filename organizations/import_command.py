"""What the two import commands share: arguments, progress, and how a refusal is told."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from tqdm import tqdm

from audit.actions import record_refusal
from audit.refusals import Refused


class ImportCommand(BaseCommand):
    """Hands a file to an import action. Exit 1 with every bad row named by its line, and nothing kept."""

    action: Callable[..., Any]
    # What the action counts, in the order it is told.
    counted: dict[str, Any] = {}

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.csv")
        parser.add_argument("--dry-run", action="store_true", help=_("chỉ kiểm tra tệp, không lưu gì"))

    def handle(self, *args: Any, **options: Any) -> None:
        path, dry_run = options["file"], options["dry_run"]
        name = type(self).action.__name__
        size = Path(path).stat().st_size if Path(path).is_file() else 0
        try:
            with tqdm(total=size, unit="B", unit_scale=True, disable=options["verbosity"] == 0) as bar:
                done = type(self).action(actor=name, path=path, dry_run=dry_run, progress=bar.update)
        except Refused as refusal:
            # The rows themselves, with people's telephone numbers, are for the operator, not for the audit.
            summary = Refused(
                refusal.code, refusal.message.rpartition("\n")[2], act=refusal.act, target=Path(path).name
            )
            record_refusal(summary, actor=name, channel="command")
            raise CommandError(refusal.message) from refusal
        counts = dataclasses.asdict(done)
        told = ", ".join(f"{label}: {counts[key]}" for key, label in self.counted.items())
        if dry_run:
            self.stdout.write(_("Tệp hợp lệ, chưa lưu gì. Sẽ nhập: %(told)s.") % {"told": told})
        else:
            self.stdout.write(_("Đã nhập: %(told)s.") % {"told": told})

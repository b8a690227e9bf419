from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from editorial.publisher import publish_due


class Command(BaseCommand):
    help = "Publishes and expires what is due, once; safe to run any number of times at once."

    def handle(self, *args: Any, **options: Any) -> None:
        report = publish_due()
        self.stdout.write(
            _("%(done)d việc đã làm, %(failed)d việc lỗi (sẽ thử lại), %(taken)d việc nơi khác đã làm.")
            % {"done": report.done, "failed": report.failed, "taken": report.taken}
        )

from typing import Any

from django.core.management.base import BaseCommand

from editorial.supervisor import Supervisor


class Command(BaseCommand):
    help = "Runs the background worker and starts it again where it dies or hangs; Ctrl-C or SIGTERM stops everything."

    def handle(self, *args: Any, **options: Any) -> None:
        Supervisor().run()

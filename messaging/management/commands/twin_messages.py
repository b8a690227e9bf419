from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from messaging.models import TwinMessage


class Command(BaseCommand):
    help = "Shows what the log twins kept: messages of the demo that no provider sent, the newest first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--last", type=int, default=20, metavar="N")

    def handle(self, *args: Any, **options: Any) -> None:
        for each in TwinMessage.objects.order_by("-pk")[: options["last"]]:
            at = timezone.localtime(each.at)
            address = each.address if len(each.address) <= 40 else f"{each.address[:39]}…"
            self.stdout.write(f"{at:%d/%m %H:%M:%S} {each.channel} {address} | {each.title} | {each.text}")

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from publishing.models import PublishedItem
from search import index


class Command(BaseCommand):
    help = "Builds the search index anew beside the old one, from the published store, and then asks the new one."

    def handle(self, *args: Any, **options: Any) -> None:
        total = PublishedItem.objects.out().count()
        try:
            with tqdm(total=total, disable=None) as bar:
                for done in index.rebuild():
                    bar.update(done)
        except index.Overtaken as error:
            raise CommandError(str(error)) from None
        self.stdout.write(_("Đã lập lại chỉ mục tìm kiếm: %(n)d nội dung.") % {"n": total})

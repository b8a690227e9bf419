from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from cms.models import ContentPage
from publishing.models import PublishedItem
from search import draft_index, index
from search.backends import Unavailable


class Command(BaseCommand):
    help = "Builds the search index anew beside the old one and then asks the new one; then the index of drafts."

    def handle(self, *args: Any, **options: Any) -> None:
        total = PublishedItem.objects.out().count()
        indexes = {"database": index.rebuild}
        if settings.ELASTICSEARCH_URL:
            from search import elastic_index

            indexes["elasticsearch"] = elastic_index.rebuild
        try:
            for name, rebuild in indexes.items():
                with tqdm(total=total, desc=name, disable=None) as bar:
                    for done in rebuild():
                        bar.update(done)
        except (index.Overtaken, Unavailable) as error:
            raise CommandError(str(error)) from None
        drafts = ContentPage.objects.exclude(latest_revision=None).count()
        with tqdm(total=drafts, desc="drafts", disable=None) as bar:
            for done in draft_index.rebuild():
                bar.update(done)
        self.stdout.write(_("Đã lập lại chỉ mục tìm kiếm: %(n)d nội dung.") % {"n": total})

import sys
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from cms.models import ContentPage
from publishing.models import PublishedItem
from search import draft_index, file_index, index
from search.backends import Unavailable

STEPS = 10  # lines of progress where there is no terminal to draw a bar on


class Command(BaseCommand):
    help = "Builds the search indexes anew beside the old ones, then asks the new; tries again the files it could not read."

    def handle(self, *args: Any, **options: Any) -> None:
        total = PublishedItem.objects.out().count()
        drafts = ContentPage.objects.exclude(latest_revision=None).count()
        file_index.try_again()
        try:
            self._follow("database", total, index.rebuild)
            self._follow("drafts", drafts, draft_index.rebuild)
            if settings.ELASTICSEARCH_URL:
                from search import elastic_index

                self._follow("elasticsearch", total, elastic_index.rebuild)
        except index.Overtaken as error:
            raise CommandError(str(error)) from None
        except Unavailable as error:
            raise CommandError(
                _(
                    "Chỉ mục Elasticsearch chưa lập được: %(error)s. Chỉ mục trong cơ sở dữ liệu đã lập xong và chỉ mục "
                    "Elasticsearch cũ, nếu có, vẫn giữ nguyên. Hãy xem máy chủ Elasticsearch rồi chạy lại rebuild_search."
                )
                % {"error": error}
            ) from None
        self.stdout.write(_("Đã lập lại chỉ mục tìm kiếm: %(n)d nội dung.") % {"n": total})

    def _follow(self, name: str, total: int, rebuild: Callable[[], Iterator[int]]) -> None:
        """Build one index, and show how far it is: by a bar on a terminal, by a line now and then elsewhere."""
        if sys.stderr.isatty():
            with tqdm(total=total, desc=name) as bar:
                for done in rebuild():
                    bar.update(done)
            return
        reached, said = 0, 0
        for done in rebuild():
            reached += done
            if total and reached * STEPS // total > said:
                said = reached * STEPS // total
                self.stdout.write(f"{name}: {reached}/{total}")

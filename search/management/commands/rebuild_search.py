from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from tqdm import tqdm

from publishing.models import PublishedItem
from search.index import refresh


class Command(BaseCommand):
    help = "Rebuilds the search index from the published store."

    def handle(self, *args: Any, **options: Any) -> None:
        items = PublishedItem.objects.order_by("pk")
        for item in tqdm(items.iterator(chunk_size=500), total=items.count(), disable=None):
            refresh(item)
        self.stdout.write(_("Đã lập lại chỉ mục tìm kiếm: %(n)d nội dung.") % {"n": items.count()})

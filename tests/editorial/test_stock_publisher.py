"""Why there is a publisher of our own: what Wagtail's does on plain pages when one of them fails."""

import datetime

import pytest
import time_machine
from wagtail.management.commands.publish_scheduled import Command as StockPublisher
from wagtail.models import Page

from cms.models import HomePage

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 3, 3, 8, 0, tzinfo=datetime.UTC)


@pytest.fixture
def scheduled(province, monkeypatch):
    """Three plain pages that are due, the second of which cannot be saved."""
    root = Page.get_first_root_node()
    pages = []
    for n in range(3):
        page = root.add_child(instance=HomePage(title=f"Trang {n}", slug=f"trang-{n}", live=False))
        page.go_live_at = NOW - datetime.timedelta(minutes=10 - n)
        page.save_revision(approved_go_live_at=page.go_live_at)
        pages.append(page)
    broken = [pages[1].pk]
    save = HomePage.save

    def failing(self, *args, **kwargs):
        if self.pk in broken and self.live:
            raise OSError("the disk is full")
        save(self, *args, **kwargs)

    monkeypatch.setattr(HomePage, "save", failing)
    return pages, broken


def test_a_failing_page_stops_the_stock_run_and_loses_its_schedule(scheduled):
    pages, broken = scheduled
    with time_machine.travel(NOW, tick=False):
        with pytest.raises(OSError, match="disk is full"):
            StockPublisher().handle(dryrun=False)
        states = [Page.objects.get(pk=page.pk).live for page in pages]
        assert states == [True, False, False]  # the third was due, sound, and did not go out
        broken.clear()
        StockPublisher().handle(dryrun=False)
        states = [Page.objects.get(pk=page.pk).live for page in pages]
    assert states == [True, False, True]  # the fault is mended, and the second is never published
    assert list(pages[1].revisions.values_list("approved_go_live_at", flat=True)) == [None]

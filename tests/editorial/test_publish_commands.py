"""publish_due, and the command that stands before Wagtail's."""

import datetime

import pytest
import time_machine
from django.core.management import call_command, get_commands, load_command_class
from django.utils import timezone
from wagtail.management.commands.publish_scheduled import Command as StockCommand

from editorial.models import Schedule
from publishing.models import Publication, PublishedItem

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def scheduled(draft, approve):
    """A page that is approved and due in an hour."""
    return approve(draft("Hẹn giờ", go_live_at=timezone.now() + HOUR))


@pytest.mark.parametrize("command", ["publish_due", "publish_scheduled"])
def test_what_is_due_goes_out_once(scheduled, capsys, command):
    call_command(command)
    assert capsys.readouterr().out.startswith("0 việc đã làm, 0 việc lỗi")
    assert PublishedItem.objects.count() == 0
    with time_machine.travel(timezone.now() + HOUR + datetime.timedelta(minutes=1), tick=False):
        call_command(command)
        assert capsys.readouterr().out.startswith("1 việc đã làm, 0 việc lỗi")
        call_command(command)
        assert capsys.readouterr().out.startswith("0 việc đã làm, 0 việc lỗi")
    scheduled.refresh_from_db()
    assert scheduled.live
    assert Publication.objects.get().revision_id == scheduled.live_revision_id
    assert Schedule.objects.get().lateness == datetime.timedelta(minutes=1) or Schedule.objects.get().state == "done"


def test_a_failure_is_told_and_the_exit_is_clean(scheduled, capsys):
    scheduled.approvals.update(digest="0" * 64)
    with time_machine.travel(timezone.now() + 2 * HOUR, tick=False):
        call_command("publish_due")
    assert "0 việc đã làm, 1 việc lỗi" in capsys.readouterr().out
    assert Schedule.objects.pending().get().attempts == 1


def test_publish_scheduled_is_ours_and_the_stock_code_never_runs(scheduled, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("Wagtail's own command ran")

    monkeypatch.setattr(StockCommand, "handle", refuse)
    assert get_commands()["publish_scheduled"] == "editorial"
    assert not isinstance(load_command_class("editorial", "publish_scheduled"), StockCommand)
    with time_machine.travel(timezone.now() + 2 * HOUR, tick=False):
        call_command("publish_scheduled")
    assert Publication.objects.count() == 1

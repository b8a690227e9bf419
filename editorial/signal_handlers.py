"""What the editorial room does when the content room says that a draft was saved."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.dispatch import receiver
from wagtail.signals import task_submitted

from cms.signals import draft_saved
from editorial.actions import void_for_new_text
from editorial.models import CommitteeApproval
from messaging.tasks import wake


@receiver(draft_saved)
def let_approvals_lapse(sender: Any, page: Any, revision: Any, user: Any, **kwargs: Any) -> None:
    """An edit voids approvals, however it was made."""
    void_for_new_text(page=page, revision=revision, user=user)


@receiver(task_submitted)
def send_review_links(sender: Any, instance: Any, user: Any, **kwargs: Any) -> None:
    """A text that comes to a committee is told to its people."""
    if isinstance(instance.task.specific, CommitteeApproval):
        transaction.on_commit(lambda: wake("editorial.tasks.send_review_links"))

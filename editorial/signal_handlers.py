"""What the editorial room does when the content room says that a draft was saved."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from cms.signals import draft_saved
from editorial.actions import void_for_new_text


@receiver(draft_saved)
def let_approvals_lapse(sender: Any, page: Any, revision: Any, user: Any, **kwargs: Any) -> None:
    """An edit voids approvals, however it was made."""
    void_for_new_text(page=page, revision=revision, user=user)

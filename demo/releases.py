"""A release that waits for its committee: two texts that have passed desk and board."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone
from wagtail.models import TaskState

from accounts.models import User
from cms.models import ContentPage
from editorial.models import Approval, CommitteeApproval, Release
from editorial.releases import actions
from organizations.models import Organization

ITEMS = 2


@transaction.atomic
def seed_releases() -> int:
    """Compose and submit the release where there is none. Returns how many were made."""
    if Release.objects.exists():
        return 0
    province = Organization.objects.get(code="TB")
    steps = CommitteeApproval.objects.filter(organization=province)
    waiting = TaskState.objects.filter(task__in=steps, status=TaskState.STATUS_IN_PROGRESS)
    begun = Approval.objects.standing().filter(step__in=steps).values("revision")
    # Those on which nobody of the committee has decided yet; others stay for the list of single texts.
    ids = [int(pk) for pk in waiting.exclude(revision__in=begun).values_list("workflow_state__object_id", flat=True)]
    pages = list(ContentPage.objects.filter(pk__in=ids, locale__language_code="vi").order_by("pk")[:ITEMS])
    if not pages:
        return 0
    board = User.objects.get(username="btv1")
    evening = timezone.localtime() + datetime.timedelta(days=2)
    release = actions.save_release(
        actor=board,
        title="Tài liệu sinh hoạt chi bộ tháng tới",
        note="Kính trình Thường trực: các bài để chi bộ đọc trước buổi sinh hoạt ngày 3.",
        organization=province,
        required=2,
        due_at=evening.replace(hour=18, minute=0, second=0, microsecond=0),
    )
    for page in pages:
        actions.add_item(actor=board, release=release, page=page)
    actions.submit_release(actor=board, release=release)
    return 1

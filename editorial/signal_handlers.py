"""What the editorial room does when the content room says that a draft was saved."""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.signals import post_save, pre_delete
from django.dispatch import receiver
from django.utils.translation import gettext as _
from wagtail.models import Page, Revision, TaskState
from wagtail.signals import task_submitted
from wagtail_localize.models import TranslationLog

from audit.enums import RefusalCode
from audit.refusals import Refused
from cms.models import Attachment, Picture
from cms.models.named_files import key_of
from cms.signals import draft_saved
from editorial.actions import void_for_new_text
from editorial.models import CommitteeApproval, Release, ReleaseItem, Schedule, TranslationBasis
from messaging.tasks import wake
from publishing.models import PublishedFile, PublishedItem


@receiver(draft_saved)
def let_approvals_lapse(sender: Any, page: Any, revision: Any, user: Any, **kwargs: Any) -> None:
    """An edit voids approvals, however it was made."""
    void_for_new_text(page=page, revision=revision, user=user)


@receiver(post_save, sender=TranslationLog)
def keep_what_was_translated(sender: Any, instance: TranslationLog, created: bool, **kwargs: Any) -> None:
    """A text was put together from translated strings: of which text of its original these were."""
    if not created or instance.revision is None:
        return
    original = json.loads(instance.source.content_json)
    text = original.get("live_revision" if original.get("live") else "latest_revision")
    TranslationBasis.objects.create(
        revision=instance.revision, original_revision_id=text, read_at=instance.source.last_updated_at
    )


@receiver(pre_delete, sender=Page)
def keep_what_is_in_a_release(sender: Any, instance: Page, **kwargs: Any) -> None:
    """A draft that others have put into a release is taken out of it first, by whatever way it would be deleted."""
    if release := Release.objects.filter(items__page=instance.pk, items__is_open=True).first():
        raise Refused(
            RefusalCode.CONFLICT,
            _("“%(page)s” nằm trong đợt phát hành “%(release)s”. Hãy bỏ bài khỏi đợt trước khi xóa.")
            % {"page": instance, "release": release},
            act="delete",
            target=instance,
        )


@receiver(pre_delete, sender=Attachment)
@receiver(pre_delete, sender=Picture)
def keep_files_that_texts_bring(sender: Any, instance: Attachment | Picture, **kwargs: Any) -> None:
    """A file of what is out, or is being decided on, or waits for its time, is not deleted from under it."""
    title = _out_with(instance) or _waiting_with(instance)
    if title:
        raise Refused(
            RefusalCode.CONFLICT,
            _("Không xóa được “%(file)s”: “%(page)s” đang dùng tệp này. Hãy gỡ bài, hoặc bỏ tệp khỏi bài trước.")
            % {"file": instance, "page": title},
            act="delete",
            target=instance,
        )


def _out_with(file: Attachment | Picture) -> str | None:
    names = [file.file.name]
    if isinstance(file, Picture):
        names += file.renditions.values_list("file", flat=True)
    items = PublishedItem.objects.out()
    found = PublishedFile.objects.filter(storage_name__in=names, item__in=items)
    return found.values_list("item__title", flat=True).first()


def _waiting_with(file: Attachment | Picture) -> str | None:
    waiting = (
        Q(pk__in=TaskState.objects.filter(status=TaskState.STATUS_IN_PROGRESS).values("revision"))
        | Q(pk__in=Schedule.objects.pending().values("revision"))
        | Q(pk__in=ReleaseItem.objects.filter(is_open=True, revision__isnull=False).values("revision"))
    )
    texts, key = Revision.objects.filter(waiting), key_of(file)
    named = texts.filter(content__named_files__has_key=key).values_list("object_str", flat=True).first()
    if named is not None:
        return named
    # Saved before texts named their files.
    older = texts.exclude(content__has_key="named_files")
    return next((each.object_str for each in older if key in each.as_object().present_files()), None)


@receiver(task_submitted)
def send_review_links(sender: Any, instance: Any, user: Any, **kwargs: Any) -> None:
    """A text that comes to a committee is told to its people."""
    if isinstance(instance.task.specific, CommitteeApproval):
        transaction.on_commit(lambda: wake("editorial.tasks.send_review_links"))

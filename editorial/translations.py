"""Translations: each has a state of its own and goes the same way as any draft."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import WorkflowState
from wagtail_localize.models import MissingRelatedObjectError, MissingTranslationError, SourceDeletedError, Translation

from audit.enums import RefusalCode
from audit.refusals import Refused
from cms.models import ContentPage
from editorial.actions import submit
from editorial.gate import lock_page


def translation_of(page: ContentPage) -> Translation | None:
    """The translation that is being worked on in the translation editor, where this page is one."""
    return Translation.objects.filter(
        source__object_id=page.translation_key, target_locale_id=page.locale_id, enabled=True
    ).first()


@transaction.atomic
def submit_translation(*, actor: Any, page_id: int) -> WorkflowState:
    """Put the translated strings together into a draft and send it on its source's way.

    The translation editor keeps strings, not drafts: only here do they become a revision, and ``actor`` its writer.
    """
    page = lock_page(page_id)
    translation = translation_of(page)
    if translation is None:
        raise Refused(
            RefusalCode.NOT_FOUND, _("“%(page)s” không phải là bản dịch đang làm.") % {"page": page}, act="submit"
        )
    if not page.permissions_for_user(actor).can_edit():
        raise Refused(
            RefusalCode.FORBIDDEN,
            _("Bạn không được trình duyệt “%(page)s”.") % {"page": page},
            act="submit",
            target=page,
        )
    try:
        translation.save_target(user=actor, publish=False)
    except (SourceDeletedError, MissingRelatedObjectError, MissingTranslationError, ValidationError) as error:
        raise Refused(
            RefusalCode.INVALID,
            _("Bản dịch “%(page)s” chưa đủ để trình duyệt. Hãy dịch hết các đoạn còn lại.") % {"page": page},
            act="submit",
            target=page,
        ) from error
    return submit(actor=actor, page_id=page_id)

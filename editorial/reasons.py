"""A return says why: whoever wrote the text has to know what to mend."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from audit.enums import RefusalCode
from audit.refusals import Refused
from editorial.enums import Decision


def comment_of(decision: str, comment: str, *, target: Any) -> str:
    """What a decision says, without spaces around it. Raises Refused REQUIRED for a return that says nothing."""
    comment = comment.strip()
    if decision == Decision.RETURN and not comment:
        raise Refused(
            RefusalCode.REQUIRED,
            _("Hãy ghi lý do trả lại để người viết biết phải sửa gì."),
            field="comment",
            act="decide",
            target=target,
        )
    return comment

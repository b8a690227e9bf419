"""Acts on abbreviations: added, changed and deleted by those with the right, each with its line in the audit."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.actions import record
from audit.enums import RefusalCode
from audit.refusals import Refused
from search.models import Abbreviation
from search.text import words


@transaction.atomic
def save_abbreviation(*, actor: Any, abbreviation: Abbreviation) -> Abbreviation:
    """Add an abbreviation, or change one. It counts from the next search on; nothing is indexed anew.

    Raises Refused INVALID where one of its sides has no word, or the short form is more than one.
    """
    adding = abbreviation.pk is None
    act = "abbreviation_create" if adding else "abbreviation_change"
    _check_right(actor, "add" if adding else "change", act=act, target=abbreviation)
    if len(words(abbreviation.short)) != 1:
        raise Refused(
            RefusalCode.INVALID,
            _("Từ viết tắt phải là một từ gồm chữ hoặc số, không có dấu cách."),
            field="short",
            act=act,
            target=abbreviation,
        )
    if len(words(abbreviation.long)) < 2:
        raise Refused(
            RefusalCode.INVALID,
            _("Nghĩa đầy đủ phải có từ hai tiếng trở lên."),
            field="long",
            act=act,
            target=abbreviation,
        )
    abbreviation.save()
    record(act, actor=actor, target=abbreviation, detail={"short": abbreviation.short, "long": abbreviation.long})
    return abbreviation


@transaction.atomic
def delete_abbreviation(*, actor: Any, abbreviation_id: int) -> None:
    """Delete an abbreviation; the standard ones stay."""
    abbreviation = Abbreviation.objects.select_for_update().get(pk=abbreviation_id)
    _check_right(actor, "delete", act="abbreviation_delete", target=abbreviation)
    record("abbreviation_delete", actor=actor, target=abbreviation, detail={"long": abbreviation.long})
    abbreviation.delete()


def _check_right(actor: Any, right: str, *, act: str, target: Any) -> None:
    if not actor.has_perm(f"search.{right}_abbreviation"):
        raise Refused(RefusalCode.FORBIDDEN, _("Chỉ Ban Biên tập được sửa từ viết tắt."), act=act, target=target)

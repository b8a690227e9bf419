"""Acts on categories: made, changed and deleted by those with the right, each with its line in the audit."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from wagtail.models import Revision

from audit.actions import record
from audit.enums import RefusalCode
from audit.refusals import Refused
from cms.models import Category, ContentPage
from publishing.models import PublishedItem

LONGEST_PATH = 255


@transaction.atomic
def save_category(*, actor: Any, category: Category) -> Category:
    """Make a category, or change one. Where it stands stays, once something under it has been published.

    The published store and the readers' links carry the path of slugs; a name may change at any time.
    """
    adding = category.pk is None
    act = "category_create" if adding else "category_change"
    _check_right(actor, "add" if adding else "change", act=act, target=category)
    before = None if adding else Category.objects.select_for_update().get(pk=category.pk)
    category.clean()
    path = f"{category.parent.path if category.parent else '/'}{category.slug}/"
    deepest = 0
    if before is not None:
        below = Category.objects.filter(path__startswith=before.path).values_list("path", flat=True)
        deepest = max(len(each) - len(before.path) for each in below)
        if path != before.path and PublishedItem.objects.filter(category_path__startswith=before.path).exists():
            raise Refused(
                RefusalCode.CONFLICT,
                _("“%(name)s” đã có nội dung phát hành nên chỉ đổi được tên, không đổi được chỗ và đường dẫn.")
                % {"name": before},
                field="slug" if category.slug != before.slug else "parent",
                act=act,
                target=before,
            )
    if len(path) + deepest > LONGEST_PATH:
        raise Refused(
            RefusalCode.INVALID,
            _("Cây chuyên mục quá sâu. Hãy đặt chuyên mục này ở cấp cao hơn hoặc dùng đường dẫn ngắn hơn."),
            field="parent",
            act=act,
            target=category,
        )
    category.save()
    record(
        act,
        actor=actor,
        target=category,
        detail={"path": category.path, "name": category.name, **({"from": before.name} if before else {})},
    )
    return category


@transaction.atomic
def delete_category(*, actor: Any, category_id: int) -> None:
    """Delete a category that nothing uses: no category below it, no content, no draft, no source."""
    category = Category.objects.select_for_update().get(pk=category_id)
    _check_right(actor, "delete", act="category_delete", target=category)
    uses = []
    if n := category.children.count():
        uses.append(_("%(n)d chuyên mục con") % {"n": n})
    drafts = Revision.objects.filter(
        pk__in=ContentPage.objects.values("latest_revision_id"), content__category=category.pk
    ).values_list("object_id", flat=True)
    pages = set(category.pages.values_list("pk", flat=True)) | {int(each) for each in drafts}
    if pages:
        uses.append(_("%(n)d nội dung") % {"n": len(pages)})
    if n := category.sources.count():
        uses.append(_("%(n)d nguồn tin") % {"n": n})
    if uses:
        raise _in_use(category, uses)
    record("category_delete", actor=actor, target=category, detail={"path": category.path})
    try:
        category.delete()
    except ProtectedError as error:  # rooms above hold it in their own tables
        raise _in_use(category, sorted({str(each._meta.verbose_name) for each in error.protected_objects})) from error


def _in_use(category: Category, uses: list[str]) -> Refused:
    return Refused(
        RefusalCode.CONFLICT,
        _("Không xóa được “%(name)s” vì đang dùng cho: %(uses)s. Hãy chuyển sang chuyên mục khác trước.")
        % {"name": category, "uses": ", ".join(uses)},
        act="category_delete",
        target=category,
    )


def _check_right(actor: Any, right: str, *, act: str, target: Any) -> None:
    if not actor.has_perm(f"cms.{right}_category"):
        raise Refused(RefusalCode.FORBIDDEN, _("Chỉ Ban Biên tập được sửa chuyên mục."), act=act, target=target)

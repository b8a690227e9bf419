"""Acts on sources and their desks: who supplies content, and who works on it. For superusers."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Workflow

from audit.actions import record
from audit.enums import RefusalCode
from audit.refusals import Refused
from cms.models import Category, Source, SourceIndexPage
from editorial.setup import ensure_source
from organizations.models import Organization


class DeskRole(TextChoices):
    """What a person is on a desk."""

    CONTRIBUTOR = "contributors", gettext_lazy("Cộng tác viên")
    EDITOR = "editors", gettext_lazy("Biên tập của nguồn")


@transaction.atomic
def create_source(
    *,
    actor: Any,
    code: str,
    name: str,
    organization: Organization,
    workflow: Workflow,
    name_en: str = "",
    due_hours: int = 8,
    allowed_categories: list[Category] | None = None,
) -> Source:
    """Make a source with its groups, index pages and rights.

    A name that another source has or had is refused: groups are named after it, and two desks must never share one.
    """
    _check_right(actor, act="source_create", target=code)
    if Source.objects.filter(code=code).exists():
        raise Refused(
            RefusalCode.CONFLICT,
            _("Mã “%(code)s” đã có nguồn tin khác dùng. Hãy chọn mã khác.") % {"code": code},
            field="code",
            act="source_create",
            target=code,
        )
    if Group.objects.filter(name__istartswith=f"{name}: ").exists():
        raise Refused(
            RefusalCode.CONFLICT,
            _("Tên “%(name)s” đã có nguồn tin khác dùng. Hãy chọn tên khác.") % {"name": name},
            field="name",
            act="source_create",
            target=code,
        )
    source = ensure_source(
        code, name, organization=organization, workflow=workflow, name_en=name_en, due_hours=due_hours
    )
    source.allowed_categories.set(allowed_categories or [])
    record("source_create", actor=actor, target=source, detail=_facts(source))
    return source


@transaction.atomic
def change_source(*, actor: Any, source_id: int, allowed_categories: list[Category], **fields: Any) -> Source:
    """Change what a source is called, whose it is, which way its drafts go, and what it may use.

    The code stays: what is published carries it.
    """
    source = Source.objects.select_for_update().get(pk=source_id)
    _check_right(actor, act="source_change", target=source)
    before = _facts(source)
    changeable = {"name", "name_en", "organization", "workflow", "due_hours", "active"}
    if wrong := set(fields) - changeable:
        raise Refused(
            RefusalCode.INVALID,
            _("Không đổi được mã của nguồn tin."),
            field=min(wrong),
            act="source_change",
            target=source,
        )
    for field, value in fields.items():
        setattr(source, field, value)
    source.save()
    source.allowed_categories.set(allowed_categories)
    for page in SourceIndexPage.objects.filter(source=source).select_related("locale"):
        page.title = page.draft_title = source.name_in(page.locale.language_code)
        page.save(update_fields=["title", "draft_title"])
    after = _facts(source)
    record(
        "source_change",
        actor=actor,
        target=source,
        detail={key: {"from": before[key], "to": after[key]} for key in after if after[key] != before[key]},
    )
    return source


@transaction.atomic
def add_to_desk(*, actor: Any, source_id: int, role: str, username: str) -> None:
    """Put a person on a source's desk."""
    source, group = _desk(source_id, role)
    _check_right(actor, act="desk_add", target=source)
    person = get_user_model().objects.filter(username=username.strip()).first()
    if person is None or not person.is_active:
        raise Refused(
            RefusalCode.NOT_FOUND,
            _("Không có tài khoản nào đang hoạt động với tên đăng nhập “%(name)s”.") % {"name": username.strip()},
            field="username",
            act="desk_add",
            target=source,
        )
    if group.user_set.filter(pk=person.pk).exists():
        raise Refused(
            RefusalCode.CONFLICT,
            _("“%(name)s” đã ở trong nhóm này rồi.") % {"name": person.get_full_name()},
            field="username",
            act="desk_add",
            target=source,
        )
    group.user_set.add(person)
    record("desk_add", actor=actor, target=source, detail={"person": person.get_username(), "role": role})


@transaction.atomic
def remove_from_desk(*, actor: Any, source_id: int, role: str, user_id: int) -> None:
    """Take a person off a source's desk. What they wrote stays theirs."""
    source, group = _desk(source_id, role)
    _check_right(actor, act="desk_remove", target=source)
    person = group.user_set.filter(pk=user_id).first()
    if person is None:
        raise Refused(
            RefusalCode.NOT_FOUND, _("Người này không ở trong nhóm."), field="user", act="desk_remove", target=source
        )
    group.user_set.remove(person)
    record("desk_remove", actor=actor, target=source, detail={"person": person.get_username(), "role": role})


def may_change_sources(user: Any) -> bool:
    """Whether this person makes and changes sources and their desks."""
    return bool(user.is_active and user.is_superuser)


def _check_right(actor: Any, *, act: str, target: Any) -> None:
    if not may_change_sources(actor):
        raise Refused(
            RefusalCode.FORBIDDEN, _("Chỉ quản trị viên được sửa nguồn tin và bàn biên tập."), act=act, target=target
        )


def _desk(source_id: int, role: str) -> tuple[Source, Group]:
    source = Source.objects.filter(pk=source_id).first()
    if source is None or role not in DeskRole.values:
        raise Refused(RefusalCode.NOT_FOUND, _("Không tìm thấy nguồn tin này."), act="desk")
    return source, getattr(source, role)


def _facts(source: Source) -> dict[str, Any]:
    return {
        "name": source.name,
        "name_en": source.name_en,
        "organization": source.organization.code,
        "workflow": source.workflow.name,
        "due_hours": source.due_hours,
        "active": source.active,
        "allowed_categories": sorted(source.allowed_categories.values_list("slug", flat=True)),
    }

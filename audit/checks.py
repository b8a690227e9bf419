"""What ``check --database default`` says of the audit. Warnings: neither may keep a migration or a start from running."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connections

from audit import anchors, protection
from audit.models import AnchorStore


@register(Tags.database)
def check_audit(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """W001: the database no longer refuses to change the audit. W002: its end is not kept outside."""
    if "default" not in (databases or []):
        return []
    connection = connections["default"]
    found: list[CheckMessage] = [
        Warning(
            f"Trigger {name} of the audit is missing.",
            hint="Someone took it off, or a migration rebuilt the table: put audit.protection's statements on again.",
            id="audit.W001",
        )
        for name in protection.missing(connection)
    ]
    with connection.cursor() as cursor:
        if AnchorStore._meta.db_table not in connection.introspection.table_names(cursor):
            return []  # not migrated yet
    return found + [
        Warning(f"Audit anchors: {trouble}.", hint="See docs/audit.md.", id="audit.W002")
        for trouble in anchors.troubles()
    ]

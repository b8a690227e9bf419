"""That somebody looked at names: every list of them is in the audit."""

from __future__ import annotations

from accounts.models import User
from audit.actions import record
from handbook.notices.models import Notice
from organizations.models import Organization


def log_names_read(*, actor: User, notice: Notice, unit: Organization, names: int, form: str) -> None:
    """Note that the actor was shown who of a unit did what with a notice: how many names, and on a screen or as a file."""
    record(
        "read_notice_names",
        actor=actor,
        target=notice,
        detail={"organization": unit.pk, "name": unit.name, "members": names, "kind": form},
    )

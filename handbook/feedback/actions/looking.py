"""That somebody took names along or looked through them: every list of them is in the audit."""

from __future__ import annotations

from accounts.models import User
from audit.actions import record
from audit.readings import record_reading
from handbook.feedback.models import Consultation

THREADS = "read_feedback_names"
OPINIONS = "read_opinion_names"


def log_names_exported(*, actor: User, threads: int, filters: str, form: str) -> None:
    """Note that the actor got a file with the authors of so many threads, by these filters of the inbox."""
    record(THREADS, actor=actor, detail={"items": threads, "filters": filters, "kind": form})


def log_opinions_read(*, actor: User, consultation: Consultation, form: str) -> None:
    """Note that the actor was shown who said what about a draft, on a screen or as a file.

    Who marks one opinion after another looks at one list: again within a quarter of an hour it is the same reading.
    """
    detail = {"organization": consultation.organization_id, "kind": form}
    if form == "screen":
        record_reading(act=OPINIONS, actor=actor, target=consultation, detail=detail)
    else:
        record(OPINIONS, actor=actor, target=consultation, detail=detail)

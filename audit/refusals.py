"""The one exception by which an act says no to its caller."""

from __future__ import annotations

from typing import Any

from audit.enums import RefusalCode


class Refused(Exception):
    """An act was not done, and nothing of it was kept.

    ``message`` is for the person who asked, in their language: what happened, to what, and what to do.
    ``field`` names the input at fault, where one is. ``act``, ``target`` and ``detail`` are for the audit; whoever
    caught the refusal at the boundary (admin middleware, API, command) records it there, after the transaction is
    rolled back.
    """

    def __init__(
        self,
        code: RefusalCode,
        message: Any,
        *,
        field: str | None = None,
        act: str = "",
        target: Any = None,
        detail: dict[str, Any] | None = None,
    ) -> None:
        self.code = code
        self.message = str(message)
        self.field = field
        self.act = act
        self.target = target
        self.detail = detail or {}
        super().__init__(self.message)

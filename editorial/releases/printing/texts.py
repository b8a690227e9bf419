"""What a release has to print: its texts in the very form in which they go out."""

from __future__ import annotations

import dataclasses
import logging
from typing import Any

from cms.models import Bulletin, ContentPage
from cms.payload import published_form
from editorial.models import Release
from editorial.releases.preview import drafts_of

logger = logging.getLogger("sotay.editorial")


@dataclasses.dataclass(frozen=True)
class PrintedText:
    """One text of a release. ``payload`` is None where it cannot be made: a lost file, an unfinished draft."""

    text: ContentPage
    payload: dict[str, Any] | None

    @property
    def is_only_a_cover(self) -> bool:
        """Whether this is a bulletin without a body: all of it stands on the cover."""
        body = self.payload is None or self.payload["body"] or self.payload["attachments"]
        return isinstance(self.text, Bulletin) and not body


def printed_texts(release: Release) -> list[PrintedText]:
    """The texts in their order."""
    return [PrintedText(text, _payload(text, revision_id)) for _, revision_id, text in drafts_of(release)]


def _payload(text: ContentPage, revision_id: int) -> dict[str, Any] | None:
    try:
        return published_form(text).payload
    except Exception:  # a draft may lack anything; whatever stops the payload would stop the publication too
        logger.warning("text of revision %s cannot be printed", revision_id, exc_info=True)
        return None

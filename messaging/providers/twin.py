"""The log twin: stands where no provider is set, and keeps what would have been sent.

Only the demo and tests keep the words. In an installation that has set no provider, one-time codes would lie open in a
table; there the twin only says in the log that messages were not sent.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence
from typing import ClassVar

from django.conf import settings

from messaging.models import TwinMessage
from messaging.providers.base import ACCEPTED, Message, Outcome, Result

logger = logging.getLogger("sotay.messaging")


@dataclasses.dataclass(frozen=True)
class LogTwin:
    """Accepts everything in the demo; elsewhere refuses everything, since nobody gets it."""

    channel: str
    takes_a_key_once: ClassVar[bool] = True

    def send(self, messages: Sequence[Message]) -> list[Result]:
        """Keep the messages where ``manage.py twin_messages`` shows them."""
        if not settings.DEMO:
            logger.warning("%d messages by %s were not sent: no provider is set", len(messages), self.channel)
            return [Result(Outcome.REFUSED, "no provider")] * len(messages)
        TwinMessage.objects.bulk_create(
            TwinMessage(
                channel=self.channel,
                key=message.key,
                address=message.address,
                title=message.title[:255],
                text=message.text,
                data=message.data,
            )
            for message in messages
        )
        return [ACCEPTED] * len(messages)

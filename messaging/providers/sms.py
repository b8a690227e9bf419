"""SMS by a gateway that takes JSON over HTTP. The gateways on the market differ in names; a small relay translates."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import requests

from messaging.providers.base import ACCEPTED, Message, Outcome, Result, retry_after

TIMEOUT = (5, 15)  # seconds to connect, seconds to answer
TRY_AGAIN = frozenset({408, 409, 425, 429})


@dataclasses.dataclass(frozen=True, kw_only=True)
class HttpGateway:
    """Posts ``{"id", "to", "from", "text"}``; any 2xx means taken. ``id`` is the same when it is tried again."""

    url: str
    token: str
    sender: str

    def send(self, messages: Sequence[Message]) -> list[Result]:
        """One request for each message."""
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {self.token}"
            return [self._post(session, message) for message in messages]

    def _post(self, session: requests.Session, message: Message) -> Result:
        body = {"id": message.key, "to": message.address, "from": self.sender, "text": message.text}
        try:
            answer = session.post(
                self.url, json=body, headers={"Idempotency-Key": message.key}, timeout=TIMEOUT, allow_redirects=False
            )
        except requests.RequestException as error:
            # Only its name: the text of such an error may hold the request.
            return Result(Outcome.LATER, type(error).__name__)
        if answer.ok and not answer.is_redirect:
            return ACCEPTED
        reason = f"HTTP {answer.status_code}"
        if answer.status_code >= 500 or answer.status_code in TRY_AGAIN:
            return Result(Outcome.LATER, reason, retry_after(answer.headers.get("Retry-After")))
        return Result(Outcome.REFUSED, reason)

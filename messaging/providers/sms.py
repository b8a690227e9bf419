"""SMS by a gateway that takes JSON over HTTP. The gateways on the market differ in names; a small relay translates."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import requests
from urllib3.exceptions import NewConnectionError

from messaging.providers.base import ACCEPTED, Message, Outcome, Result, retry_after

TIMEOUT = (5, 15)  # seconds to connect, seconds to answer
TRY_AGAIN = frozenset({408, 409, 425, 429})
LOST_BEHIND = frozenset({502, 504})  # a proxy answers that it got no answer


@dataclasses.dataclass(frozen=True, kw_only=True)
class HttpGateway:
    """Posts ``{"id", "to", "from", "text"}``; any 2xx means taken. ``id`` is the same when it is tried again."""

    url: str
    token: str
    sender: str
    takes_a_key_once: bool = True

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
            lost = not (self.takes_a_key_once or _was_never_there(error))
            return Result(Outcome.UNCERTAIN if lost else Outcome.LATER, type(error).__name__)
        if answer.ok and not answer.is_redirect:
            return ACCEPTED
        reason = f"HTTP {answer.status_code}"
        if answer.status_code in LOST_BEHIND and not self.takes_a_key_once:
            return Result(Outcome.UNCERTAIN, reason)
        if answer.status_code >= 500 or answer.status_code in TRY_AGAIN:
            return Result(Outcome.LATER, reason, retry_after(answer.headers.get("Retry-After")))
        return Result(Outcome.REFUSED, reason)


def _was_never_there(error: requests.RequestException) -> bool:
    """Whether no line to the gateway came about: then it cannot have taken the text."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)

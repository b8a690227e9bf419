"""E-mail through Django's own mail, to the server that EMAIL_URL names."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage, get_connection

from messaging.providers.base import ACCEPTED, Message, Outcome, Result


class DjangoMail:
    """Sends each message as a letter of its own, all over one connection.

    A mail server knows no keys: the same letter twice is two letters.
    """

    takes_a_key_once = False

    def send(self, messages: Sequence[Message]) -> list[Result]:
        """One letter for each message. A mail server that does not answer is asked again later."""
        connection = get_connection()
        try:
            return [self._send(connection, message) for message in messages]
        finally:
            connection.close()

    def _send(self, connection: Any, message: Message) -> Result:
        letter = EmailMessage(
            subject=message.title,
            body=message.text,
            to=[message.address],
            headers={"X-Entity-Ref-ID": message.key},
            connection=connection,
        )
        try:
            connection.open()
        except (OSError, smtplib.SMTPException) as error:
            return Result(Outcome.LATER, type(error).__name__)
        try:
            letter.send()
        except smtplib.SMTPRecipientsRefused as error:
            code = max((code for code, _text in error.recipients.values()), default=0)
            # 4xx: a full mailbox, greylisting. 5xx: no such mailbox.
            return Result(Outcome.LATER if 400 <= code < 500 else Outcome.DEAD, f"SMTP {code}")
        except smtplib.SMTPResponseException as error:
            kind = Outcome.REFUSED if isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500 else None
            return Result(kind or Outcome.LATER, f"SMTP {error.smtp_code}")
        except (OSError, smtplib.SMTPException) as error:  # the line broke: the letter may be on its way
            connection.close()
            return Result(Outcome.UNCERTAIN, type(error).__name__)
        except ValueError as error:  # an address or subject that no header can hold
            return Result(Outcome.REFUSED, type(error).__name__)
        return ACCEPTED

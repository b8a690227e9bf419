"""Whose address a request has, where proxies stand in front.

Limits of sign-ins and codes, lockouts and the audit go by the address of the connection. Behind a proxy that is the
proxy's: the whole province would share one limit, and thirty wrong passwords a minute would keep everybody out.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class ClientAddress:
    """A WSGI application that has ``REMOTE_ADDR`` as the outermost of our proxies saw it.

    Each proxy adds to ``X-Forwarded-For`` whom it was called by, so of its addresses the last ``proxies`` are ours, and all
    before them were written by whoever called. werkzeug's ``ProxyFix`` counts the same way but takes any text for an
    address; one that is none is left aside here, for databases refuse to look for it.
    """

    def __init__(self, application: WSGIApplication, *, proxies: int) -> None:
        self.application = application
        self.proxies = proxies

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        told = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(told) >= self.proxies and (address := _address(told[-self.proxies])):
            environ["REMOTE_ADDR"] = address
        return self.application(environ, start_response)


def _address(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return None

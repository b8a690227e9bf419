"""Signing in, staying signed in, and signing out. The API and the rooms above call these."""

from accounts.actions.codes import sign_in_with_code
from accounts.actions.devices import end_device, sign_out, sign_out_everywhere
from accounts.actions.sessions import (
    GRACE,
    Device,
    Tokens,
    begin_session,
    checked_device,
    end_all_sessions,
    end_session,
    refresh,
    sign_in,
)

__all__ = [
    "GRACE",
    "Device",
    "Tokens",
    "begin_session",
    "checked_device",
    "end_all_sessions",
    "end_device",
    "end_session",
    "refresh",
    "sign_in",
    "sign_in_with_code",
    "sign_out",
    "sign_out_everywhere",
]

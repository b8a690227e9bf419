"""The sign-in form of the admin."""

from __future__ import annotations

from typing import Any

from axes.helpers import get_client_ip_address
from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.auth import LoginForm

from accounts.actions.guards import SIGN_IN, refuse_busy_address, sign_in_by, wrong_password
from audit.actions import record_refusal
from audit.refusals import Refused


class SignInForm(LoginForm):
    """Wagtail's form, held back and audited as signing in through the API is."""

    # Wagtail leaves the password's label to be made from the field's English name.
    password = forms.CharField(
        label=_("Mật khẩu"), strip=False, widget=forms.PasswordInput(attrs={"placeholder": _("Nhập mật khẩu")})
    )

    def clean(self) -> dict[str, Any]:
        """Ask for name and password; who fails gets Wagtail's words, and who was refused is in the audit."""
        username, address = self.cleaned_data.get("username", ""), get_client_ip_address(self.request) or ""
        try:
            refuse_busy_address(address, act=SIGN_IN, target=sign_in_by(username, address))
        except Refused as refusal:
            _record(refusal)
            raise forms.ValidationError(refusal.message) from refusal
        try:
            return super().clean()
        except forms.ValidationError:
            locked = getattr(self.request, "axes_locked_out", False)
            _record(wrong_password(username=username, address=address, locked=locked))
            raise


def _record(refusal: Refused) -> None:
    if refusal.act:
        record_refusal(refusal, channel="admin")

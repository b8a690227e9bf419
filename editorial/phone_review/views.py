"""The pages of a link: confirm, read, decide. No JavaScript, nothing from another host, nothing kept by anyone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from axes.helpers import get_client_ip_address
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from audit.actions import record_refusal
from audit.enums import RefusalCode
from audit.refusals import Refused
from editorial.enums import Decision
from editorial.models import ReviewLink
from editorial.phone_review.access import Gone, confirm, is_confirmed, opened, refuse_unconfirmed
from editorial.phone_review.actions import confirm_code, decide, masked_address, refuse_gone, request_code, revoke
from editorial.phone_review.reading import file_of, name_of, shown
from editorial.phone_review.sending import Matter

HEADERS = {
    "Cache-Control": "no-store",
    # The address is half of the key: no other host gets it. "no-referrer" would make browsers send "Origin: null" with
    # our own forms, which Django refuses as forged.
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
}
STATUS = {
    RefusalCode.RATE_LIMITED: 429,
    RefusalCode.UNAUTHENTICATED: 403,
    RefusalCode.FORBIDDEN: 403,
    RefusalCode.CONFLICT: 409,
    RefusalCode.NOT_FOUND: 404,
}
DONE = {"phe-duyet": Decision.APPROVE, "tra-lai": Decision.RETURN}


class PhoneView(View):
    """Finds the link of the address first. One that leads nowhere gets the one page that all such links get."""

    request: HttpRequest
    link: ReviewLink
    matter: Matter
    # Whether the person must have confirmed before anything is done.
    confirmed_only = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.address = get_client_ip_address(request) or ""
        try:
            response = self._answer(request, *args, **kwargs)
        except Gone:
            response = self.page("gone", status=404)
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            if "token" in kwargs:
                self.link, self.matter = opened(kwargs["token"], visitor=request.user, address=self.address)
                if self.confirmed_only and not is_confirmed(request, self.link):
                    raise refuse_unconfirmed(self.link)
            return super().dispatch(request, *args, **kwargs)
        except Refused as refusal:
            self.record(refusal)
            message = refusal.message or _("Có quá nhiều lần mở liên kết không dùng được. Hãy đợi một phút.")
            return self.page("refused", status=STATUS.get(refusal.code, 400), message=message)

    def page(self, name: str, /, *, status: int = 200, **context: Any) -> HttpResponse:
        """One of the pages, in small or large type."""
        context["large"] = self.request.GET.get("chu") == "to"
        context["token"] = self.kwargs.get("token") if hasattr(self, "link") else None
        return render(self.request, f"editorial/phone/{name}.html", context, status=status)

    def record(self, refusal: Refused) -> None:
        """Who is refused is known only where they have confirmed."""
        if refusal.act:
            known = hasattr(self, "link") and is_confirmed(self.request, self.link)
            record_refusal(refusal, actor=self.link.person if known else None, channel="phone")


class ReviewView(PhoneView):
    """The text and the two buttons, for who has confirmed; before that, the way to confirm."""

    confirmed_only = False

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Looking changes nothing: messengers fetch an address before anybody opens it."""
        if not is_confirmed(request, self.link):
            return self.page("code", to=masked_address(self.link), expires_at=self.link.expires_at)
        return self.reading()

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Take the decision. What was typed is not lost where only the comment is missing."""
        if not is_confirmed(request, self.link):
            raise refuse_unconfirmed(self.link)
        decision, comment = request.POST.get("decision", ""), request.POST.get("comment", "")
        if decision not in Decision.values:
            raise Refused(
                RefusalCode.INVALID,
                _("Hãy bấm Phê duyệt hoặc Trả lại."),
                act="decide_by_review_link",
                target=self.link,
            )
        try:
            decide(
                link_id=self.link.pk,
                decision=decision,
                comment=comment,
                digest=request.POST.get("digest", ""),
                address=self.address,
            )
        except Gone as gone:
            refuse_gone(self.link, gone.end, address=self.address)
            raise
        except Refused as refusal:
            if refusal.field != "comment":
                raise
            self.record(refusal)
            return self.reading(status=400, error=refusal.message, comment=comment)
        done = next(word for word, each in DONE.items() if each == decision)
        response = redirect("phone_review_done", done=done)
        response.delete_cookie("duyet", path=reverse("phone_review", args=[token]))
        return response

    def reading(self, *, status: int = 200, **context: Any) -> HttpResponse:
        """The text as its readers will get it, with the person's name across it."""
        return self.page(
            "review",
            status=status,
            link=self.link,
            matter=self.matter,
            name=name_of(self.link),
            now=timezone.localtime(),
            **shown(self.link, self.kwargs["token"]),
            **context,
        )


class CodeView(PhoneView):
    """Sends a code, and asks for it."""

    confirmed_only = False

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """A code on its way to the person of the link, whoever asks."""
        request_code(link=self.link, address=self.address)
        return self.page("code", to=masked_address(self.link), expires_at=self.link.expires_at, sent=True)

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Back to the beginning: a page that was reloaded sends nothing."""
        return redirect("phone_review", token=token)


class ConfirmView(PhoneView):
    """Takes the code."""

    confirmed_only = False

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Right: to the text. Wrong: the same page says so, as long as tries are left."""
        try:
            confirm_code(link=self.link, code=request.POST.get("code", ""), address=self.address)
        except Refused as refusal:
            if refusal.code != RefusalCode.UNAUTHENTICATED:
                raise
            self.record(refusal)
            return self.page(
                "code",
                status=403,
                to=masked_address(self.link),
                expires_at=self.link.expires_at,
                sent=True,
                error=refusal.message,
            )
        address = reverse("phone_review", args=[token])
        response = redirect(address)
        confirm(response, request, self.link, address)
        return response

    get: Callable[..., HttpResponse] = CodeView.get


class GiveUpView(PhoneView):
    """The person takes their own link back."""

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """From now on the link leads nowhere; the text waits for them at their desk as before."""
        revoke(actor=self.link.person, link_id=self.link.pk)
        return redirect("phone_review_done", done="da-huy")


class FileView(PhoneView):
    """A picture or file of the text."""

    def get(self, request: HttpRequest, token: str, signed: str) -> HttpResponseBase:
        """The file itself, where it belongs to what this link shows."""
        return file_of(self.link, signed)


class DoneView(PhoneView):
    """Says thank you, and what happens now. Names nothing: it is open to all."""

    def get(self, request: HttpRequest, done: str) -> HttpResponse:
        """What was done."""
        if done not in (*DONE, "da-huy"):
            return self.page("gone", status=404)
        return self.page("done", done=done)

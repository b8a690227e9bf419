"""The two forms of a link's token: the one that was sent, of which only a digest is kept, and the one that a push carries.

A push is worded when it is sent, and again where it is tried again; so its token is signed from what is stored, and
needs the installation's key. It dies with the other: when a link is sent anew, both name a digest that is no longer there.
"""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.core import signing
from django.db.models import Q
from django.urls import reverse

from editorial.models import ReviewLink

SALT = "editorial.phone_review.push"


def new_token() -> str:
    """A token nobody guesses: 192 bits, in letters that a telephone keeps as one address."""
    return secrets.token_urlsafe(24)


def token_digest(token: str) -> str:
    """What is stored of a token. It is random and long, so a plain digest does."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def signed_token(link: ReviewLink) -> str:
    """The token of a push."""
    return signing.dumps([link.pk, link.token_digest], salt=SALT)


def named_by(token: str) -> Q:
    """The link that a token of either form names, if there is one."""
    try:
        pk, digest = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError):  # ValueError: an address may hold half a character
        return Q(token_digest=token_digest(token))
    return Q(pk=pk, token_digest=digest)


def url_of(token: str) -> str:
    """The whole address that a token opens."""
    return settings.WAGTAILADMIN_BASE_URL + reverse("phone_review", args=[token])

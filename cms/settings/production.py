"""An installation. Without SECRET_KEY or ALLOWED_HOSTS it does not start; `manage.py check` looks at their values."""

from django.core.exceptions import ImproperlyConfigured

from .base import *  # noqa: F403
from .env import ALLOWED_HOSTS as _ALLOWED_HOSTS
from .env import SECRET_KEY as _SECRET_KEY

if not _SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. An installation needs one of its own (sotay.E001); make it with: "
        "python -c 'import secrets; print(secrets.token_urlsafe(64))'"
    )
if not _ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS is not set. Name the hosts that readers and editors use (sotay.E002), e.g. "
        "ALLOWED_HOSTS=sotay.example.vn"
    )

DEMO = False
DEBUG = False

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

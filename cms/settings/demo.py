"""The demo and development: everything under VAR_DIR, nothing to set. Never for an installation."""

from django.core.management.utils import get_random_secret_key

from .base import *  # noqa: F403
from .env import ALLOWED_HOSTS as _ALLOWED_HOSTS
from .env import SECRET_KEY as _SECRET_KEY
from .env import VAR_DIR as _VAR_DIR

DEMO = True
DEBUG = False
API_FREE_FORM = True
ALLOWED_HOSTS = _ALLOWED_HOSTS or ["*"]


def _kept_secret_key() -> str:
    """A key made on the first start and kept beside the demo's data, so that sessions survive a restart."""
    path = _VAR_DIR / "secret-key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(get_random_secret_key(), encoding="utf-8")
        path.chmod(0o600)
    return path.read_text(encoding="utf-8")


SECRET_KEY = _SECRET_KEY or _kept_secret_key()

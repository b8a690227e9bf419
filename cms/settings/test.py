"""Tests: fast hashing, files in a folder of the run, background work done at once."""

import os
import tempfile
from pathlib import Path

from .base import *  # noqa: F403
from .base import CACHES as _CACHES
from .base import DATABASES as _DATABASES
from .base import ELASTICSEARCH_URL as _ELASTICSEARCH_URL
from .base import Q_CLUSTER as _Q_CLUSTER
from .base import REDIS_URL as _REDIS_URL
from .base import STORAGES as _STORAGES

DEMO = True
DEBUG = False
API_FREE_FORM = True
SECRET_KEY = "tests only: thirty-two bytes and more of nothing"  # noqa: S105 - not a secret
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MEDIA_ROOT = Path(tempfile.mkdtemp(prefix="sotay-media-"))
AUDIT_ANCHORS_FOLDER = Path(tempfile.mkdtemp(prefix="sotay-anchors-"))
AUDIT_ANCHORS_BUCKET = ""
# The object store, where one is named, is for the tests marked s3; they put it in place of the folder.
OBJECT_STORE = _STORAGES["default"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# The search server, where one is named, is for the tests marked elasticsearch; they put it in place.
SEARCH_SERVER = _ELASTICSEARCH_URL
ELASTICSEARCH_URL = ""
SESSION_ENGINE = "django.contrib.sessions.backends.db"  # one and the same number of queries with and without Redis
Q_CLUSTER = {**_Q_CLUSTER, "sync": True}
if _REDIS_URL:
    # Workers that run side by side clear their caches and queues; each has a Redis database of its own.
    _worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 1
    _redis = f"{_REDIS_URL.rsplit('/', 1)[0]}/{_worker}"
    CACHES = {"default": {**_CACHES["default"], "LOCATION": _redis}}
    Q_CLUSTER["redis"] = _redis
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
if "sqlite" in _DATABASES["default"]["ENGINE"]:
    # A file, not memory: threads and browser tests share it as processes do.
    _DATABASES["default"]["TEST"] = {"NAME": tempfile.mktemp(prefix="sotay-test-", suffix=".sqlite3")}  # noqa: S306

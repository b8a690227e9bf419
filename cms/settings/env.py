"""The environment, read in this one place. Every name is listed in docs/operations.md; all are optional."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.Env()

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()
SECRET_KEY = env.str("SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
PORT = env.int("PORT", default=8000)
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://localhost:{PORT}").rstrip("/")
REDIS_URL = env.str("REDIS_URL", default="")
ELASTICSEARCH_URL = env.str("ELASTICSEARCH_URL", default="")
ELASTICSEARCH_INDEX = env.str("ELASTICSEARCH_INDEX", default="sotay")
S3_ENDPOINT_URL = env.str("S3_ENDPOINT_URL", default="")
S3_BUCKET = env.str("S3_BUCKET", default="")
AWS_ACCESS_KEY_ID = env.str("AWS_ACCESS_KEY_ID", default="")
AWS_SECRET_ACCESS_KEY = env.str("AWS_SECRET_ACCESS_KEY", default="")
SMS_GATEWAY_URL = env.str("SMS_GATEWAY_URL", default="")
SMS_GATEWAY_TOKEN = env.str("SMS_GATEWAY_TOKEN", default="")
SMS_GATEWAY_TAKES_IDS_ONCE = env.bool("SMS_GATEWAY_TAKES_IDS_ONCE", default=True)
SMS_SENDER = env.str("SMS_SENDER", default="")
EMAIL_URL = env.str("EMAIL_URL", default="")
EMAIL_FROM = env.str("EMAIL_FROM", default="sotay@localhost")
FCM_CREDENTIALS = env.str("FCM_CREDENTIALS", default="")
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", default="")
VAPID_SUBJECT = env.str("VAPID_SUBJECT", default="")
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="demo-Sotay-2026")

SQLITE_OPTIONS = {
    # Writers queue at BEGIN instead of failing half way through; readers never wait for them.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}


def database() -> dict:
    """The default database: DATABASE_URL, or SQLite under VAR_DIR.

    Raises ImproperlyConfigured where the URL names something other than PostgreSQL or SQLite.
    """
    config = env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'sotay.sqlite3'}")
    engine = config["ENGINE"].rsplit(".", 1)[-1]
    if engine == "sqlite3":
        config["OPTIONS"] = {**SQLITE_OPTIONS, **config.get("OPTIONS", {})}
        config["CONN_MAX_AGE"] = 60  # to open the file and set its pragmas takes as long as a page of content
    elif engine == "postgresql":
        config["CONN_MAX_AGE"] = 60
        config["CONN_HEALTH_CHECKS"] = True
        # For the few statements whose values are sent beside the text (api.statements); Django's own never are.
        config["OPTIONS"] = {"prepare_threshold": 0, **config.get("OPTIONS", {})}
    else:
        raise ImproperlyConfigured(f"DATABASE_URL asks for {engine}; Sổ tay runs on postgres:// or sqlite:///")
    return config

"""What is looked at before the start: settings that would otherwise fail late, half, or not at all (``sotay.E...``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

OURS = "editorial.finish.finish_workflow"
SHORTEST_KEY = 50


@register("sotay")
def check_secrets(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001, E002: an installation has a key of its own and says for which hosts it answers."""
    if settings.DEMO:
        return []
    found: list[CheckMessage] = []
    if len(settings.SECRET_KEY) < SHORTEST_KEY:
        found.append(
            Error(
                f"SECRET_KEY has fewer than {SHORTEST_KEY} characters.",
                hint="Make one: python -c 'import secrets; print(secrets.token_urlsafe(64))'",
                id="sotay.E001",
            )
        )
    if not [host for host in settings.ALLOWED_HOSTS if host.strip()] or "*" in settings.ALLOWED_HOSTS:
        found.append(
            Error(
                "ALLOWED_HOSTS is empty or lets every host name in.",
                hint="Name the hosts that readers and editors use, e.g. ALLOWED_HOSTS=sotay.example.vn",
                id="sotay.E002",
            )
        )
    return found


@register("sotay")
def check_s3(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E003: media on S3 is set whole or not at all; half set, every upload would fail."""
    names = ("S3_ENDPOINT_URL", "S3_BUCKET", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    given = [name for name in names if getattr(settings, name)]
    asked = {"S3_ENDPOINT_URL", "S3_BUCKET"} & set(given)
    missing = [name for name in names if name not in given]
    if not asked or not missing:
        return []
    return [
        Error(
            f"Media on S3 is set only in part: {', '.join(missing)} missing.",
            hint="Set all of S3_ENDPOINT_URL, S3_BUCKET, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or none.",
            id="sotay.E003",
        )
    ]


@register("sotay")
def check_urls(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E004: what names a server is a URL of the right kind."""
    kinds = {
        "REDIS_URL": ("redis", "rediss"),
        "ELASTICSEARCH_URL": ("http", "https"),
        "S3_ENDPOINT_URL": ("http", "https"),
        "WAGTAILADMIN_BASE_URL": ("http", "https"),
    }
    shown = {"WAGTAILADMIN_BASE_URL": "PUBLIC_URL"}
    return [
        Error(
            f"{shown.get(name, name)} is not a URL that starts with {' or '.join(f'{kind}://' for kind in allowed)}.",
            hint=f"For example {allowed[0]}://host:port",
            id="sotay.E004",
        )
        for name, allowed in kinds.items()
        if (value := getattr(settings, name)) and not _is_url(value, allowed)
    ]


@register("sotay")
def check_queue(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E005: a task that still runs is never handed out a second time."""
    cluster = settings.Q_CLUSTER
    timeout, retry = cluster.get("timeout"), cluster.get("retry", 60)
    if timeout is not None and timeout < retry:
        return []
    return [
        Error(
            f"Q_CLUSTER: timeout ({timeout}) must be a number of seconds below retry ({retry}).",
            hint="Else a slow task is started again while it still runs.",
            id="sotay.E005",
        )
    ]


@register("sotay")
def check_page_types(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E006: every page type passes the gate, apart from the tree's two index pages, which hold nothing to read."""
    from wagtail.models import Page, get_page_models

    from cms.models import ContentPage, HomePage, SourceIndexPage

    return [
        Error(
            f"{model._meta.label} does not derive from cms.ContentPage.",
            hint="Only ContentPage asks for approvals before a page goes live: derive from it.",
            obj=model,
            id="sotay.E006",
        )
        for model in get_page_models()
        if model not in (Page, HomePage, SourceIndexPage) and not issubclass(model, ContentPage)
    ]


@register("sotay")
def check_finish_action(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E007: the end of a workflow plans a publication, and does not publish past the gate."""
    if getattr(settings, "WAGTAIL_FINISH_WORKFLOW_ACTION", None) == OURS:
        return []
    return [
        Error(
            f"WAGTAIL_FINISH_WORKFLOW_ACTION must be {OURS!r}.",
            hint="Wagtail's own would publish at once and be refused by the gate: nothing would ever go out.",
            id="sotay.E007",
        )
    ]


@register("sotay")
def check_proxies(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E008: the proxies in front are counted; a number below nought would take an address that the caller wrote."""
    if settings.TRUSTED_PROXIES >= 0:
        return []
    return [
        Error(
            f"TRUSTED_PROXIES is {settings.TRUSTED_PROXIES}.",
            hint="Say how many proxies stand in front of the web server: 0 where there is none, 1 as a rule.",
            id="sotay.E008",
        )
    ]


def _is_url(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # a port that is no number, brackets that don't close
        return False

"""What the start refuses, and by which words."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import override_settings

from cms import checks
from cms.models import Article, ContentPage

GOOD_KEY = "k" * 50


def ids(found):
    return [each.id for each in found]


@pytest.mark.parametrize(
    ("key", "hosts", "expected"),
    [
        (GOOD_KEY, ["sotay.example.vn"], []),
        ("k" * 49, ["sotay.example.vn"], ["sotay.E001"]),
        (GOOD_KEY, [], ["sotay.E002"]),
        (GOOD_KEY, [" "], ["sotay.E002"]),
        (GOOD_KEY, ["*"], ["sotay.E002"]),
        ("short", [], ["sotay.E001", "sotay.E002"]),
    ],
)
def test_secrets_of_an_installation(key, hosts, expected):
    with override_settings(DEMO=False, SECRET_KEY=key, ALLOWED_HOSTS=hosts):
        assert ids(checks.check_secrets(None)) == expected
    with override_settings(DEMO=True, SECRET_KEY=key, ALLOWED_HOSTS=hosts):
        assert checks.check_secrets(None) == []


S3 = {"S3_ENDPOINT_URL": "http://s3", "S3_BUCKET": "b", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
NONE = dict.fromkeys(S3, "")


@pytest.mark.parametrize("missing", sorted(S3))
def test_s3_in_part_is_named(missing):
    with override_settings(**{**S3, missing: ""}):
        [error] = checks.check_s3(None)
        assert error.id == "sotay.E003" and f": {missing} missing" in error.msg


@pytest.mark.parametrize("values", [S3, NONE, {**NONE, "AWS_ACCESS_KEY_ID": "k"}])
def test_s3_whole_or_not_at_all_is_fine(values):
    with override_settings(**values):
        assert checks.check_s3(None) == []


@pytest.mark.parametrize("name", ["REDIS_URL", "ELASTICSEARCH_URL", "S3_ENDPOINT_URL"])
@pytest.mark.parametrize("value", ["localhost:9200", "ftp://x", "http:///", "redis://", "http://x:port", "http://[x"])
def test_what_is_no_url_is_named(name, value):
    with override_settings(**{name: value}):
        [error] = checks.check_urls(None)
        assert (error.id, error.msg.split()[0]) == ("sotay.E004", name)


def test_urls_are_fine():
    with override_settings(
        REDIS_URL="rediss://:p@redis:6379/0", ELASTICSEARCH_URL="https://es:9200", S3_ENDPOINT_URL="http://s3:7070"
    ):
        assert checks.check_urls(None) == []


@pytest.mark.parametrize(
    ("timeout", "retry", "expected"), [(120, 180, 0), (180, 180, 1), (200, 180, 1), (None, 180, 1)]
)
def test_the_queue_never_hands_out_a_running_task(timeout, retry, expected):
    with override_settings(Q_CLUSTER={**settings.Q_CLUSTER, "timeout": timeout, "retry": retry}):
        assert ids(checks.check_queue(None)) == ["sotay.E005"] * expected


def test_every_page_type_passes_the_gate(monkeypatch):
    assert checks.check_page_types(None) == []
    stray = type("Stray", (), {"_meta": Article._meta})
    monkeypatch.setattr("wagtail.models.get_page_models", lambda: [Article, ContentPage, stray])
    [error] = checks.check_page_types(None)
    assert (error.id, error.obj) == ("sotay.E006", stray)


@pytest.mark.parametrize("action", ["wagtail.workflows.publish_workflow_state", None])
def test_the_end_of_a_workflow_is_ours(action):
    assert checks.check_finish_action(None) == []
    with override_settings(WAGTAIL_FINISH_WORKFLOW_ACTION=action):
        assert ids(checks.check_finish_action(None)) == ["sotay.E007"]


@pytest.mark.parametrize(("proxies", "found"), [(0, []), (2, []), (-1, ["sotay.E008"])])
def test_a_number_of_proxies_is_a_number(proxies, found):
    with override_settings(TRUSTED_PROXIES=proxies):
        assert ids(checks.check_proxies(None)) == found


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": GOOD_KEY}, "ALLOWED_HOSTS is not set"),
        ({"SECRET_KEY": "short", "ALLOWED_HOSTS": "a.vn"}, "sotay.E001"),
        ({"SECRET_KEY": GOOD_KEY, "ALLOWED_HOSTS": "a.vn", "REDIS_URL": "nơi nào"}, "sotay.E004"),
        ({"SECRET_KEY": GOOD_KEY, "ALLOWED_HOSTS": "a.vn", "DATABASE_URL": "mysql://x/y"}, "DATABASE_URL asks for"),
        ({"SECRET_KEY": GOOD_KEY, "ALLOWED_HOSTS": "a.vn"}, None),
    ],
)
def test_an_installation_starts_only_when_it_is_set_up(given, words, tmp_path):
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    run = subprocess.run(
        [sys.executable, "manage.py", "check"],
        env={**kept, "DJANGO_SETTINGS_MODULE": "cms.settings.production", "VAR_DIR": str(tmp_path), **given},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    if words is None:
        assert run.returncode == 0, run.stderr
    else:
        assert run.returncode != 0 and words in run.stderr

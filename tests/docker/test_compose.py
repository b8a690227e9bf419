"""The container files: as far as they can be checked without an engine."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "docker/compose.yml").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "docker/Dockerfile").read_text(encoding="utf-8")
ENTRYPOINT = (ROOT / "docker/entrypoint.sh").read_text(encoding="utf-8")
EXAMPLE = (ROOT / "docker/.env.example").read_text(encoding="utf-8")
ENV_PY = set(re.findall(r'env\.\w+\(\s*"([A-Z0-9_]+)"', (ROOT / "cms/settings/env.py").read_text(encoding="utf-8")))
OPERATIONS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
# For the containers themselves, not for the settings.
CONTAINER_ONLY = {"POSTGRES_PASSWORD"}


def section(name, indent=0):
    """The lines below a key, up to the next key of the same depth."""
    pad = " " * indent
    found = re.search(rf"^{pad}{re.escape(name)}:[^\n]*\n((?:{pad} +[^\n]*\n|\s*\n|{pad} *#[^\n]*\n)*)", COMPOSE, re.M)
    assert found, name
    return found.group(1)


SERVICES = re.findall(r"^  ([a-z0-9]+):\s*$", section("services"), re.M)


def test_the_settings_read_what_the_contract_names():
    assert {
        "DATABASE_URL",
        "SECRET_KEY",
        "ALLOWED_HOSTS",
        "REDIS_URL",
        "ELASTICSEARCH_URL",
        "VAR_DIR",
        "PORT",
    } <= ENV_PY


@pytest.mark.parametrize("name", sorted(ENV_PY | CONTAINER_ONLY | {"WEB_WORKERS", "DJANGO_SETTINGS_MODULE"}))
def test_every_variable_is_documented(name):
    assert f"`{name}`" in OPERATIONS


def test_every_variable_of_the_containers_is_one_of_the_settings():
    given = set(re.findall(r"^    ([A-Z0-9_]+):", section("x-app"), re.M))
    assert {"DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL", "S3_ENDPOINT_URL", "VAR_DIR"} == given
    assert given <= ENV_PY
    example = set(re.findall(r"^([A-Z0-9_]+)=", EXAMPLE, re.M))
    assert example - CONTAINER_ONLY <= ENV_PY
    assert set(re.findall(r"\$\{([A-Z0-9_]+)", COMPOSE)) <= example
    assert {"SECRET_KEY", "ALLOWED_HOSTS"} <= example


def test_no_secret_is_in_the_files():
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        assert re.search(rf"^{name}=$", EXAMPLE, re.M)


def test_the_services_and_what_they_wait_for():
    assert SERVICES == ["web", "phones", "worker", "migrate", "postgres", "redis", "elasticsearch", "s3"]
    for service in SERVICES:
        body = section(service, 2)
        assert "<<: *app" in body or re.search(r"^    image: [a-z/]+:[\w.-]+$", body, re.M)
        for needed, condition in re.findall(r"^      (\w+): \{condition: (\w+)\}", body, re.M):
            assert needed in SERVICES
            if condition == "service_healthy":
                assert "healthcheck:" in section(needed, 2) and "disable" not in section(needed, 2)
            if condition == "service_completed_successfully":
                assert 'restart: "no"' in section(needed, 2)
    for service in ("web", "phones", "worker"):
        assert "migrate: {condition: service_completed_successfully}" in section(service, 2)


def test_named_volumes_are_declared():
    used = set(re.findall(r'volumes: \["([a-z0-9]+):', COMPOSE))
    assert used == set(re.findall(r"^  ([a-z0-9]+): \{\}", section("volumes"), re.M))


def test_the_roles_are_those_of_the_entrypoint():
    roles = set(re.findall(r"^    (\w+)\)$", ENTRYPOINT, re.M))
    assert roles == {"web", "phones", "worker", "migrate"}
    assert set(re.findall(r'^    command: \["(\w+)"\]$', COMPOSE, re.M)) == roles


def test_the_entrypoint_is_a_shell_script():
    assert subprocess.run(["sh", "-n", str(ROOT / "docker/entrypoint.sh")], check=False).returncode == 0


def test_the_image_is_slim_unprivileged_and_asked_for_its_health():
    stages = re.findall(r"^FROM (\S+) AS (\w+)$", DOCKERFILE, re.M)
    assert [name for _image, name in stages] == ["builder", "runtime"]
    assert {image for image, _name in stages} == {"python:3.11-slim-bookworm"}
    runtime = DOCKERFILE[DOCKERFILE.index("AS runtime") :]
    assert "USER sotay" in runtime and "HEALTHCHECK" in runtime and "pip install" not in runtime
    assert "collectstatic" in DOCKERFILE and "python locale/compile.py" in DOCKERFILE


def test_compose_reads_it(tmp_path):
    docker = shutil.which("docker")
    if not docker or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("the docker client with its compose plugin is not installed")
    (tmp_path / ".env").write_text("POSTGRES_PASSWORD=x\nAWS_ACCESS_KEY_ID=x\nAWS_SECRET_ACCESS_KEY=x\n")
    (tmp_path / "compose.yml").write_text(COMPOSE, encoding="utf-8")
    run = subprocess.run(
        [docker, "compose", "-f", str(tmp_path / "compose.yml"), "config", "--quiet"], capture_output=True, check=False
    )
    assert run.returncode == 0, run.stderr


def test_the_worker_of_the_image_is_the_one_that_is_watched():
    assert "manage.py run_worker" in (ROOT / "docker/entrypoint.sh").read_text()

"""Databases that a run makes for itself and throws away: a SQLite file, or a database on the server of DATABASE_URL."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[1]


@contextlib.contextmanager
def databases() -> Iterator[Databases]:
    """A maker of fresh, migrated databases; all of them are gone when the block ends."""
    made = Databases(Path(tempfile.mkdtemp(prefix="sotay-bench-")))
    try:
        yield made
    finally:
        made.drop()


class Databases:
    """Makes databases: migrated once, then copied."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "static").mkdir()  # else each server warns that it has no files to give out
        self.server = os.environ.get("DATABASE_URL", "")
        self.on_postgres = self.server.startswith("postgres")
        self.names: list[str] = []
        self.template: str | None = None

    @property
    def kind(self) -> str:
        """What the databases are, for the table's heading."""
        return "PostgreSQL" if self.on_postgres else "SQLite"

    def fresh(self) -> dict[str, str]:
        """A migrated, empty database, as the environment of the processes that are to use it."""
        if self.template is None:
            self.template = self._make("template")
            manage(self.environment(self.template), "migrate", "-v0")
        return self.environment(self._make("run", like=self.template))

    def empty(self) -> dict[str, str]:
        """A database without tables, for others than the product."""
        return self.environment(self._make("empty"))

    def copy_of(self, environment: dict[str, str]) -> dict[str, str]:
        """A database like this one, to which nobody may be connected now."""
        name = urlsplit(environment["DATABASE_URL"]).path.rsplit("/", 1)[-1].removesuffix(".sqlite3")
        return self.environment(self._make("run", like=name))

    def environment(self, name: str) -> dict[str, str]:
        """The environment in which a process uses this database and files of its own."""
        if self.on_postgres:
            url = urlunsplit(urlsplit(self.server)._replace(path=f"/{name}"))
        else:
            url = f"sqlite:///{self.folder / name}.sqlite3"
        return {
            **os.environ,
            "DATABASE_URL": url,
            "VAR_DIR": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "cms.settings.test",
        }

    def drop(self) -> None:
        """Leave nothing behind."""
        for name in self.names:
            if self.on_postgres:
                self._server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        shutil.rmtree(self.folder, ignore_errors=True)

    def _make(self, purpose: str, like: str | None = None) -> str:
        name = f"sotay_bench_{purpose}_{uuid.uuid4().hex[:8]}"
        self.names.append(name)
        if self.on_postgres:
            self._server(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{like}"' if like else ""))
        elif like:
            shutil.copy(self.folder / f"{like}.sqlite3", self.folder / f"{name}.sqlite3")
        return name

    def _server(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement)


def manage(environment: dict[str, str], *arguments: str) -> None:
    """Run a management command to its end; raises CalledProcessError where it fails."""
    subprocess.run([sys.executable, str(ROOT / "manage.py"), *arguments], env=environment, cwd=ROOT, check=True)


def machine() -> str:
    """What it ran on, in a few words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, load {load:.1f} at the start, Python {platform.python_version()}"


def per_size(**sizes: int) -> int:
    """The figure of this run's size: ``SIZE=small`` (what CI runs) or ``SIZE=province`` (what is promised)."""
    size = os.environ.get("SIZE", "small")
    if size not in sizes:
        raise SystemExit(f"SIZE={size}: choose one of {', '.join(sizes)}")
    return sizes[size]

"""Write api/schema.graphql, check it against the code and the last release, or release it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from api import trusted
from api.releases import PRESENT, RELEASED, breaking_changes, news_for_apps, unanswerable
from api.schema import schema

WAY_OUT = """\
Keep what was there beside the new, and mark it deprecated (docs/clients.md, "What may change"). Where no app that is out
uses it any more, release it deliberately: manage.py graphql_schema --release, and commit api/schema.released.graphql."""


class Command(BaseCommand):
    """The schema as text, for client developers and for review."""

    help = (
        "Writes api/schema.graphql. With --check, only says (exit 1) whether it is out of date, breaks apps made for the "
        "last release, or lacks what the documents in clients/operations/ ask for."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        ways = parser.add_mutually_exclusive_group()
        ways.add_argument("--check", action="store_true", help="write nothing, compare")
        ways.add_argument(
            "--release", action="store_true", help="make it the release that later ones are compared with"
        )

    def handle(self, *args: Any, check: bool, release: bool, **options: Any) -> None:
        text = f"{str(schema).rstrip()}\n"
        if check:
            self._check(text)
            return
        if release:
            self._release(text)
        PRESENT.write_text(text, encoding="utf-8")

    def _check(self, text: str) -> None:
        released = RELEASED.read_text(encoding="utf-8")
        for each in news_for_apps(released, text):
            self.stdout.write(f"New to apps that are out: {each}")
        if troubles := [*_out_of_date(text), *_breaking(released, text), *_not_answered(released, text)]:
            raise CommandError("\n".join(troubles))

    def _release(self, text: str) -> None:
        """The apps' own documents are the one thing that cannot be released away."""
        if missing := unanswerable(text, trusted.FOLDER):
            raise CommandError("\n".join(["The schema lacks what clients/operations/ asks for:", *_listed(missing)]))
        for each in breaking_changes(RELEASED.read_text(encoding="utf-8"), text) if RELEASED.exists() else ():
            self.stdout.write(f"Released although it breaks: {each}")
        RELEASED.write_text(text, encoding="utf-8")


def _out_of_date(text: str) -> Iterator[str]:
    committed = PRESENT.read_text(encoding="utf-8") if PRESENT.exists() else ""
    if committed != text:
        yield "api/schema.graphql is out of date; run manage.py graphql_schema."
        yield from difflib.unified_diff(
            committed.splitlines(), text.splitlines(), "api/schema.graphql", "the code", lineterm=""
        )


def _breaking(released: str, text: str) -> Iterator[str]:
    if breaking := breaking_changes(released, text):
        yield "The schema breaks apps made for the last release (api/schema.released.graphql):"
        yield from _listed(breaking)
        yield WAY_OUT


def _not_answered(released: str, text: str) -> Iterator[str]:
    if missing := unanswerable(text, trusted.FOLDER):
        yield "The schema lacks what clients/operations/ asks for:"
        yield from _listed(missing)
    elif missing := unanswerable(released, trusted.FOLDER):
        yield "clients/operations/ asks for what is not released yet; run manage.py graphql_schema --release:"
        yield from _listed(missing)


def _listed(lines: list[str]) -> list[str]:
    return [f"- {line}" for line in lines]

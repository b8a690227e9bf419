"""Write api/schema.graphql, or check that it is up to date."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from api.schema import schema

PATH = Path(__file__).resolve().parents[2] / "schema.graphql"


class Command(BaseCommand):
    """The schema as text, for client developers and for review."""

    help = "Writes api/schema.graphql; with --check only says whether it is up to date (exit 1 and a diff where not)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing, compare")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        text = f"{str(schema).rstrip()}\n"
        committed = PATH.read_text(encoding="utf-8") if PATH.exists() else ""
        if not check:
            PATH.write_text(text, encoding="utf-8")
        elif committed != text:
            diff = difflib.unified_diff(
                committed.splitlines(), text.splitlines(), "api/schema.graphql", "the code", lineterm=""
            )
            raise CommandError("\n".join(["api/schema.graphql is out of date; run manage.py graphql_schema.", *diff]))

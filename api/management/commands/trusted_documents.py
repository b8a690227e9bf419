"""Writes the manifest of the apps' documents, or checks that it is up to date."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from api import trusted
from api.errors import RequestRefused


class Command(BaseCommand):
    """``trusted_documents``: writes clients/operations.json; ``--check`` only compares."""

    help = "Writes the manifest of clients/operations/*.graphql; --check only compares."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--check`` writes nothing."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write or compare. Raises CommandError where they differ or a document does not fit the schema."""
        texts = trusted.texts()
        for name, text in texts.items():
            try:
                trusted.prepare(text)
            except RequestRefused as refused:
                raise CommandError(f"{name}.graphql: {refused}") from refused
        manifest = trusted.manifest_of(texts)
        if not options["check"]:
            trusted.MANIFEST.write_text(manifest, encoding="utf-8")
        elif not trusted.MANIFEST.exists() or trusted.MANIFEST.read_text(encoding="utf-8") != manifest:
            raise CommandError(_("clients/operations.json không khớp các thao tác. Hãy chạy: make schema"))

"""Looking for drafts by their titles, on screens that narrow a list of their own. All else is looked for in ``search``."""

from __future__ import annotations

from typing import Any

from django.db.backends.signals import connection_created
from django.db.models import CharField, Func, QuerySet
from django.db.models.lookups import Contains
from django.dispatch import receiver

from cms.models import ContentPage
from organizations.names import folded

MAX_WORDS = 8
_FUNCTION = "sotay_folded"
# Every letter of Vietnamese with its capital and what it folds to; other letters with marks stay as they are.
_LETTERS = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
_LETTERS += _LETTERS.upper()


@receiver(connection_created)
def teach(sender: Any, connection: Any, **kwargs: Any) -> None:
    """SQLite folds only ASCII letters: let it call our function."""
    if connection.vendor == "sqlite":
        connection.connection.create_function(_FUNCTION, 1, folded, deterministic=True)


class Folded(Func):
    """``organizations.names.folded`` of a column, in the database."""

    output_field = CharField()
    arity = 1

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """By the function itself."""
        return self.as_sql(compiler, connection, function=_FUNCTION, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Letter by letter."""
        letters = f"'{_LETTERS}', '{''.join(map(folded, _LETTERS))}'"
        template = f"LOWER(TRANSLATE(NORMALIZE(%(expressions)s, NFC), {letters}))"
        return self.as_sql(compiler, connection, template=template, **context)


def titled(pages: QuerySet[ContentPage], words: str) -> QuerySet[ContentPage]:
    """Those of the pages whose latest title has all these words, with or without accents, in any order."""
    for word in folded(words).split()[:MAX_WORDS]:
        pages = pages.filter(Contains(Folded("draft_title"), word))
    return pages

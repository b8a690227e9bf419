"""Writing a million rows: by COPY where the database has it, else in batches."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

from django.db import connection, models

BATCH = 1000


def pour(model: type[models.Model], objects: Iterable[Any]) -> None:
    """Write objects that have their keys, or whose model gives them one."""
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(objects, batch_size=BATCH)
        return
    rows = iter(objects)
    first = next(rows, None)
    if first is None:
        return
    if first.pk is not None and model._meta.pk not in fields:
        fields.insert(0, model._meta.pk)
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in fields)
    with connection.cursor() as cursor, cursor.copy(f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN") as copy:
        for row in chain([first], rows):
            copy.write_row([field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields])

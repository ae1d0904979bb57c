"""Writing many derived rows at once by COPY: several times cheaper than INSERTs built by the ORM."""

from collections.abc import Iterable
from typing import Any

from django.db import connections, models
from psycopg.types.json import Jsonb


def copy_in(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Insert rows whose every column is set, in the transaction that is open. No conflict is tolerated."""
    fields = [field for field in model._meta.concrete_fields if field.column]
    names = ", ".join(f'"{field.column}"' for field in fields)
    with connections["catalog"].cursor() as cursor:
        with cursor.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row([_stored(field, getattr(row, field.attname)) for field in fields])


def _stored(field: Any, value: Any) -> Any:
    return Jsonb(value) if isinstance(field, models.JSONField) else value

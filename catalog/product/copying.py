"""Writing many derived rows at once by COPY: several times cheaper than INSERTs built by the ORM."""

from collections.abc import Iterable
from typing import Any

from django.db import connections, models
from psycopg.types.json import Jsonb


def copy_in(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Insert rows whose every column is set, but for a number that the database gives, in the open transaction.

    No conflict is tolerated.
    """
    rows = list(rows)
    if not rows:
        return
    fields = [field for field in model._meta.concrete_fields if field.column and not _is_given(field)]
    names = ", ".join(f'"{field.column}"' for field in fields)
    connection = connections["catalog"]
    with connection.wrap_database_errors, connection.cursor() as cursor:
        with cursor.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row([_stored(field, getattr(row, field.attname)) for field in fields])


def _is_given(field: Any) -> bool:
    return isinstance(field, models.AutoField | models.BigAutoField)


def _stored(field: Any, value: Any) -> Any:
    return Jsonb(value) if isinstance(field, models.JSONField) else value

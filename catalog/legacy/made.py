"""Giving a command only when it differs from the last one for the same thing."""

from collections.abc import Collection, Mapping
from hashlib import blake2b
from typing import Any

import msgspec
from django.db import connections

from catalog.legacy.models import MagentoMade

_encoder = msgspec.json.Encoder(order="deterministic", decimal_format="string")
_TABLE = MagentoMade._meta.db_table


def changed(source: str, kind: str, commands: Mapping[str, Any]) -> set[str]:
    """Ids of the things whose command is another one than last time; they are remembered with this one."""
    digests = {owner: blake2b(_encoder.encode(command), digest_size=16).digest() for owner, command in commands.items()}
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO {_TABLE} AS old (source, kind, owner, digest)
                SELECT %s, %s, * FROM unnest(%s::text[], %s::bytea[])
                ON CONFLICT (source, kind, owner) DO UPDATE SET digest = excluded.digest
                WHERE old.digest <> excluded.digest RETURNING owner""",
            [source, kind, list(digests), list(digests.values())],
        )
        return {row[0] for row in cursor.fetchall()}


def forget(source: str, kind: str, owners: Collection[str]) -> set[str]:
    """These things are not made any more; the ids of those that were."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {_TABLE} WHERE source = %s AND kind = %s AND owner = ANY(%s) RETURNING owner",
            [source, kind, list(owners)],
        )
        return {row[0] for row in cursor.fetchall()}


def known(source: str, kind: str) -> set[str]:
    """Ids of all things of a kind that were made."""
    return set(MagentoMade.objects.filter(source=source, kind=kind).values_list("owner", flat=True))

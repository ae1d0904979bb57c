"""One change of one row of the old shop, wherever it was seen: in a snapshot, in its binlog, in an envelope."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import msgspec
from django.db import connections

from chassis.messages import Lane
from chassis.unit_of_work import publish
from strangler.runs import GONE, RowSent
from strangler.tables import event_of

ALIAS = "platform"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A row as it is from `position` on: all columns as text, or None if it is gone.

    `parents` are the rows that it refers to by foreign keys, as `row_name` names them.
    """

    table: str
    key: tuple[str, ...]
    after: dict[str, str | None] | None
    position: int
    parents: tuple[str, ...] = ()

    @property
    def key_json(self) -> str:
        """The key as RowSent has it."""
        return key_json(self.key)

    @property
    def digest(self) -> bytes:
        """Equal for equal rows."""
        if self.after is None:
            return GONE
        return blake2b(msgspec.json.encode(sorted(self.after.items())), digest_size=16).digest()


def key_json(key: Sequence[str]) -> str:
    """A key as one text."""
    return msgspec.json.encode(list(key)).decode()


def row_name(table: str, key: Sequence[str]) -> str:
    """A row as others refer to it."""
    return f"{table}:{key_json(key)}"


def send(changes: Iterable[Change], *, source: str, lane: Lane, run: int = 0, again: bool = False) -> int:
    """Publish what is newer than what was sent of each row and differs from it; the number of events.

    In the caller's unit of work. Of several changes of one row the newest counts. `again` publishes what does not
    differ too.
    """
    newest: dict[tuple[str, tuple[str, ...]], Change] = {}
    for change in changes:
        row = change.table, change.key
        if row not in newest or newest[row].position <= change.position:
            newest.pop(row, None)  # so that they stay in the order of their positions
            newest[row] = change
    if not newest:
        return 0
    given = list(newest.values())
    noted = _note(given, source=source, run=run)
    sent = [given[place] for place, differs in noted if differs or again]
    for change in sent:
        publish(
            event_of(change.table)(
                source=source, table=change.table, key=change.key, after=change.after, position=change.position
            ),
            aggregate_id=f"{change.table}:{':'.join(change.key)}",
            aggregate_version=change.position,
            lane=lane,
        )
    return len(sent)


def _note(changes: list[Change], *, source: str, run: int) -> list[tuple[int, bool]]:
    """Remember what is not older than what was sent; (place in the list, whether it differs) of each such change."""
    rows = [
        {"place": place, "table": change.table, "key": change.key_json, "digest": change.digest.hex(),
         "position": change.position, "parents": change.parents}
        for place, change in enumerate(changes)
    ]  # fmt: skip
    with connections[ALIAS].cursor() as sql:
        # Snapshot and capture may send a source's rows at once: who comes second must see what the first has noted.
        sql.execute("SELECT pg_advisory_xact_lock(hashtext('sixfold.sent'), hashtext(%s))", [source])
        sql.execute(
            f"""WITH now AS MATERIALIZED (
                    SELECT n.place, n."table", n.key, decode(n.digest, 'hex') AS digest, n.position, n.parents,
                           old.digest AS before
                    FROM json_to_recordset(%s::json) AS n(place int, "table" text, key text, digest text,
                                                          position bigint, parents text[])
                    LEFT JOIN {RowSent._meta.db_table} old
                    ON old.source = %s AND old."table" = n."table" AND old.key = n.key),
                noted AS (
                    INSERT INTO {RowSent._meta.db_table} AS old (source, "table", key, digest, run, position, parents)
                    SELECT %s, "table", key, digest, %s, position, parents FROM now
                    ON CONFLICT (source, "table", key) DO UPDATE
                    SET digest = excluded.digest, run = excluded.run, position = excluded.position,
                        parents = excluded.parents
                    WHERE old.position <= excluded.position
                    RETURNING "table", key)
                SELECT place, before IS DISTINCT FROM digest
                FROM now JOIN noted USING ("table", key) ORDER BY place""",
            [msgspec.json.encode(rows).decode(), source, source, run],
        )
        return [(place, differs) for place, differs in sql.fetchall()]

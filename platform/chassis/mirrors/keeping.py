"""Keeping rows: of two changes of a row the newer counts, whenever and however often they come."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.db import connections, transaction

from chassis.messages import Lane
from chassis.mirrors.shapes import Kept, Row, RowChange, Thing, decoded, encoded
from chassis.mirrors.touching import Touching
from chassis.subscriptions import Received


class _Overtaken(Exception):
    """Another transaction was first to keep a row that was not there when it was looked for."""


class Keeping(Touching):
    """Applies row changes."""

    def keep(self, batch: Sequence[Received[Any]]) -> None:
        """Apply row changes, the newer of two of one row; what they touch is due, bulk changes after a while."""
        newest: dict[Kept, tuple[RowChange, Lane]] = {}
        for received in batch:
            change: RowChange = received.event
            if change.table not in self.tables:
                continue
            row = (change.source, change.table, encoded(change.key))
            if row not in newest or newest[row][0].position <= change.position:
                newest[row] = (change, received.message.lane)
        if newest:
            written = self._write({row: change for row, (change, _) in newest.items()})
            self._touch(written, {lane for _, lane in newest.values()})

    def _write(self, changes: Mapping[Kept, RowChange]) -> set[Thing]:
        """Upsert what is newer; the things touched by what was written, those of the former rows included."""
        changes = dict(sorted(changes.items()))
        while True:
            before = self._before(changes)
            try:
                # A savepoint: what was written without knowing what was there is taken back.
                with transaction.atomic(using=self.alias):
                    written = self._upsert(changes, before)
            except _Overtaken:
                continue
            return {
                (row[0], *thing)
                for row in written
                for values in (before.get(row), changes[row].after)
                for thing in self._things(row[1], values)
            }

    def _before(self, changes: Collection[Kept]) -> dict[Kept, Row | None]:
        """The rows as they are kept (None for a deleted one), locked in the order of their keys."""
        kept = (
            self.rows._default_manager.using(self.alias)
            .select_for_update()
            .filter(
                source__in={source for source, _, _ in changes},
                table__in={table for _, table, _ in changes},
                key__in=[key for _, _, key in changes],
            )
        )
        return {
            (source, table, key): None if after is None else decoded(after)
            for source, table, key, after in kept.order_by("source", "table", "key").values_list(
                "source", "table", "key", "after"
            )
        }

    def _upsert(self, changes: Mapping[Kept, RowChange], before: Mapping[Kept, Row | None]) -> set[Kept]:
        """Write what is newer than what is kept and say what was. Raises _Overtaken, see there."""
        rows = []
        for (source, table, key), change in changes.items():
            row = change.after or before.get((source, table, key)) or {}
            shape = self.tables[table]
            after = None if change.after is None else encoded(change.after)
            rows.append({
                "source": source, "table": table, "key": key, "position": change.position,
                "kind": shape.owner[0], "owner": row.get(shape.owner[1]) or "", "after": self._stored(after),
                "touches": [f"{kind}:{row[column]}" for kind, column in shape.touches if row.get(column)],
            })  # fmt: skip
        with self.cursor() as cursor:
            # One JSON text: an array of texts with quotes in them costs the driver several times as much.
            cursor.execute(
                f"""INSERT INTO {self.rows._meta.db_table} AS old
                        (source, "table", key, kind, owner, touches, after, position)
                    SELECT source, "table", key, kind, owner, touches, after, position
                    FROM json_to_recordset(%s::json) AS new(source text, "table" text, key text, kind text, owner text,
                                                            touches text[], after text, position bigint)
                    ON CONFLICT (source, "table", key) DO UPDATE
                    SET kind = excluded.kind, owner = excluded.owner, touches = excluded.touches,
                        after = excluded.after, position = excluded.position
                    WHERE old.position <= excluded.position
                    RETURNING source, "table", key, xmax <> 0""",
                [encoded(rows)],
            )
            found = {(source, table, key): updated for source, table, key, updated in cursor.fetchall()}
        if any(updated and row not in before for row, updated in found.items()):
            raise _Overtaken
        return set(found)

    def _stored(self, after: str | None) -> Any:
        """The column's own way to store it: a subclass may encrypt."""
        return self.rows._meta.get_field("after").get_db_prep_save(after, connections[self.alias])

    def _things(self, table: str, row: Row | None) -> Iterator[tuple[str, str]]:
        shape = self.tables[table]
        for kind, column in (shape.owner, *shape.touches):
            if row and row.get(column):
                yield kind, str(row[column])

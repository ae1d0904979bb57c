"""Which tables of the source refer to which: what InnoDB does to the children of a row that goes is in no binlog."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from strangler.changes import row_name
from strangler.source import Source, Table
from strangler.tables import carried_tables
from strangler.values import Row


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A foreign key: columns of a table, and those of its parent in the same order."""

    table: str
    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]


def read_references(source: Source) -> tuple[Reference, ...]:
    """All foreign keys among the shop's tables. Their rules are not asked for: rows are read again, not guessed."""
    prefix = source.address.prefix
    found: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in source.rows(
        "SELECT constraint_name AS n, table_name AS t, column_name AS c, referenced_table_name AS rt,"
        " referenced_column_name AS rc FROM information_schema.key_column_usage"
        " WHERE table_schema = DATABASE() AND referenced_table_schema = DATABASE()"
        " ORDER BY table_name, constraint_name, ordinal_position"
    ):
        named = {name: str(value) for name, value in row.items()}
        if named["t"].startswith(prefix) and named["rt"].startswith(prefix):
            found.setdefault((named["t"], named["n"]), []).append(named)
    return tuple(
        Reference(
            table=rows[0]["t"][len(prefix) :],
            columns=tuple(row["c"] for row in rows),
            parent=rows[0]["rt"][len(prefix) :],
            parent_columns=tuple(row["rc"] for row in rows),
        )
        for rows in found.values()
    )


class References:
    """Foreign keys as far as carried tables hang on them."""

    def __init__(self, references: Iterable[Reference], schema: dict[str, Table]) -> None:
        self.schema = schema
        self.carried = carried_tables().keys() & schema.keys()
        known = [one for one in references if one.parent in schema and one.table in schema]
        self._blind: dict[str, frozenset[str]] = {}
        self._up: dict[str, list[Reference]] = {}
        self._down: dict[str, list[Reference]] = {}
        for one in known:
            self._down.setdefault(one.parent, []).append(one)
            if one.table in self.carried and self._is_key(one):
                self._up.setdefault(one.table, []).append(one)

    @property
    def ancestors(self) -> frozenset[str]:
        """Tables that are not carried, and whose deletions reach one that is."""
        return frozenset(
            table for table in self._down if table not in self.carried and set(self._below(table)) & self.carried
        )

    def parents(self, table: str, row: Row) -> tuple[str, ...]:
        """The rows that this one refers to."""
        found = set()
        for one in self._up.get(table, ()):
            values = {parent: row.get(own) for own, parent in zip(one.columns, one.parent_columns, strict=True)}
            key = [values[column] for column in self.schema[one.parent].key]
            if None not in key:
                found.add(row_name(one.parent, [str(value) for value in key]))
        return tuple(sorted(found))

    def has_known_children(self, table: str) -> bool:
        """Whether rows that refer to a row of this table are known by its key."""
        return any(one.table in self.carried and self._is_key(one) for one in self._down.get(table, ()))

    def carried_below(self, table: str) -> frozenset[str]:
        """Carried tables that a deletion in this one may reach."""
        return frozenset(self._below(table)) & self.carried

    def blind_children(self, table: str) -> frozenset[str]:
        """Carried tables of which a deletion here may change rows that nobody can name: they are read as a whole."""
        if table not in self._blind:
            self._blind[table] = frozenset(self._find_blind(table))
        return self._blind[table]

    def _find_blind(self, table: str) -> set[str]:
        found: set[str] = set()
        for one in self._down.get(table, ()):
            if one.table not in self.carried:
                found |= set(self._below(one.table)) & self.carried
            elif not self._is_key(one):
                found.add(one.table)
        return found

    def _is_key(self, one: Reference) -> bool:
        return set(one.parent_columns) == set(self.schema[one.parent].key)

    def _below(self, table: str, seen: Collection[str] = ()) -> Iterator[str]:
        for one in self._down.get(table, ()):
            if one.table not in seen:
                yield one.table
                if one.table not in self.carried:  # whose own deletions are found by themselves
                    yield from self._below(one.table, {*seen, table, one.table})

"""The source's tables as they are now: how one of their rows becomes a change."""

from strangler.changes import Change
from strangler.references import References, read_references
from strangler.source import Source
from strangler.tables import WITHHELD, carried_tables
from strangler.values import ONLY_THE_SERVER_KNOWS, Row, as_text


class Shape:
    """Keys, columns that stay there, and foreign keys, as read once; made anew after the schema has changed.

    Rows of `opaque` tables can only be read from the source itself.
    """

    def __init__(self, source: Source) -> None:
        self.schema = source.schema()
        self.references = References(read_references(source), self.schema)
        self.opaque = frozenset(
            name
            for name, table in self.schema.items()
            if any(column.data_type in ONLY_THE_SERVER_KNOWS for column in table.columns)
        )

    @property
    def followed(self) -> frozenset[str]:
        """Tables whose changes are followed: carried ones, and those whose deletions reach them."""
        return frozenset(carried_tables()) | self.references.ancestors

    def key_of(self, table: str, row: Row) -> tuple[str, ...]:
        """The values of a row's key; KeyError if the row or the source lacks them."""
        return tuple(str(row[column]) for column in self.schema[table].key)

    def changed(self, table: str, row: Row, *, position: int) -> Change:
        """The row as it is now."""
        withheld = WITHHELD.get(table, frozenset())
        after = as_text({name: value for name, value in row.items() if name not in withheld})
        parents = self.references.parents(table, row)
        return Change(table=table, key=self.key_of(table, row), after=after, position=position, parents=parents)


def gone(table: str, key: tuple[str, ...], *, position: int) -> Change:
    """The row is no more."""
    return Change(table=table, key=key, after=None, position=position)

"""The two sides: the shop that is left, by a connection of its own, and ours, by the roles that only read."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from chassis import clock
from chassis.ids import migrated_id
from config.audit.books import Books, Rows, opened
from config.parity.magento.shop import Shop, read_shop
from strangler.edition import read_edition
from strangler.source import Source


@dataclass
class Sides:
    """What every reader gets. `name` is what the source system is called in ids; `spellings` of SKUs are noted here."""

    source: Source
    books: Books
    name: str
    spellings: dict[str, list[str]] = field(default_factory=dict)

    @cached_property
    def link(self) -> str:
        """The column by which values refer to products and categories."""
        return read_edition(self.source).link_column

    @cached_property
    def shop(self) -> Shop:
        """Websites, stores and settings there."""
        return read_shop(self.source)

    def look_anew(self) -> None:
        """What is read from now on is as it is from now on."""
        self.source.look_anew()
        self.__dict__.pop("shop", None)

    def there(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of Magento's; a list among the values that is empty finds nothing."""
        if any(value == [] for value in values):
            return []
        return self.source.rows(sql, values)

    def here(self, alias: str, sql: str, *values: Any) -> Rows:
        """Rows of one of our databases."""
        return self.books.query(alias, sql, *values)

    def ids(self, entity: str, keys: Iterable[str]) -> dict[UUID, str]:
        """Old ids by the ids that migrated rows have here."""
        return {migrated_id(self.name, entity, key): key for key in keys}


@contextmanager
def both(url: str, *, name: str) -> Iterator[Sides]:
    """Both sides, open. Raises what a source and the audit roles raise where they cannot be opened."""
    with Source(url) as source, opened(since=clock.now()) as books:
        yield Sides(source=source, books=books, name=name)

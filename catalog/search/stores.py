"""Where the indexes of this installation are: folders of the embedded engine, or OpenSearch (SEARCH_URL)."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Protocol
from uuid import UUID

from django.conf import settings

from catalog.search.engine import Engine


class Store(Protocol):
    """An index per view, made, kept and replaced. All but `engine` raise what keeps them from it: a job tries again."""

    def engine(self, view: str, *, locale: str) -> Engine | None:
        """Who answers for a view; None while there is no index that could be read."""

    def exists(self, view: str, *, locale: str) -> bool:
        """Whether there is an index of the view as this release and locale want it."""

    def writing(self, view: str) -> AbstractContextManager[None]:
        """Hold the view's writer lock; waits for whoever has it."""

    def rebuild(self, view: str, *, locale: str) -> None:
        """Make a view's index from nothing beside the one that answers, and put it in its place."""

    def update(self, view: str, products: Sequence[UUID], *, locale: str) -> None:
        """Bring some products up to date; searches see them when this returns."""


def store() -> Store:
    """The store that the settings name."""
    return _store(settings.SEARCH_URL)


@lru_cache(maxsize=4)
def _store(url: str) -> Store:
    if url:
        from catalog.search.opensearch.store import OpenSearchStore

        return OpenSearchStore(url)
    from catalog.search.embedded_store import EmbeddedStore

    return EmbeddedStore()

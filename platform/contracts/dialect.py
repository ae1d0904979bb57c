"""Reads in Magento's own REST dialect, while a Magento is being left: what is asked of which domain.

The strangler has the one address for them and asks; catalog and logistics answer for their own part.
"""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class MadeOf:
    """What a product is sold as: one SKU of each group must be there. Empty for one that is sold as itself."""

    sku: str
    enabled: bool
    groups: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class DialectQuestion:
    """A read: `/rest/<store>/V1/<path>?<query>` of the shop that is called `source` here.

    `path` are its segments, decoded; `store` is empty where none is named. `made_of` goes along where the answer
    depends on what a product is made of.
    """

    source: str
    store: str
    path: tuple[str, ...]
    query: str = ""
    made_of: MadeOf | None = None


@dataclass(frozen=True, kw_only=True)
class DialectAnswer:
    """What Magento would answer, `body` as JSON; a `status` of 0: it cannot be told here, ask the shop (`why`)."""

    status: int
    body: str = ""
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class OldAddress:
    """Where a page of the old shop is now; `url` is empty where the view does not say where its storefront is."""

    url: str
    permanent: bool


class CatalogDialect(Protocol):
    """The catalogue's part: products, lists of them, categories, and addresses of pages."""

    def read(self, *, question: DialectQuestion) -> DialectAnswer: ...

    def made_of(self, *, source: str, sku: str) -> MadeOf | None:
        """What a product is sold as, for a question about its stock; None for an unknown SKU."""
        ...

    def old_address(self, *, source: str, store: str, path: str) -> OldAddress | None:
        """Where a page of the old shop is now, by its path in a store; None for one that the old shop had not."""
        ...


class StockDialect(Protocol):
    """Logistics' part: stock items, stock statuses, what may be sold."""

    def read(self, *, question: DialectQuestion) -> DialectAnswer: ...

"""What a search engine answers, whichever it is. Ids and counts only: the documents stay in PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol
from uuid import UUID

SORTS = ("relevance", "name", "-name", "price", "-price", "newest")
FACET_SIZE = 100


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is looked for in a view. Values of one filter are alternatives, filters add up.

    `group`: the customer group by whose prices is sorted and filtered.
    `facets` are the attributes to count: each over everything that the other filters leave (disjunctive).
    """

    view: str
    channel: str
    locale: str
    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    category: UUID | None = None
    price_from: Decimal | None = None
    price_to: Decimal | None = None
    in_stock: bool = False
    sort: str = "relevance"
    facets: Sequence[str] = ()
    offset: int = 0
    limit: int = 24
    group: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Product ids in order. `corrected`: nothing had the words as typed, these have similar ones."""

    ids: list[UUID]
    total: int
    facets: dict[str, list[tuple[str, int]]]
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    corrected: bool = False


@dataclass(frozen=True, kw_only=True)
class Suggestions:
    """Completions of what is being typed."""

    terms: list[str]
    ids: list[UUID]


class Engine(Protocol):
    """Reads one view's products."""

    def search(self, question: Question) -> Answer: ...

    def suggest(self, text: str, *, limit: int) -> Suggestions: ...

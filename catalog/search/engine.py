"""What a search engine answers, whichever it is. Ids and counts only: the documents stay in PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from catalog.search.ranges import Range

RELEVANCE, POSITION = "relevance", "position"
SORTS = (RELEVANCE, "name", "-name", "price", "-price", "newest", "in_stock")
ATTRIBUTE = "attribute."
"""What a sort key by an attribute begins with: attribute.weight, -attribute.weight."""
FACET_SIZE = 100
MAX_WORDS = 12

Concept = tuple[tuple[str, ...], ...]
"""What one thing may be called: alternatives, each of one or more words that must all be there."""


class EngineFailed(Exception):
    """The engine cannot answer: damaged, gone or out of reach. Whoever asked turns to PostgreSQL."""


@dataclass(frozen=True, kw_only=True)
class Goods:
    """Some products: named one by one, and by values of attributes as (attribute, value)."""

    products: tuple[UUID, ...] = ()
    values: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.products or self.values)


NO_GOODS = Goods()


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is looked for in a view. Values of one filter are alternatives, filters add up; so do ranges.

    `concepts`: what `text` means where synonyms have a say, each of them must be there; empty: its words as they are.
    `group`: the customer group by whose prices is sorted and filtered.
    `facets` are the attributes to count: each over everything that the other filters leave (disjunctive); `numbers`
    are those counted by ranges, with the limits between these (none: the engine chooses by what it finds).
    `sort`: keys in turn, the first deciding; what is equal in all goes by name, and by id in the order of staff. What
    has no value of an attribute comes last, whichever way the others stand.
    With `limit` 0 nothing is listed.
    `pins`: products by place (from 1), found whatever the words; `boosted` come before and `buried` after all others.
    """

    view: str
    channel: str
    locale: str
    text: str = ""
    concepts: tuple[Concept, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ranges: Mapping[str, tuple[Range, ...]] = field(default_factory=dict)
    category: UUID | None = None
    price_from: Decimal | None = None
    price_to: Decimal | None = None
    prices: tuple[Range, ...] = ()
    in_stock: bool = False
    sort: tuple[str, ...] = (RELEVANCE,)
    facets: Sequence[str] = ()
    numbers: Mapping[str, tuple[Decimal, ...]] = field(default_factory=dict)
    offset: int = 0
    limit: int = 24
    group: str = ""
    pins: Mapping[int, UUID] = field(default_factory=dict)
    boosted: Goods = NO_GOODS
    buried: Goods = NO_GOODS

    @property
    def keys(self) -> tuple[str, ...]:
        """The sort keys, ending in one that no two products share. Without words all are equally relevant."""
        keys = tuple(key for key in self.sort if key != RELEVANCE or self.text)
        told_apart = {"name", "-name", RELEVANCE} & set(keys) or keys[-1:] == (POSITION,)
        return keys if told_apart else (*keys, "name")

    @property
    def attributes(self) -> list[str]:
        """Those that it sorts by."""
        return [code for code in map(attribute_of, self.sort) if code]


def attribute_of(key: str) -> str:
    """The attribute that a sort key names, empty for one of the others."""
    name = key.removeprefix("-")
    return name.removeprefix(ATTRIBUTE) if name.startswith(ATTRIBUTE) else ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Product ids in order. `corrected`: nothing had the words as typed, these have similar ones."""

    ids: list[UUID]
    total: int
    facets: dict[str, list[tuple[str, int]]]
    ranges: dict[str, list[tuple[Range, int]]] = field(default_factory=dict)
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    price_ranges: list[tuple[Range, int]] = field(default_factory=list)
    corrected: bool = False


@dataclass(frozen=True, kw_only=True)
class Suggestions:
    """Completions of what is being typed."""

    terms: list[str]
    ids: list[UUID]


class Engine(Protocol):
    """Reads one view's products. Raises EngineFailed."""

    def search(self, question: Question) -> Answer: ...

    def suggest(self, text: str, *, limit: int) -> Suggestions: ...

"""A dry run: what a rule would do to a cart, beside all that runs, before it is published. Nothing is written."""

from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from catalog.promotion.errors import InvalidRule
from catalog.promotion.evaluation import Explanation
from catalog.quote.cart import quote
from chassis import clock
from contracts.catalog import NOBODY, Buyer, Quote, QuoteRequestLine

MOST_LINES = 100


@dataclass(frozen=True, kw_only=True)
class Example:
    """A cart to try a rule on. Without a moment it is now."""

    channel: str
    view: str
    lines: tuple[QuoteRequestLine, ...]
    country: str = ""
    customer_group: str = ""
    shipping: Decimal = Decimal(0)
    buyer: Buyer = NOBODY
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Tried:
    """The quote as it would be, and why each rule would be applied or not, in their order."""

    quote: Quote
    explanations: list[Explanation] = field(default_factory=list)


def dry_run(rule: UUID, example: Example) -> Tried:
    """Quote the example as if the rule ran."""
    explanations: list[Explanation] = []
    with clock.travel(example.at) if example.at else nullcontext():
        quoted = quote(
            channel=example.channel,
            view=example.view,
            country=example.country,
            customer_group=example.customer_group,
            lines=example.lines,
            shipping=example.shipping,
            buyer=example.buyer,
            tried=rule,
            explained=explanations,
        )
    return Tried(quote=quoted, explanations=explanations)


def lines_from(text: str) -> tuple[QuoteRequestLine, ...]:
    """Lines written one below the other: a SKU, and a quantity behind it if it is not one. Raises InvalidRule."""
    found = []
    for number, row in enumerate(filter(None, map(str.strip, text.splitlines()))):
        sku, _, quantity = row.rpartition(" ")
        if not _is_quantity(quantity):
            sku, quantity = row, "1"
        found.append(QuoteRequestLine(key=str(number), sku=sku.strip(), quantity=Decimal(quantity)))
    if not 0 < len(found) <= MOST_LINES:
        raise InvalidRule(f"An example has 1 to {MOST_LINES} lines.", field="/lines")
    return tuple(found)


def _is_quantity(text: str) -> bool:
    return text.isascii() and text.replace(".", "", 1).isdigit() and 0 < Decimal(text) <= 9999

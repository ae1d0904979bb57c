"""A line of a cart whose parts go to several places: promotions look at the line, and each part bears its share.

Else who splits a line would have a promotion once for each place.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from catalog.pricing.taxation import Method, work_out
from catalog.promotion import quoting
from catalog.promotion.evaluation import Discount, Outcome
from catalog.quote.priced import Priced
from catalog.quote.stops import shared_out
from contracts.catalog import QuoteRequestLine


def whole_of(line: QuoteRequestLine) -> str:
    """The key of the cart's line that this is, or is a part of."""
    return line.whole or line.key


def before_promotions(
    priced: Mapping[str, Priced], lines: Iterable[QuoteRequestLine], method: Method
) -> list[quoting.PricedLine]:
    """What rules look at: the cart's lines, with unit prices as the channel enters them, with the tax of where goods
    go if they have any. Of parts that differ in that tax it is their mean."""
    whole = {line.key: whole_of(line) for line in lines}
    parts: dict[str, list[tuple[Priced, Decimal]]] = {}
    for line, one in zip(work_out([one.item for one in priced.values()], method), priced.values(), strict=True):
        unit = line.gross_unit if method.with_tax else line.net_unit
        parts.setdefault(whole.get(line.key, line.key), []).append((one, unit))
    found = []
    for key, several in parts.items():
        first, unit = several[0]
        quantity = sum((one.item.quantity for one, _ in several), Decimal(0))
        if any(other != unit for _, other in several):
            unit = sum((one.item.quantity * other for one, other in several), Decimal(0)) / quantity
        found.append(
            quoting.PricedLine(
                key=key,
                product=first.good.id,
                sku=first.good.sku,
                quantity=quantity,
                unit_price=unit,
                regular_unit_price=first.price.regular if first.price.reduced else unit,
            )
        )
    return found


def discounts_of_parts(
    outcome: Outcome, priced: Mapping[str, Priced], lines: Iterable[QuoteRequestLine], method: Method
) -> dict[str, Sequence[Discount]]:
    """What is taken off each line or part, by its own key: to the cent what is off the cart's line."""
    wholes: dict[str, list[str]] = {}
    for line in lines:
        if line.key in priced:
            wholes.setdefault(whole_of(line), []).append(line.key)
    found: dict[str, Sequence[Discount]] = {}
    for whole, keys in wholes.items():
        if len(keys) == 1:
            found[keys[0]] = outcome.of(whole)
            continue
        worked = work_out([priced[key].item for key in keys], method)
        amounts = {one.key: one.gross_total if method.with_tax else one.net_total for one in worked}
        found |= shared_out(outcome.of(whole), amounts, method)
    return found

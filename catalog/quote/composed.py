"""Prices of lines on which something is chosen: surcharges, the parts of a bundle, the worth of a gift card. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from catalog.catalog.composition.chosen import Chosen, Part
from catalog.pricing.areas import Due
from catalog.pricing.choice import Current
from catalog.pricing.taxation import HUNDRED, Tax, levels
from contracts.shared import Component

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """A bundle of dynamic price: the sum of its parts, and how much of it is of which class of goods."""

    price: Current
    shares: Mapping[str, Decimal]


def raised(amount: Decimal, chosen: Chosen | None) -> Decimal:
    """An amount with what choices add; a percentage is one of the price before the others."""
    return amount * (HUNDRED + chosen.percent) / HUNDRED + chosen.added if chosen else amount


def with_surcharges(price: Current, chosen: Chosen | None) -> Current:
    """The price of a product with what its choices add."""
    if chosen is None or not (chosen.added or chosen.percent):
        return price
    compare_at = None if price.compare_at is None else raised(price.compare_at, chosen)
    amount, regular = raised(price.amount, chosen), raised(price.regular, chosen)
    return replace(price, amount=amount, regular=regular, compare_at=compare_at)


def worth(chosen: Chosen) -> Current | None:
    """A gift card costs what it is worth."""
    if chosen.amount is None:
        return None
    return Current(amount=chosen.amount, regular=chosen.amount, valid_until=None)


def sum_of_parts(chosen: Chosen, price_of: Callable[[UUID], Current | None]) -> Bundle | None:
    """Each part at its own price; None when one has none."""
    amount = regular = ZERO
    shares: dict[str, Decimal] = {}
    ends = []
    for part, count in chosen.parts:
        price = price_of(part.id)
        if price is None:
            return None
        amount += price.amount * count
        regular += price.regular * count
        shares[part.tax_class] = shares.get(part.tax_class, ZERO) + price.amount * count
        ends += [price.valid_until] if price.valid_until else []
    return Bundle(price=Current(amount=amount, regular=regular, valid_until=min(ends, default=None)), shares=shares)


def taxes_of(bundle: Bundle, due: Due, *, with_tax: bool) -> tuple[Tax, ...]:
    """The taxes of a bundle as percent of the whole, so that each part bears its own.

    One class of goods keeps its taxes as they are; of several each level counts by its share of the price without tax.
    """
    if len(bundle.shares) == 1:
        return due.get(next(iter(bundle.shares)), ())
    nets: dict[str, Decimal] = {}
    for tax_class, amount in bundle.shares.items():
        percent = sum((level.percent for level in levels(due.get(tax_class, ()))), ZERO)
        nets[tax_class] = amount * HUNDRED / (HUNDRED + percent) if with_tax else amount
    net = sum(nets.values(), ZERO)
    found: dict[str, Decimal] = {}
    for tax_class, part in nets.items():
        for level in levels(due.get(tax_class, ())):
            share = level.percent * part / net if net else ZERO
            found[level.code] = found.get(level.code, ZERO) + share
    return tuple(Tax(code=code, percent=percent) for code, percent in found.items())


def components(chosen: Chosen | None) -> tuple[Component, ...]:
    """What one of a line consists of, a product that two questions chose once."""
    found: dict[str, tuple[Part, Decimal]] = {}
    for part, quantity in chosen.parts if chosen else ():
        before = found.get(part.sku)
        found[part.sku] = (part, quantity + (before[1] if before else 0))
    return tuple(
        Component(
            sku=part.sku,
            product=part.id,
            name=part.title,
            quantity=quantity,
            requires_shipping=part.requires_shipping,
        )
        for part, quantity in found.values()
    )


def parts_of(several: Sequence[Chosen]) -> set[UUID]:
    """The products of which prices are needed beside the lines' own."""
    return {part.id for chosen in several for part, _ in chosen.parts}

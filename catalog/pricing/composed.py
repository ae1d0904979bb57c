"""Prices of lines on which something is chosen: surcharges, the parts of a bundle, the worth of a gift card."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from catalog.catalog.composition.chosen import Chosen, Part
from catalog.pricing.maths import HUNDRED, Current, line_total, share_of_tax, with_tax
from chassis.money import Money
from contracts.shared import Component


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a line costs, tax included, and why. `rate` is the line's tax in percent, of mixed parts their average."""

    unit: Decimal
    regular: Decimal
    total: Decimal
    tax: Decimal
    rate: Decimal
    why: tuple[str, ...]


def with_surcharges(price: Current, chosen: Chosen) -> Current:
    """The price of a product with what its choices add; a percentage is one of the price before the others."""
    if not chosen.added and not chosen.percent:
        return price

    def raised(amount: Decimal) -> Decimal:
        return amount * (HUNDRED + chosen.percent) / HUNDRED + chosen.added

    return replace(price, amount=raised(price.amount), regular=raised(price.regular))


def worth(chosen: Chosen) -> Current | None:
    """A gift card costs what it is worth."""
    if chosen.amount is None:
        return None
    return Current(amount=chosen.amount, regular=chosen.amount, valid_until=None)


def sum_of_parts(
    chosen: Chosen,
    prices: Mapping[object, Current],
    rates: Mapping[str, Decimal],
    *,
    quantity: Decimal,
    currency: str,
    includes_tax: bool,
) -> Figures | None:
    """A bundle of dynamic price: each part at its own price and its own tax. None when a part has no price."""
    unit = regular = tax = Money.zero(currency).amount
    why = []
    for part, count in chosen.parts:
        price = prices.get(part.id)
        if price is None:
            return None
        rate = rates.get(part.tax_class, Decimal(0))
        one, usual = (
            with_tax(amount, currency=currency, rate=rate, includes_tax=includes_tax)
            for amount in (price.amount, price.regular)
        )
        share = line_total(one, quantity=count, currency=currency)
        unit += share
        regular += line_total(usual, quantity=count, currency=currency)
        tax += share_of_tax(line_total(share, quantity=quantity, currency=currency), currency=currency, rate=rate)
        why.append(f"{count.normalize():f} x {part.sku} at {one} {currency}, {rate.normalize():f} % tax")
    total = line_total(unit, quantity=quantity, currency=currency)
    net = total - tax
    average = (tax / net * HUNDRED).quantize(Decimal("0.0001")) if net else Decimal(0)
    single = {rates.get(part.tax_class, Decimal(0)) for part, _ in chosen.parts}
    rate = single.pop() if len(single) == 1 else average
    return Figures(unit=unit, regular=regular, total=total, tax=tax, rate=rate, why=tuple(why))


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

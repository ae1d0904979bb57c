"""Why a line costs what it does, in words. The order is that in which the figures came about."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from catalog.catalog.composition.chosen import Chosen
from catalog.pricing.choice import PROMOTION, SPECIAL, Current
from catalog.pricing.taxation import Tax, levels
from catalog.promotion.evaluation import Discount
from catalog.quote.reading import Site
from catalog.quote.vat import Exemption


def of_price(price: Current, site: Site) -> Iterable[str]:
    """Where the unit price comes from."""
    entered = "with tax" if site.with_tax else "without tax"
    by = price.by
    if by is None or not by.replaces:
        yield f"base price {_text(price.regular)} {site.currency} in {site.code}, entered {entered}"
    if by is None:
        return
    if by.kind == SPECIAL:
        what = "special price"
    elif by.kind == PROMOTION:
        what = "by catalog rules"
    else:
        least = f" from {_text(by.min_quantity)}" if by.min_quantity > 1 else ""
        off = f", {_text(by.percent)} % off" if by.percent is not None else ""
        what = f"price list {by.price_list}{least}{off}:"
    until = f" until {by.ends_at.isoformat()}" if by.ends_at else ""
    yield f"{what} {_text(price.amount)} {site.currency}{until}"


def of_parts(chosen: Chosen | None) -> Iterable[str]:
    """What a bundle consists of, and what choices add."""
    if chosen is None:
        return
    for part, quantity in chosen.parts:
        yield f"with {_text(quantity)} x {part.sku}"
    if chosen.percent:
        yield f"choices add {_text(chosen.percent)} %"
    if chosen.added:
        yield f"choices add {_text(chosen.added)}"


def of_tax(
    taxes: Sequence[Tax],
    contained: Sequence[Tax] | None,
    *,
    with_tax: bool,
    tax_class: str,
    site: Site,
    free: Exemption,
) -> Iterable[str]:
    """Which tax is due, and what the price as entered contained."""
    where = f"({tax_class}, {site.destination})"
    if with_tax and contained is not None:
        yield f"as entered it contains {_percents(contained)} tax, which is taken out"
    if free.granted:
        yield free.note
        return
    verb = "contains" if with_tax and contained is None else "is raised by"
    yield f"{verb} {_percents(taxes)} tax {where}"
    if free.note:
        yield free.note


def of_discounts(discounts: Sequence[Discount], site: Site) -> Iterable[str]:
    """What promotions take off the price as it is entered."""
    for one in discounts:
        yield f"{one.label}: {_text(one.amount)} {site.currency} off"


def _percents(taxes: Sequence[Tax]) -> str:
    found = levels(taxes)
    if not found:
        return "0 %"
    if len(taxes) == 1:
        return f"{_text(found[0].percent)} %"
    return " and ".join(f"{_text(level.percent)} % ({level.code})" for level in found)


def _text(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"

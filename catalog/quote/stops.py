"""Where the parts of a cart go: each place has its taxes, its exemption and its freight. Most carts have one.

Prices and promotions are those of the cart, wherever its parts go: what is off delivery is shared out over all of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from catalog.pricing.areas import Place
from catalog.pricing.taxation import Method, Worked
from catalog.promotion.evaluation import Discount
from catalog.quote import reading
from catalog.quote.priced import freight
from catalog.quote.reading import Site
from catalog.quote.vat import Exemption, exemption
from contracts.catalog import QuotedDelivery, QuoteDelivery

MAIN = ""
"""The key of where a cart goes that names no further delivery."""


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A place that goods go to, and what it costs to bring them there, as the channel enters it."""

    site: Site
    free: Exemption
    shipping: Decimal


@dataclass(frozen=True, kw_only=True)
class Freight:
    """What delivery to one place comes to, and why."""

    worked: Worked
    why: tuple[str, ...]


def stops_of(main: Site, shipping: Decimal, deliveries: Sequence[QuoteDelivery], *, vat_number: str) -> dict[str, Stop]:
    """The cart's own place first, then the further ones, by key. Statements are as many whatever the lines."""
    sites = {MAIN: (main, shipping)}
    for one in deliveries:
        where = Place(country=one.country, region=one.region, postcode=one.postcode)
        sites[one.key] = reading.site(main.code, where), one.shipping
    return {key: Stop(site=site, free=_freed(site, vat_number), shipping=cost) for key, (site, cost) in sites.items()}


def freights(
    stops: Mapping[str, Stop], method: Method, discounts: Sequence[Discount] = (), *, before: Mapping[str, Freight] = {}
) -> dict[str, Freight]:
    """Delivery to each place, less what promotions take off all of it; `before` is the same without discounts."""
    shares = shared_out(discounts, {key: _base(stops[key], one.worked) for key, one in before.items()}, method)
    found = {}
    for key, stop in stops.items():
        worked, why = freight(stop.shipping, method, stop.site, stop.free, shares.get(key, ()))
        found[key] = Freight(worked=worked, why=why)
    return found


def discountable(stops: Mapping[str, Stop], found: Mapping[str, Freight]) -> Decimal:
    """What promotions may take off delivery, as the channel enters it."""
    return sum((_base(stops[key], one.worked) for key, one in found.items()), Decimal(0))


def by_delivery(found: Mapping[str, Freight]) -> tuple[QuotedDelivery, ...]:
    """What each delivery costs, where there are several."""
    if len(found) < 2:
        return ()
    return tuple(QuotedDelivery(key=key, shipping=one.worked.payable, tax=one.worked.tax) for key, one in found.items())


def note_of(stops: Mapping[str, Stop]) -> str:
    """Why no tax is due, or why a VAT number does not help: what is said of several places once each."""
    return "; ".join(dict.fromkeys(stop.free.note for stop in stops.values() if stop.free.note))


def _freed(site: Site, vat_number: str) -> Exemption:
    return exemption(vat_number, rule=site.policy.exempt, home=site.policy.home, destination=site.destination)


def _base(stop: Stop, worked: Worked) -> Decimal:
    return worked.gross_total if stop.site.policy.shipping_with_tax else worked.net_total


def shared_out(
    discounts: Sequence[Discount], amounts: Mapping[str, Decimal], method: Method
) -> dict[str, list[Discount]]:
    """Each discount over things of these amounts in proportion to what is left of each: to the cent what it is."""
    left, shares = dict(amounts), {key: list[Discount]() for key in amounts}
    for one in discounts:
        rest, total = one.amount, sum(left.values(), Decimal(0))
        for key, amount in list(left.items()):
            part = method.rounded(rest * amount / total) if total else Decimal(0)
            part = max(
                min(part, amount), rest - (total - amount)
            )  # no more than there is, nor less than others can take
            rest, total = rest - part, total - amount
            left[key] -= part
            if part:
                shares[key].append(replace(one, amount=part))
    return shares

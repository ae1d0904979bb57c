"""Pricing a whole cart: statements are as many whatever the number of lines, and there is a reason for each figure.

First what everything costs, then what promotions take off it, then the tax of what is left.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from catalog.pricing.areas import Place
from catalog.pricing.choice import group_key
from catalog.pricing.taxation import Method, taxes_by_code, work_out
from catalog.promotion import quoting
from catalog.promotion.evaluation import Explanation, Outcome
from catalog.promotion.loading import running_rules
from catalog.quote import reading
from catalog.quote.priced import Priced, less, priced_lines
from catalog.quote.quoted import sold, unsold
from catalog.quote.reading import Site
from catalog.quote.stops import by_delivery, discountable, freights, note_of, stops_of
from catalog.quote.wholes import before_promotions, discounts_of_parts
from chassis import clock
from chassis.ids import new_id
from chassis.money import Money
from contracts.catalog import NOBODY, Buyer, Quote, QuoteDelivery, QuotedTax, QuoteRequestLine

LIFETIME = timedelta(minutes=30)
# Of the way figures are worked out: it grows when the same prices would give other figures.
VERSION = 2


def quote(
    *,
    channel: str,
    view: str,
    country: str,
    customer_group: str,
    lines: tuple[QuoteRequestLine, ...],
    shipping: Decimal,
    region: str = "",
    postcode: str = "",
    vat_number: str = "",
    buyer: Buyer = NOBODY,
    deliveries: tuple[QuoteDelivery, ...] = (),
    tried: UUID | None = None,
    explained: list[Explanation] | None = None,
) -> Quote:
    """Prices of `lines` and of `shipping` (as the channel enters it) for a delivery to a place.

    Without a country the channel's first is taken. Raises UnknownChannel. What cannot be sold is a line with
    a `problem`, never an error: the cart shows it. Lines of further `deliveries` have the taxes of where those go;
    prices and promotions are the whole cart's, and what those depend on of a place is the cart's own.

    `tried` is a rule that counts whatever its state, and `explained` takes why each rule was applied or not: what
    staff see of it and shoppers do not.
    """
    now = clock.now()
    site = reading.site(channel, Place(country=country, region=region, postcode=postcode))
    policy = site.policy
    stops = stops_of(site, shipping, deliveries, vat_number=vat_number)
    group = group_key(customer_group)
    loaded = running_rules(channel=channel, view=view, codes=buyer.codes, shopper=buyer.shopper, now=now, tried=tried)
    where = {key: (stop.site, stop.free) for key, stop in stops.items()}
    goods, priced, problems = priced_lines((*lines, *quoting.gift_lines(loaded)), site, view, group, where)
    method = Method(
        currency=site.currency, with_tax=site.with_tax, rounding=policy.rounding, after_discount=policy.after_discount
    )
    delivery = freights(stops, method)
    outcome = quoting.promote(
        before_promotions(priced, lines, method) if loaded.rules else (),
        loaded,
        where=_where(site, channel=channel, view=view, group=group, now=now),
        buyer=buyer,
        shipping=discountable(stops, delivery),
    )
    if explained is not None:
        explained += outcome.explanations
    lines = (*lines, *quoting.given_lines(outcome))
    priced |= _given(outcome, priced)
    off = discounts_of_parts(outcome, priced, lines, method)
    items = [less(priced[line.key].item, off[line.key]) for line in lines if line.key in priced]
    worked = {line.key: line for line in work_out(items, method)}
    if outcome.shipping:
        delivery = freights(stops, method, outcome.shipping, before=delivery)
    zero = Money.zero(site.currency).amount
    quoted = [
        sold(line, priced[line.key], worked[line.key], *where[line.delivery], off[line.key])
        if line.key in priced
        else unsold(line, goods.get(line.key), problems[line.key], zero)
        for line in lines
    ]
    subtotal = sum((line.total for line in quoted), zero)
    freight = [one.worked for one in delivery.values()]
    payable, shipping_tax = sum((one.payable for one in freight), zero), sum((one.tax for one in freight), zero)
    boundaries = [one.price.valid_until for one in priced.values() if one.price.valid_until]
    return Quote(
        id=new_id(),
        version=VERSION,
        channel=channel,
        currency=site.currency,
        lines=tuple(quoted),
        subtotal=subtotal,
        shipping=payable,
        tax=sum((line.tax for line in worked.values()), shipping_tax),
        total=subtotal + payable,
        expires_at=min([now + LIFETIME, *boundaries, *loaded.boundaries(now)]),
        shipping_adjustments=quoting.adjustments(outcome.shipping),
        promotions=quoting.promotions(outcome, loaded),
        coupons=quoting.coupons(buyer.codes, outcome, loaded),
        taxes=tuple(QuotedTax(code=c, amount=a) for c, a in taxes_by_code([*worked.values(), *freight]).items()),
        shipping_tax=shipping_tax,
        shipping_explanation=tuple(why for one in delivery.values() for why in one.why),
        shows_tax=policy.shows_tax(entered_with_tax=site.with_tax),
        tax_exempt=all(stop.free.granted for stop in stops.values()),
        tax_note=note_of(stops),
        deliveries=by_delivery(delivery),
    )


def _where(site: Site, *, channel: str, view: str, group: str, now: datetime) -> quoting.Where:
    """Where and when the cart is, for the conditions of rules."""
    return quoting.Where(
        channel=channel,
        view=view,
        currency=site.currency,
        at=now.astimezone(ZoneInfo(site.time_zone)),
        country=site.destination.country,
        region=site.destination.region,
        postcode=site.destination.postcode,
        customer_group=group,
    )


def _given(outcome: Outcome, priced: Mapping[str, Priced]) -> dict[str, Priced]:
    """Gifts, as lines of their own."""
    found = {}
    for line in quoting.given_lines(outcome):
        one = priced[quoting.candidate(line.sku)]
        found[line.key] = replace(one, item=replace(one.item, key=line.key, quantity=line.quantity))
    return found

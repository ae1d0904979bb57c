"""Pricing a whole cart: four statements whatever the number of lines, and a reason for each figure."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connections

from catalog.catalog.sorting import sku_key
from catalog.pricing.errors import UnknownChannel
from catalog.pricing.maths import Current, Entered, current, line_total, share_of_tax, with_tax
from catalog.pricing.sources import PRICES
from catalog.promotion import quoting
from catalog.promotion.evaluation import Discount, Explanation, Outcome
from catalog.promotion.loading import running_rules
from chassis import clock
from chassis.ids import new_id
from chassis.money import Money
from contracts.catalog import NOBODY, Buyer, Quote, QuotedLine, QuoteRequestLine

LIFETIME = timedelta(minutes=30)
ZERO = Decimal(0)


class _Channel(NamedTuple):
    code: str
    currency: str
    includes_tax: bool
    country: str
    time_zone: str


class _Good(NamedTuple):
    id: UUID
    sku: str
    kind: str
    tax_class: str
    requires_shipping: bool
    on_sale: bool
    name: str | None
    line: dict[str, str] | None


def quote(
    *,
    channel: str,
    view: str,
    country: str,
    customer_group: str,
    lines: tuple[QuoteRequestLine, ...],
    shipping: Decimal,
    buyer: Buyer = NOBODY,
    tried: UUID | None = None,
    explained: list[Explanation] | None = None,
) -> Quote:
    """Prices of `lines` and of `shipping` (tax included) for a delivery to `country`.

    Without a country the channel's first is taken. Raises UnknownChannel. What cannot be sold is a line with
    a `problem`, never an error: the cart shows it. `tried` is a rule that counts whatever its state, and `explained`
    takes why each rule was applied or not: what staff see of it and shoppers do not.
    """
    now = clock.now()
    site = _channel(channel, country)
    loaded = running_rules(channel=channel, view=view, codes=buyer.codes, shopper=buyer.shopper, now=now, tried=tried)
    asked = (*lines, *quoting.gift_lines(loaded))
    keys = {line.key: sku_key(line.sku) for line in asked}
    goods = _goods(channel, view, list(set(keys.values())))
    prices = _prices(site, [good.id for good in goods.values()], now)
    rates = _rates(site)
    quoted = []
    for line in asked:
        good = goods.get(keys[line.key])
        quoted.append(_line(line, good, prices.get(good.id) if good else None, rates=rates, site=site))
    zero = Money.zero(site.currency).amount
    freight = Money(shipping, site.currency).quantized().amount
    where = quoting.Where(
        channel=channel,
        view=view,
        currency=site.currency,
        at=now.astimezone(ZoneInfo(site.time_zone)),
        country=site.country,
        region="",
        postcode="",
        customer_group=customer_group,
    )
    outcome = quoting.promote(_for_rules(quoted), loaded, where=where, buyer=buyer, shipping=freight)
    if explained is not None:
        explained += outcome.explanations
    quoted = _promoted(quoted, outcome, site)
    off = outcome.shipping
    freight -= sum((one.amount for one in off), zero)
    subtotal = sum((line.total for line in quoted), zero)
    freight_rate = rates.get("shipping", rates.get("standard", ZERO))
    tax = sum((line.tax for line in quoted), zero)
    tax += share_of_tax(freight, currency=site.currency, rate=freight_rate)
    boundaries = [price.valid_until for price in prices.values() if price.valid_until]
    return Quote(
        id=new_id(),
        channel=channel,
        currency=site.currency,
        lines=tuple(quoted),
        subtotal=subtotal,
        shipping=freight,
        tax=tax,
        total=subtotal + freight,
        expires_at=min([now + LIFETIME, *boundaries, *loaded.boundaries(now)]),
        shipping_adjustments=quoting.adjustments(outcome.shipping),
        promotions=quoting.promotions(outcome, loaded),
        coupons=quoting.coupons(buyer.codes, outcome, loaded),
    )


def _for_rules(quoted: list[QuotedLine]) -> list[quoting.PricedLine]:
    return [
        quoting.PricedLine(
            key=line.key,
            product=line.product,
            sku=line.sku,
            quantity=line.quantity,
            unit_price=line.unit_price,
            regular_unit_price=line.regular_unit_price,
        )
        for line in quoted
        if not line.problem and line.product
    ]


def _promoted(quoted: list[QuotedLine], outcome: Outcome, site: _Channel) -> list[QuotedLine]:
    """The cart's lines less their discounts, and the gifts."""
    by_key = {line.key: line for line in quoted}
    own = [line for line in quoted if not line.key.startswith(quoting.GIFT)]
    promoted = [_less(line, outcome.lines.get(line.key, ()), site) for line in own]
    for gift in outcome.gifts:
        given = by_key[f"{quoting.GIFT}{gift.sku}"]
        line = replace(given, key=quoting.gift_key(gift), quantity=Decimal(gift.quantity), gift=True)
        full = line_total(line.unit_price, quantity=line.quantity, currency=site.currency)
        off = Discount(rule=gift.rule, label=gift.label, code=gift.code, amount=full)
        promoted.append(_less(replace(line, total=full), (off,), site))
    return promoted


def _less(line: QuotedLine, discounts: Sequence[Discount], site: _Channel) -> QuotedLine:
    if not discounts:
        return line
    off = sum((one.amount for one in discounts), ZERO)
    total = line.total - off
    why = tuple(f"{one.label}: {one.amount} {site.currency} off" for one in discounts)
    return replace(
        line,
        total=total,
        discount=off,
        tax=share_of_tax(total, currency=site.currency, rate=line.tax_rate),
        adjustments=quoting.adjustments(discounts),
        explanation=(*line.explanation, *why),
    )


def _line(
    line: QuoteRequestLine,
    good: _Good | None,
    price: Current | None,
    *,
    rates: Mapping[str, Decimal],
    site: _Channel,
) -> QuotedLine:
    problem = _problem(good, price)
    rate = rates.get(good.tax_class, ZERO) if good else ZERO
    shown: dict[str, Any] = (good.line if good else None) or {}
    unit = regular = total = tax = Money.zero(site.currency).amount
    why: tuple[str, ...] = ()
    if good and price and not problem:
        unit = with_tax(price.amount, currency=site.currency, rate=rate, includes_tax=site.includes_tax)
        regular = with_tax(price.regular, currency=site.currency, rate=rate, includes_tax=site.includes_tax)
        total = line_total(unit, quantity=line.quantity, currency=site.currency)
        tax = share_of_tax(total, currency=site.currency, rate=rate)
        why = _explanation(price, rate=rate, tax_class=good.tax_class, site=site)
    return QuotedLine(
        key=line.key,
        sku=good.sku if good else line.sku,
        product=good.id if good else None,
        name=(good.name if good else None) or line.sku,
        options=shown.get("options", ""),
        image=shown.get("image", ""),
        requires_shipping=good.requires_shipping if good else False,
        quantity=line.quantity,
        unit_price=unit,
        regular_unit_price=regular,
        total=total,
        tax=tax,
        tax_rate=rate,
        explanation=why,
        problem=problem,
    )


def _problem(good: _Good | None, price: Current | None) -> str:
    if good is None:
        return "unknown_sku"
    if not good.on_sale or good.kind == "configurable" or good.name is None:
        return "not_for_sale"
    return "" if price else "no_price"


def _explanation(price: Current, *, rate: Decimal, tax_class: str, site: _Channel) -> tuple[str, ...]:
    entered = "with tax" if site.includes_tax else "without tax"
    parts = [f"base price {price.regular.normalize():f} {site.currency} in {site.code}, entered {entered}"]
    if price.special:
        until = f" until {price.special.ends_at.isoformat()}" if price.special.ends_at else ""
        parts.append(f"special price {price.amount.normalize():f} {site.currency}{until}")
    verb = "contains" if site.includes_tax else "is raised by"
    parts.append(f"{verb} {rate.normalize():f} % tax ({tax_class}, {site.country or 'no country'})")
    return tuple(parts)


def _channel(code: str, country: str) -> _Channel:
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            "SELECT currency, prices_include_tax, countries, time_zone FROM catalog_channel WHERE code = %s AND active",
            [code],
        )
        row = cursor.fetchone()
    if row is None:
        raise UnknownChannel(f"There is no channel {code}.")
    currency, includes_tax, countries, time_zone = row
    return _Channel(code, currency, includes_tax, country or (countries[0] if countries else ""), time_zone)


def _goods(channel: str, view: str, keys: list[str]) -> dict[str, _Good]:
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT p.sku_key, p.id, p.sku, p.kind, p.tax_class, p.requires_shipping, %s = ANY(p.channels),
                      d.name, (d.source -> 'lines' -> p.sku_key)::text
               FROM catalog_product p
               LEFT JOIN catalog_productdocument d
                    ON d.view = %s AND d.channel = %s AND d.product_id = coalesce(p.parent_id, p.id)
               WHERE p.sku_key = ANY(%s)""",
            [channel, view, channel, keys],
        )
        rows = cursor.fetchall()
    return {row[0]: _Good(*row[1:8], _decoded(row[8])) for row in rows}


def _decoded(text: str | None) -> dict[str, str] | None:
    return json.loads(text) if text else None


def _prices(site: _Channel, products: list[UUID], now: datetime) -> dict[UUID, Current]:
    entered: dict[UUID, list[Entered]] = defaultdict(list)
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            f"""SELECT product_id, kind, amount, starts_at, ends_at FROM {PRICES} pr
               WHERE product_id = ANY(%s) AND channel = %s AND currency = %s""",
            [products, site.code, site.currency],
        )
        for product, kind, amount, starts_at, ends_at in cursor.fetchall():
            entered[product].append(Entered(kind=kind, amount=amount, starts_at=starts_at, ends_at=ends_at))
    found = {product: current(prices, at=now) for product, prices in entered.items()}
    return {product: price for product, price in found.items() if price}


def _rates(site: _Channel) -> dict[str, Decimal]:
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            "SELECT tax_class, rate FROM catalog_taxrate WHERE channel = %s AND country = %s",
            [site.code, site.country],
        )
        return dict(cursor.fetchall())

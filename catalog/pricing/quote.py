"""Pricing a whole cart: four statements whatever the number of lines, and a reason for each figure."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connections

from catalog.catalog.composition import chosen as choosing
from catalog.catalog.composition.chosen import Chosen
from catalog.catalog.models import Product
from catalog.catalog.sorting import sku_key
from catalog.pricing.composed import Figures, components, sum_of_parts, with_surcharges, worth
from catalog.pricing.errors import UnknownChannel
from catalog.pricing.maths import Current, Entered, current, line_total, share_of_tax, with_tax
from chassis import clock
from chassis.ids import new_id
from chassis.money import Money
from contracts.catalog import Quote, QuotedLine, QuoteRequestLine
from contracts.shared import Component

LIFETIME = timedelta(minutes=30)
ZERO = Decimal(0)


class _Channel(NamedTuple):
    code: str
    currency: str
    includes_tax: bool
    country: str


class _Good(NamedTuple):
    id: UUID
    sku: str
    kind: str
    tax_class: str
    requires_shipping: bool
    on_sale: bool
    name: str | None
    root: UUID
    has_choices: bool
    details: dict[str, Any]
    line: dict[str, str] | None


def quote(
    *,
    channel: str,
    view: str,
    country: str,
    customer_group: str,
    lines: tuple[QuoteRequestLine, ...],
    shipping: Decimal,
) -> Quote:
    """Prices of `lines` and of `shipping` (tax included) for a delivery to `country`.

    Without a country the channel's first is taken. Raises UnknownChannel. What cannot be sold is a line with
    a `problem`, never an error: the cart shows it.
    """
    now = clock.now()
    site = _channel(channel, country)
    keys = {line.key: sku_key(line.sku) for line in lines}
    goods = _goods(channel, view, list(set(keys.values())))
    picked = _chosen(lines, keys, goods, site=site, view=view)
    parts = {part.id for chosen in picked.values() for part, _ in chosen.parts}
    prices = _prices(site, [*(good.id for good in goods.values()), *parts], now)
    rates = _rates(site)
    quoted = []
    for line in lines:
        good = goods.get(keys[line.key])
        quoted.append(_line(line, good, prices, picked.get(line.key), rates=rates, site=site))
    zero = Money.zero(site.currency).amount
    subtotal = sum((line.total for line in quoted), zero)
    freight = Money(shipping, site.currency).quantized().amount
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
        expires_at=min([now + LIFETIME, *boundaries]),
    )


def _line(
    line: QuoteRequestLine,
    good: _Good | None,
    prices: Mapping[UUID, Current],
    chosen: Chosen | None,
    *,
    rates: Mapping[str, Decimal],
    site: _Channel,
) -> QuotedLine:
    problem, figures = _priced(line, good, prices, chosen, rates=rates, site=site)
    shown: dict[str, Any] = (good.line if good else None) or {}
    labels = [shown.get("options", ""), *(chosen.labels if chosen else ())]
    parts = components(chosen)
    return QuotedLine(
        key=line.key,
        sku=good.sku if good else line.sku,
        product=good.id if good else None,
        name=(good.name if good else None) or line.sku,
        options=", ".join(label for label in labels if label),
        image=shown.get("image", ""),
        requires_shipping=_ships(good, parts),
        quantity=line.quantity,
        unit_price=figures.unit,
        regular_unit_price=figures.regular,
        total=figures.total,
        tax=figures.tax,
        tax_rate=figures.rate,
        explanation=figures.why,
        problem=problem,
        kind=good.kind if good else "",
        components=parts,
        problem_option=chosen.option if chosen else "",
    )


def _ships(good: _Good | None, parts: Sequence[Component]) -> bool:
    """A bundle needs a parcel if any of its parts does."""
    return any(part.requires_shipping for part in parts) if parts else bool(good and good.requires_shipping)


def _priced(
    line: QuoteRequestLine,
    good: _Good | None,
    prices: Mapping[UUID, Current],
    chosen: Chosen | None,
    *,
    rates: Mapping[str, Decimal],
    site: _Channel,
) -> tuple[str, Figures]:
    """The line's problem, or its figures."""
    rate = rates.get(good.tax_class, ZERO) if good else ZERO
    zero = Money.zero(site.currency).amount
    nothing = Figures(unit=zero, regular=zero, total=zero, tax=zero, rate=rate, why=())
    if problem := _problem(good, chosen, line):
        return problem, nothing
    assert good is not None
    figures = None
    if chosen and good.details.get("dynamic_price"):
        money = {"currency": site.currency, "includes_tax": site.includes_tax}
        figures = sum_of_parts(chosen, prices, rates, quantity=line.quantity, **money)  # type: ignore[arg-type]
    elif price := worth(chosen) if chosen and good.kind == "gift_card" else prices.get(good.id):
        figures = _figures(line, good, with_surcharges(price, chosen) if chosen else price, rate=rate, site=site)
    return ("", figures) if figures else ("no_price", nothing)


def _figures(line: QuoteRequestLine, good: _Good, price: Current, *, rate: Decimal, site: _Channel) -> Figures:
    unit = with_tax(price.amount, currency=site.currency, rate=rate, includes_tax=site.includes_tax)
    total = line_total(unit, quantity=line.quantity, currency=site.currency)
    return Figures(
        unit=unit,
        regular=with_tax(price.regular, currency=site.currency, rate=rate, includes_tax=site.includes_tax),
        total=total,
        tax=share_of_tax(total, currency=site.currency, rate=rate),
        rate=rate,
        why=_explanation(price, rate=rate, tax_class=good.tax_class, site=site),
    )


def _chosen(
    lines: Sequence[QuoteRequestLine],
    keys: Mapping[str, str],
    goods: Mapping[str, _Good],
    *,
    site: _Channel,
    view: str,
) -> dict[str, Chosen]:
    """What the choices of each line come to; nothing is read for a cart in which nothing can be chosen."""
    asking = {good.root for good in goods.values() if good.has_choices and good.kind != "gift_card"}
    questions = choosing.questions_of(asking, channel=site.code, view=view) if asking else {}
    found = {}
    for line in lines:
        good = goods.get(keys[line.key])
        if good is None or not good.has_choices:
            continue
        if good.kind == "gift_card":
            found[line.key] = choosing.gift_card(good.details, line.choices, channel=site.code, currency=site.currency)
        else:
            found[line.key] = choosing.chosen(questions.get(good.root, ()), line.choices, channel=site.code)
    return found


def _problem(good: _Good | None, chosen: Chosen | None, line: QuoteRequestLine) -> str:
    if good is None:
        return "unknown_sku"
    if not good.on_sale or good.kind in Product.NOT_SOLD or good.name is None:
        return "not_for_sale"
    if chosen is None:
        return "choice_unknown" if line.choices else ""
    return chosen.problem or ("not_for_sale" if good.kind == Product.BUNDLE and not chosen.parts else "")


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
            "SELECT currency, prices_include_tax, countries FROM catalog_channel WHERE code = %s AND active", [code]
        )
        row = cursor.fetchone()
    if row is None:
        raise UnknownChannel(f"There is no channel {code}.")
    currency, includes_tax, countries = row
    return _Channel(code, currency, includes_tax, country or (countries[0] if countries else ""))


def _goods(channel: str, view: str, keys: list[str]) -> dict[str, _Good]:
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT p.sku_key, p.id, p.sku, p.kind, p.tax_class, p.requires_shipping, %s = ANY(p.channels),
                      d.name, coalesce(p.parent_id, p.id), p.has_choices, p.details::text,
                      (d.source -> 'lines' -> p.sku_key)::text
               FROM catalog_product p
               LEFT JOIN catalog_productdocument d
                    ON d.view = %s AND d.channel = %s AND d.product_id = coalesce(p.parent_id, p.id)
               WHERE p.sku_key = ANY(%s)""",
            [channel, view, channel, keys],
        )
        rows = cursor.fetchall()
    return {row[0]: _Good(*row[1:10], json.loads(row[10]), _decoded(row[11])) for row in rows}


def _decoded(text: str | None) -> dict[str, str] | None:
    return json.loads(text) if text else None


def _prices(site: _Channel, products: list[UUID], now: datetime) -> dict[UUID, Current]:
    entered: dict[UUID, list[Entered]] = defaultdict(list)
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT product_id, kind, amount, starts_at, ends_at FROM catalog_price
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

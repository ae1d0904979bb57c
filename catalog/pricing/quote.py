"""Pricing a whole cart: five statements whatever the number of lines, and a reason for each figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from catalog.catalog.sorting import sku_key
from catalog.pricing import explanation, reading
from catalog.pricing.areas import Place
from catalog.pricing.choice import Current, current, group_key
from catalog.pricing.reading import Good, Site
from catalog.pricing.taxation import Item, Method, Tax, Worked, taxes_by_code, work_out
from catalog.pricing.vat import Exemption, exemption
from chassis import clock
from chassis.ids import new_id
from chassis.money import Money
from contracts.catalog import Quote, QuotedLine, QuotedTax, QuoteRequestLine

LIFETIME = timedelta(minutes=30)
# Of the way figures are worked out: it grows when the same prices would give other figures.
VERSION = 2
SHIPPING = "shipping"
STANDARD = "standard"


@dataclass(frozen=True, kw_only=True)
class _Priced:
    """A line that can be sold: what it is, its unit price as entered, and what to work out of it."""

    good: Good
    price: Current
    item: Item
    lowest: Decimal | None


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
) -> Quote:
    """Prices of `lines` and of `shipping` (as the channel enters it) for a delivery to a place.

    Without a country the channel's first is taken. Raises UnknownChannel. What cannot be sold is a line with
    a `problem`, never an error: the cart shows it.
    """
    now = clock.now()
    site = reading.site(channel, Place(country=country, region=region, postcode=postcode))
    policy = site.policy
    free = exemption(vat_number, rule=policy.exempt, home=policy.home, destination=site.destination)
    goods, priced, problems = _priced(lines, site, view, group_key(customer_group), free)
    method = Method(
        currency=site.currency, with_tax=site.with_tax, rounding=policy.rounding, after_discount=policy.after_discount
    )
    worked = {line.key: line for line in work_out([one.item for one in priced.values()], method)}
    freight, freight_why = _freight(shipping, method, site, free)
    zero = Money.zero(site.currency).amount
    quoted = [
        _sold(line, priced[line.key], worked[line.key], site, free)
        if line.key in priced
        else _unsold(line, goods.get(line.key), problems[line.key], zero)
        for line in lines
    ]
    subtotal = sum((line.total for line in quoted), zero)
    boundaries = [one.price.valid_until for one in priced.values() if one.price.valid_until]
    return Quote(
        id=new_id(),
        version=VERSION,
        channel=channel,
        currency=site.currency,
        lines=tuple(quoted),
        subtotal=subtotal,
        shipping=freight.payable,
        tax=sum((line.tax for line in worked.values()), freight.tax),
        total=subtotal + freight.payable,
        expires_at=min([now + LIFETIME, *boundaries]),
        taxes=tuple(QuotedTax(code=c, amount=a) for c, a in taxes_by_code([*worked.values(), freight]).items()),
        shipping_tax=freight.tax,
        shipping_explanation=freight_why,
        shows_tax=policy.shows_tax(entered_with_tax=site.with_tax),
        tax_exempt=free.granted,
        tax_note=free.note,
    )


def _priced(
    lines: Sequence[QuoteRequestLine], site: Site, view: str, group: str, free: Exemption
) -> tuple[dict[str, Good], dict[str, _Priced], dict[str, str]]:
    """By the lines' keys: what is known of them, what each costs, and why others cannot be sold."""
    keys = {line.key: sku_key(line.sku) for line in lines}
    by_sku = reading.goods(site.code, view, sorted(set(keys.values())))
    entered = reading.prices(site, [good.id for good in by_sku.values()])
    lowest = reading.lowest_before(site.code, list(entered), group=group)
    goods = {line.key: by_sku[keys[line.key]] for line in lines if keys[line.key] in by_sku}
    now, priced, problems = clock.now(), {}, {}
    # The same product on two lines of a cart is bought together: a tier counts all of it.
    together: dict[UUID, Decimal] = {}
    for line in lines:
        if good := goods.get(line.key):
            together[good.id] = together.get(good.id, Decimal(0)) + line.quantity
    for line in lines:
        good = goods.get(line.key)
        price = None
        if good is not None:
            price = current(entered.get(good.id, ()), at=now, group=group, quantity=together[good.id])
        if problem := _problem(line, good, price):
            problems[line.key] = problem
        elif good is not None and price is not None:
            item = _item(line.key, price.amount, line.quantity, good.tax_class, site, free)
            before = lowest.get(good.id) if price.reduced else None
            priced[line.key] = _Priced(good=good, price=price, item=item, lowest=before)
    return goods, priced, problems


def _problem(line: QuoteRequestLine, good: Good | None, price: Current | None) -> str:
    if good is None:
        return "unknown_sku"
    if not good.on_sale or good.kind == "configurable" or good.name is None or line.quantity <= 0:
        return "not_for_sale"
    return "" if price else "no_price"


def _item(key: str, unit: Decimal, quantity: Decimal, tax_class: str, site: Site, free: Exemption) -> Item:
    taxes: tuple[Tax, ...] = site.taxes.get(tax_class, ())
    contained = taxes if site.policy.same_price_abroad else site.home_taxes.get(tax_class, ())
    payable = () if free.granted else taxes
    return Item(
        key=key,
        unit=unit,
        quantity=quantity,
        taxes=payable,
        contained=None if contained == payable else contained,
    )


def _freight(shipping: Decimal, goods: Method, site: Site, free: Exemption) -> tuple[Worked, tuple[str, ...]]:
    """Shipping is worked out as one more line, which may be entered with tax where goods are not."""
    policy = site.policy
    known = {*site.taxes, *site.home_taxes}
    tax_class = policy.shipping_class if policy.shipping_class in known else STANDARD
    item = _item(SHIPPING, shipping, Decimal(1), tax_class, site, free)
    method = Method(
        currency=goods.currency,
        with_tax=policy.shipping_with_tax,
        rounding=goods.rounding,
        after_discount=goods.after_discount,
    )
    why = explanation.of_tax(
        item.taxes, item.contained, with_tax=method.with_tax, tax_class=tax_class, site=site, free=free
    )
    return work_out([item], method)[0], tuple(why) if shipping else ()


def _sold(line: QuoteRequestLine, one: _Priced, worked: Worked, site: Site, free: Exemption) -> QuotedLine:
    good, price = one.good, one.price

    def alike(amount: Decimal | None) -> Decimal | None:
        """Another price of the same unit with the tax that the line has."""
        if amount is None:
            return None
        item = Item(key="", unit=amount, quantity=Decimal(1), taxes=one.item.taxes, contained=one.item.contained)
        method = Method(currency=site.currency, with_tax=site.with_tax, rounding=site.policy.rounding)
        return work_out([item], method)[0].gross_unit

    why = [
        *explanation.of_price(price, site),
        *explanation.of_tax(
            one.item.taxes,
            one.item.contained,
            with_tax=site.with_tax,
            tax_class=good.tax_class,
            site=site,
            free=free,
        ),
    ]
    return QuotedLine(
        **_shown(line, good),
        unit_price=worked.gross_unit,
        regular_unit_price=alike(price.regular) or worked.gross_unit,
        total=worked.payable,
        tax=worked.tax,
        tax_rate=worked.percent,
        explanation=tuple(why),
        net_unit_price=worked.net_unit,
        net_total=worked.net_total,
        discount=worked.discount,
        taxes=tuple(QuotedTax(code=s.code, amount=s.amount, percent=s.percent) for s in worked.taxes),
        lowest_30_days=alike(one.lowest),
        compare_at=alike(price.compare_at),
        price_list=price.by.price_list if price.by else "",
    )


def _unsold(line: QuoteRequestLine, good: Good | None, problem: str, zero: Decimal) -> QuotedLine:
    return QuotedLine(
        **_shown(line, good),
        unit_price=zero,
        regular_unit_price=zero,
        total=zero,
        tax=zero,
        tax_rate=zero,
        explanation=(),
        problem=problem,
    )


def _shown(line: QuoteRequestLine, good: Good | None) -> dict[str, Any]:
    shown: Mapping[str, str] = (good.line if good else None) or {}
    return {
        "key": line.key,
        "sku": good.sku if good else line.sku,
        "product": good.id if good else None,
        "name": (good.name if good else None) or line.sku,
        "options": shown.get("options", ""),
        "image": shown.get("image", ""),
        "requires_shipping": good.requires_shipping if good else False,
        "quantity": line.quantity,
    }

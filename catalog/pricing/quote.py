"""Pricing a whole cart: statements are as many whatever the number of lines, and there is a reason for each figure.

First what everything costs, then what promotions take off it, then the tax of what is left.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from catalog.catalog.composition import chosen as choosing
from catalog.catalog.composition.chosen import Chosen
from catalog.catalog.models import Product
from catalog.catalog.sorting import sku_key
from catalog.pricing import explanation, reading
from catalog.pricing.areas import Place
from catalog.pricing.choice import Current, current, group_key
from catalog.pricing.composed import (
    Bundle,
    components,
    parts_of,
    raised,
    sum_of_parts,
    taxes_of,
    with_surcharges,
    worth,
)
from catalog.pricing.reading import Good, Site
from catalog.pricing.taxation import Item, Method, Tax, Worked, taxes_by_code, work_out
from catalog.pricing.vat import Exemption, exemption
from catalog.promotion import quoting
from catalog.promotion.evaluation import Discount, Explanation, Outcome
from catalog.promotion.loading import running_rules
from chassis import clock
from chassis.ids import new_id
from chassis.money import Money
from contracts.catalog import NOBODY, Buyer, Quote, QuotedLine, QuotedTax, QuoteRequestLine

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
    chosen: Chosen | None = None


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
    tried: UUID | None = None,
    explained: list[Explanation] | None = None,
) -> Quote:
    """Prices of `lines` and of `shipping` (as the channel enters it) for a delivery to a place.

    Without a country the channel's first is taken. Raises UnknownChannel. What cannot be sold is a line with
    a `problem`, never an error: the cart shows it. `tried` is a rule that counts whatever its state, and `explained`
    takes why each rule was applied or not: what staff see of it and shoppers do not.
    """
    now = clock.now()
    site = reading.site(channel, Place(country=country, region=region, postcode=postcode))
    policy = site.policy
    free = exemption(vat_number, rule=policy.exempt, home=policy.home, destination=site.destination)
    group = group_key(customer_group)
    loaded = running_rules(channel=channel, view=view, codes=buyer.codes, shopper=buyer.shopper, now=now, tried=tried)
    goods, priced, problems = _priced((*lines, *quoting.gift_lines(loaded)), site, view, group, free)
    method = Method(
        currency=site.currency, with_tax=site.with_tax, rounding=policy.rounding, after_discount=policy.after_discount
    )
    freight, freight_why = _freight(shipping, method, site, free)
    where = quoting.Where(
        channel=channel,
        view=view,
        currency=site.currency,
        at=now.astimezone(ZoneInfo(site.time_zone)),
        country=site.destination.country,
        region=region,
        postcode=postcode,
        customer_group=group,
    )
    outcome = quoting.promote(
        _before_promotions(priced, method) if loaded.rules else (),
        loaded,
        where=where,
        buyer=buyer,
        shipping=freight.gross_total if policy.shipping_with_tax else freight.net_total,
    )
    if explained is not None:
        explained += outcome.explanations
    lines = (*lines, *quoting.given_lines(outcome))
    priced |= _given(outcome, priced)
    items = [_less(priced[line.key].item, outcome.of(line.key)) for line in lines if line.key in priced]
    worked = {line.key: line for line in work_out(items, method)}
    if outcome.shipping:
        freight, freight_why = _freight(shipping, method, site, free, outcome.shipping)
    zero = Money.zero(site.currency).amount
    quoted = [
        _sold(line, priced[line.key], worked[line.key], site, free, outcome.of(line.key))
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
        expires_at=min([now + LIFETIME, *boundaries, *loaded.boundaries(now)]),
        shipping_adjustments=quoting.adjustments(outcome.shipping),
        promotions=quoting.promotions(outcome, loaded),
        coupons=quoting.coupons(buyer.codes, outcome, loaded),
        taxes=tuple(QuotedTax(code=c, amount=a) for c, a in taxes_by_code([*worked.values(), freight]).items()),
        shipping_tax=freight.tax,
        shipping_explanation=freight_why,
        shows_tax=policy.shows_tax(entered_with_tax=site.with_tax),
        tax_exempt=free.granted,
        tax_note=free.note,
    )


def _priced(
    lines: Sequence[QuoteRequestLine], site: Site, view: str, group: str, free: Exemption
) -> tuple[dict[str, Good], dict[str, _Priced], dict[str, tuple[str, str]]]:
    """By the lines' keys: what is known of them, what each costs, and why others cannot be sold (and which option)."""
    keys = {line.key: sku_key(line.sku) for line in lines}
    by_sku = reading.goods(site.code, view, sorted(set(keys.values())))
    picked = choosing.chosen_on(lines, keys, by_sku, channel=site.code, currency=site.currency, view=view)
    asked = {good.id for good in by_sku.values()} | parts_of(list(picked.values()))
    entered = reading.prices(site, sorted(asked))
    lowest = reading.lowest_before(site.code, list(entered), group=group)
    goods = {line.key: by_sku[keys[line.key]] for line in lines if keys[line.key] in by_sku}
    now, priced, problems = clock.now(), {}, {}
    # The same product on two lines of a cart is bought together: a tier counts all of it, but nothing that is given.
    together: dict[UUID, Decimal] = {}
    for line in lines:
        if (good := goods.get(line.key)) and not quoting.is_gift(line.key):
            together[good.id] = together.get(good.id, Decimal(0)) + line.quantity
    for line in lines:
        good, chosen = goods.get(line.key), picked.get(line.key)
        bought = together.get(good.id, line.quantity) if good else line.quantity

        def price_of(product: UUID, quantity: Decimal = bought) -> Current | None:
            return current(entered.get(product, ()), at=now, group=group, quantity=quantity)

        price, bundle = _price(good, chosen, price_of)
        if problem := _problem(line, good, chosen, price):
            problems[line.key] = problem, chosen.option if chosen else ""
        elif good is not None and price is not None:
            due = _due(site, good.tax_class, bundle)
            item = _item(line.key, price.amount, line.quantity, due, free)
            before = lowest.get(good.id) if price.reduced else None
            before = before if before is None else raised(before, chosen)
            priced[line.key] = _Priced(good=good, price=price, item=item, lowest=before, chosen=chosen)
    return goods, priced, problems


def _price(
    good: Good | None, chosen: Chosen | None, price_of: Callable[[UUID], Current | None]
) -> tuple[Current | None, Bundle | None]:
    """A unit's price, and what it is made of where that is a bundle's parts."""
    if good is None or (chosen and chosen.problem):
        return None, None
    if chosen and good.details.get("dynamic_price"):
        bundle = sum_of_parts(chosen, price_of)
        return (bundle.price, bundle) if bundle else (None, None)
    if chosen and good.kind == Product.GIFT_CARD:
        return worth(chosen), None
    price = price_of(good.id)
    return (with_surcharges(price, chosen) if price else None), None


def _problem(line: QuoteRequestLine, good: Good | None, chosen: Chosen | None, price: Current | None) -> str:
    if good is None:
        return "unknown_sku"
    if not good.on_sale or good.kind in Product.NOT_SOLD or good.name is None or line.quantity <= 0:
        return "not_for_sale"
    if chosen is None and line.choices:
        return "choice_unknown"
    if chosen and chosen.problem:
        return chosen.problem
    if good.kind == Product.BUNDLE and not (chosen and chosen.parts):
        return "not_for_sale"
    return "" if price else "no_price"


_Taxes = tuple[tuple[Tax, ...], tuple[Tax, ...]]
"""Those that are due, and those that a price as entered contains."""


def _due(site: Site, tax_class: str, bundle: Bundle | None = None) -> _Taxes:
    home = site.taxes if site.policy.same_price_abroad else site.home_taxes
    if bundle is None:
        return site.taxes.get(tax_class, ()), home.get(tax_class, ())
    due, contained = (taxes_of(bundle, found, with_tax=site.with_tax) for found in (site.taxes, home))
    return due, contained


def _item(key: str, unit: Decimal, quantity: Decimal, due: _Taxes, free: Exemption) -> Item:
    taxes, contained = due
    payable = () if free.granted else taxes
    return Item(
        key=key,
        unit=unit,
        quantity=quantity,
        taxes=payable,
        contained=None if contained == payable else contained,
    )


def _before_promotions(priced: Mapping[str, _Priced], method: Method) -> list[quoting.PricedLine]:
    """What rules look at: unit prices as the channel enters them, with the tax of where goods go if they have any."""
    worked = work_out([one.item for one in priced.values()], method)
    found = []
    for line, one in zip(worked, priced.values(), strict=True):
        unit = line.gross_unit if method.with_tax else line.net_unit
        found.append(
            quoting.PricedLine(
                key=line.key,
                product=one.good.id,
                sku=one.good.sku,
                quantity=one.item.quantity,
                unit_price=unit,
                regular_unit_price=one.price.regular if one.price.reduced else unit,
            )
        )
    return found


def _given(outcome: Outcome, priced: Mapping[str, _Priced]) -> dict[str, _Priced]:
    """Gifts, as lines of their own."""
    found = {}
    for line in quoting.given_lines(outcome):
        one = priced[quoting.candidate(line.sku)]
        found[line.key] = replace(one, item=replace(one.item, key=line.key, quantity=line.quantity))
    return found


def _less(item: Item, discounts: Sequence[Discount]) -> Item:
    return replace(item, discount=sum((one.amount for one in discounts), Decimal(0))) if discounts else item


def _freight(
    shipping: Decimal, goods: Method, site: Site, free: Exemption, discounts: Sequence[Discount] = ()
) -> tuple[Worked, tuple[str, ...]]:
    """Shipping is worked out as one more line, which may be entered with tax where goods are not."""
    policy = site.policy
    known = {*site.taxes, *site.home_taxes}
    tax_class = policy.shipping_class if policy.shipping_class in known else STANDARD
    item = _item(SHIPPING, shipping, Decimal(1), _due(site, tax_class), free)
    method = Method(
        currency=goods.currency,
        with_tax=policy.shipping_with_tax,
        rounding=goods.rounding,
        after_discount=goods.after_discount,
    )
    why = explanation.of_tax(
        item.taxes, item.contained, with_tax=method.with_tax, tax_class=tax_class, site=site, free=free
    )
    worked = work_out([_less(item, discounts)], method)[0]
    return worked, (*why, *explanation.of_discounts(discounts, site)) if shipping else ()


def _sold(
    line: QuoteRequestLine,
    one: _Priced,
    worked: Worked,
    site: Site,
    free: Exemption,
    discounts: Sequence[Discount],
) -> QuotedLine:
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
        *explanation.of_parts(one.chosen),
        *explanation.of_tax(
            one.item.taxes,
            one.item.contained,
            with_tax=site.with_tax,
            tax_class=good.tax_class,
            site=site,
            free=free,
        ),
        *explanation.of_discounts(discounts, site),
    ]
    return QuotedLine(
        **_shown(line, good, one.chosen),
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
        adjustments=quoting.adjustments(discounts),
        gift=quoting.is_gift(line.key),
    )


def _unsold(line: QuoteRequestLine, good: Good | None, problem: tuple[str, str], zero: Decimal) -> QuotedLine:
    return QuotedLine(
        **_shown(line, good, None),
        unit_price=zero,
        regular_unit_price=zero,
        total=zero,
        tax=zero,
        tax_rate=zero,
        explanation=(),
        problem=problem[0],
        problem_option=problem[1],
    )


def _shown(line: QuoteRequestLine, good: Good | None, chosen: Chosen | None) -> dict[str, Any]:
    shown: Mapping[str, str] = (good.line if good else None) or {}
    options = [shown.get("options", ""), *(chosen.labels if chosen else ())]
    parts = components(chosen)
    ships = any(part.requires_shipping for part in parts) if parts else bool(good and good.requires_shipping)
    return {
        "key": line.key,
        "sku": good.sku if good else line.sku,
        "product": good.id if good else None,
        "name": (good.name if good else None) or line.sku,
        "options": ", ".join(option for option in options if option),
        "image": shown.get("image", ""),
        "requires_shipping": ships,
        "quantity": line.quantity,
        "kind": good.kind if good else "",
        "components": parts,
    }

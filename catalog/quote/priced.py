"""What each line of a quote costs before promotions: its unit price as entered, and the taxes that are due on it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from catalog.catalog.composition import chosen as choosing
from catalog.catalog.composition.chosen import Chosen
from catalog.catalog.sorting import sku_key
from catalog.pricing.choice import Current, current
from catalog.pricing.taxation import Item, Method, Tax, Worked, work_out
from catalog.product.models import Product
from catalog.promotion import quoting
from catalog.promotion.evaluation import Discount
from catalog.quote import explanation, reading
from catalog.quote.composed import Bundle, parts_of, raised, sum_of_parts, taxes_of, with_surcharges, worth
from catalog.quote.reading import Good, Site
from catalog.quote.vat import Exemption
from chassis import clock
from contracts.catalog import QuoteRequestLine

SHIPPING = "shipping"
STANDARD = "standard"
MOST_CARDS = 100
"""Gift cards on one line: each is issued and mailed by itself."""


@dataclass(frozen=True, kw_only=True)
class Priced:
    """A line that can be sold: what it is, its unit price as entered, and what to work out of it."""

    good: Good
    price: Current
    item: Item
    lowest: Decimal | None
    chosen: Chosen | None = None


def priced_lines(
    lines: Sequence[QuoteRequestLine], site: Site, view: str, group: str, where: Mapping[str, tuple[Site, Exemption]]
) -> tuple[dict[str, Good], dict[str, Priced], dict[str, tuple[str, str]]]:
    """By the lines' keys: what is known of them, what each costs, and why others cannot be sold (and which option).

    Prices are the cart's; taxes are those of where a line's delivery goes, by `where`.
    """
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
            there, free = where[line.delivery]
            due = _due(there, good.tax_class, bundle)
            item = _item(line.key, price.amount, line.quantity, due, free)
            before = lowest.get(good.id) if price.reduced else None
            before = before if before is None else raised(before, chosen)
            priced[line.key] = Priced(good=good, price=price, item=item, lowest=before, chosen=chosen)
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
    if good.kind == Product.GIFT_CARD and (line.quantity % 1 or line.quantity > MOST_CARDS):
        return "quantity_invalid"
    if chosen is None and line.choices:
        return "choice_unknown"
    if chosen and chosen.problem:
        return chosen.problem
    if good.kind == Product.BUNDLE and not (chosen and chosen.parts):
        return "not_for_sale"
    return "" if price else "no_price"


Taxes = tuple[tuple[Tax, ...], tuple[Tax, ...]]
"""Those that are due, and those that a price as entered contains."""


def _due(site: Site, tax_class: str, bundle: Bundle | None = None) -> Taxes:
    home = site.taxes if site.policy.same_price_abroad else site.home_taxes
    if bundle is None:
        return site.taxes.get(tax_class, ()), home.get(tax_class, ())
    due, contained = (taxes_of(bundle, found, with_tax=site.with_tax) for found in (site.taxes, home))
    return due, contained


def _item(key: str, unit: Decimal, quantity: Decimal, due: Taxes, free: Exemption) -> Item:
    taxes, contained = due
    payable = () if free.granted else taxes
    return Item(
        key=key,
        unit=unit,
        quantity=quantity,
        taxes=payable,
        contained=None if contained == payable else contained,
    )


def less(item: Item, discounts: Sequence[Discount]) -> Item:
    return replace(item, discount=sum((one.amount for one in discounts), Decimal(0))) if discounts else item


def freight(
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
    worked = work_out([less(item, discounts)], method)[0]
    return worked, (*why, *explanation.of_discounts(discounts, site)) if shipping else ()

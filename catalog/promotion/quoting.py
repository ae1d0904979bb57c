"""Promotions of a quote: what the rules that run take off its lines and its shipping, and what they give.

The quote prices lines and works out tax; here is only by how much less, and why. Gifts are priced with the lines, so
that what is given is what would be sold; one that is not sold, or not there, is not given.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from catalog.promotion.evaluation import Discount, Outcome, evaluate
from catalog.promotion.facts import CartFacts, LineFacts
from catalog.promotion.goods import Traits, traits_of
from catalog.promotion.loading import SAID, Loaded
from contracts.catalog import Adjustment, Buyer, QuotedCoupon, QuotedPromotion, QuoteRequestLine

GIFT = "gift:"


@dataclass(frozen=True, kw_only=True)
class PricedLine:
    """A line as the quote has priced it, before promotions; prices as rules look at them."""

    key: str
    product: UUID
    sku: str
    quantity: Decimal
    unit_price: Decimal
    regular_unit_price: Decimal


@dataclass(frozen=True, kw_only=True)
class Where:
    """For whom, where and when a cart is quoted. `at` is local time of the channel."""

    channel: str
    view: str
    currency: str
    at: datetime
    country: str
    region: str
    postcode: str
    customer_group: str


def gift_lines(loaded: Loaded) -> tuple[QuoteRequestLine, ...]:
    """What could be given, to be priced along."""
    return tuple(
        QuoteRequestLine(key=candidate(sku), sku=sku, quantity=Decimal(count))
        for sku, count in sorted(loaded.gifts.items())
    )


def promote(lines: Sequence[PricedLine], loaded: Loaded, *, where: Where, buyer: Buyer, shipping: Decimal) -> Outcome:
    """Apply the rules to priced lines; those of `gift_lines` are no lines of the cart. An empty cart gets nothing."""
    if not loaded.rules or all(line.key.startswith(GIFT) for line in lines):
        return Outcome()
    traits = traits_of([line.product for line in lines], channel=where.channel, view=where.view)
    cart = cart_facts(lines, traits, where=where, buyer=buyer, shipping=shipping)
    return evaluate(cart, loaded.rules)


def cart_facts(
    lines: Iterable[PricedLine], traits: Mapping[UUID, Traits], *, where: Where, buyer: Buyer, shipping: Decimal
) -> CartFacts:
    """A cart as rules see it."""
    bought, gifts = [], {}
    for line in lines:
        known = traits[line.product]
        if not line.key.startswith(GIFT):
            bought.append(_facts(line, known))
        elif known.in_stock is None or known.in_stock >= line.quantity:
            gifts[line.key.removeprefix(GIFT)] = line.unit_price
    return CartFacts(
        channel=where.channel,
        currency=where.currency,
        at=where.at,
        lines=tuple(bought),
        codes=frozenset(buyer.codes),
        customer=buyer.customer,
        customer_group=where.customer_group,
        country=where.country,
        region=where.region,
        postcode=where.postcode,
        city=buyer.city,
        shipping_method=buyer.shipping_method,
        payment_method=buyer.payment_method,
        shipping=shipping,
        gifts=gifts,
    )


def _facts(line: PricedLine, known: Traits) -> LineFacts:
    return LineFacts(
        key=line.key,
        sku=line.sku,
        quantity=line.quantity,
        unit_price=line.unit_price,
        regular_unit_price=line.regular_unit_price,
        parent_sku=known.parent_sku,
        kind=known.kind,
        tax_class=known.tax_class,
        weight=known.weight,
        categories=known.categories,
        own_categories=known.own_categories,
        attributes=known.attributes,
        own_attributes=known.own_attributes,
        parent_attributes=known.parent_attributes,
    )


def adjustments(discounts: Iterable[Discount]) -> tuple[Adjustment, ...]:
    """Discounts as others read them."""
    return tuple(Adjustment(promotion=one.rule, label=one.label, amount=one.amount, code=one.code) for one in discounts)


def is_gift(key: str) -> bool:
    """Whether a line is given, or could be."""
    return key.startswith(GIFT)


def candidate(sku: str) -> str:
    """The key under which a SKU is priced that could be given."""
    return f"{GIFT}{sku}"


def given_lines(outcome: Outcome) -> tuple[QuoteRequestLine, ...]:
    """The lines that gifts become: one for each rule that gives it."""
    return tuple(
        QuoteRequestLine(key=gift.key, sku=gift.sku, quantity=Decimal(gift.quantity)) for gift in outcome.gifts
    )


def promotions(outcome: Outcome, loaded: Loaded) -> tuple[QuotedPromotion, ...]:
    """The promotions that are in a quote."""
    labels = {rule.id: rule.label or rule.name for rule in loaded.rules}
    return tuple(
        QuotedPromotion(
            promotion=one.rule,
            label=labels[one.rule],
            amount=one.amount,
            code=one.code,
            redeemed=one.rule in loaded.counted,
        )
        for one in outcome.explanations
        if one.applied
    )


def coupons(codes: Iterable[str], outcome: Outcome, loaded: Loaded) -> tuple[QuotedCoupon, ...]:
    """What became of each code."""
    told = {one.rule: one for one in outcome.explanations}
    found = []
    for code in codes:
        problem = loaded.problems.get(code, "")
        mine = told.get(loaded.owners[code]) if code in loaded.owners else None
        applied = mine is not None and mine.applied and mine.code.casefold() == code.strip().casefold()
        reason = "" if applied else SAID.get(problem, mine.why if mine and not mine.applied else "")
        found.append(QuotedCoupon(code=code, applied=applied, problem=problem, reason=reason))
    return tuple(found)

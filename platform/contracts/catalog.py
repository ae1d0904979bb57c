"""Events and query protocols of catalog: channels, views, products, prices."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from chassis.messages import event
from contracts.shared import Choice, Component


@event("catalog.channel_changed", aggregate="channel")
@dataclass(frozen=True, kw_only=True)
class ChannelChanged:
    """A channel as it is now. Copies of it are kept wherever channels matter."""

    code: str
    name: str
    currency: str
    time_zone: str
    countries: tuple[str, ...]
    prices_include_tax: bool
    active: bool = True


@event("catalog.view_changed", aggregate="view")
@dataclass(frozen=True, kw_only=True)
class ViewChanged:
    """A view (code unique over all channels) as it is now. `base_url` is its storefront's, with a slash at the end."""

    code: str
    name: str
    channel: str
    locale: str
    active: bool = True
    base_url: str = ""


@event("catalog.product_changed", aggregate="product")
@dataclass(frozen=True, kw_only=True)
class ProductChanged:
    """A sellable product (simple, virtual or variant) as others need it; `weight` in kilograms, None if unknown."""

    product: UUID
    sku: str
    name: str
    type: str
    requires_shipping: bool
    published: bool
    parent: UUID | None = None
    weight: Decimal | None = None


@event("catalog.review_submitted", aggregate="review")
@dataclass(frozen=True, kw_only=True)
class ReviewSubmitted:
    """A customer wrote a review; staff have yet to see it."""

    review: UUID
    product: UUID
    channel: str
    rating: int


@event("catalog.review_decided", aggregate="review")
@dataclass(frozen=True, kw_only=True)
class ReviewDecided:
    """Staff show a review, or do not."""

    review: UUID
    product: UUID
    channel: str
    customer: UUID | None
    approved: bool


@event("catalog.pages_changed", aggregate="pages")
@dataclass(frozen=True, kw_only=True)
class PagesChanged:
    """Answers that were made of these (their `Surrogate-Key`) are no longer what they were, search included."""

    keys: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SearchCount:
    """How often something was searched for; how often nothing was found, or only similar words."""

    query: str
    searches: int
    without_result: int
    corrected: int


@event("catalog.searches_made", aggregate="view")
@dataclass(frozen=True, kw_only=True)
class SearchesMade:
    """Searches in a view, counted by one process until a moment since it last told. Caches answer others unheard.

    A query is folded, at most 60 characters long, and none that may name a person.
    """

    view: str
    channel: str
    until: datetime
    counts: tuple[SearchCount, ...]


@event("catalog.promotion_changed", aggregate="promotion")
@dataclass(frozen=True, kw_only=True)
class PromotionChanged:
    """A promotion as it is now. `kind`: cart or catalog; `state`: draft, active, paused or ended."""

    rule: UUID
    kind: str
    name: str
    state: str
    channels: tuple[str, ...]
    starts_at: datetime | None
    ends_at: datetime | None


@event("catalog.redemption_reserved", aggregate="redemption")
@dataclass(frozen=True, kw_only=True)
class RedemptionReserved:
    """All promotions of a checkout are counted."""

    saga: UUID


@event("catalog.redemption_refused", aggregate="redemption")
@dataclass(frozen=True, kw_only=True)
class RedemptionRefused:
    """Nothing is counted. `reason` is a code: promotion_used_up, coupon_used_up, customer_limit or promotion_ended.

    `promotion` is the rule, `coupon` its code if it has one.
    """

    saga: UUID
    reason: str
    promotion: UUID
    coupon: str = ""


@event("catalog.redemption_confirmed", aggregate="redemption")
@dataclass(frozen=True, kw_only=True)
class RedemptionConfirmed:
    """What was counted belongs to the order."""

    saga: UUID
    order: UUID


@event("catalog.redemption_released", aggregate="redemption")
@dataclass(frozen=True, kw_only=True)
class RedemptionReleased:
    """What was counted may be used again."""

    saga: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class QuoteRequestLine:
    """What is to be priced: `key` comes back in the answer. `choices` answer the product's options.

    `delivery` is the key of the further delivery that it goes with; empty: it goes where the cart goes. A part of a
    line of the cart says which in `whole`: promotions count it once.
    """

    key: str
    sku: str
    quantity: Decimal
    choices: tuple[Choice, ...] = ()
    delivery: str = ""
    whole: str = ""


@dataclass(frozen=True, kw_only=True)
class QuoteDelivery:
    """A further place that a part of a cart goes to, and its `shipping` as the channel enters it."""

    key: str
    country: str
    region: str = ""
    postcode: str = ""
    shipping: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class QuotedDelivery:
    """What of a quote's shipping is one delivery's, tax included; `key` is empty for where the cart goes."""

    key: str
    shipping: Decimal
    tax: Decimal


@dataclass(frozen=True, kw_only=True)
class Adjustment:
    """What a promotion takes off a line or off shipping, and the coupon that it came by, if any."""

    promotion: UUID
    label: str
    amount: Decimal
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class QuotedPromotion:
    """A promotion that is in a quote, for so much in all. What is `redeemed` must be counted before it is an order."""

    promotion: UUID
    label: str
    amount: Decimal
    code: str = ""
    redeemed: bool = False


@dataclass(frozen=True, kw_only=True)
class QuotedCoupon:
    """What became of a code that was entered.

    `problem` is a code where it can never apply as things are: unknown_coupon, coupon_ended, coupon_used_up,
    customer_limit or promotion_used_up. Without one, and not `applied`, `reason` says what the cart lacks.
    """

    code: str
    applied: bool
    problem: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Buyer:
    """What promotions may depend on beside goods and place. Empty is: not known, or not chosen yet.

    `shopper` is the same for the same customer or guest's e-mail address, and tells neither.
    """

    customer: UUID | None = None
    shopper: str = ""
    codes: tuple[str, ...] = ()
    city: str = ""
    shipping_method: str = ""
    payment_method: str = ""


NOBODY = Buyer()


@dataclass(frozen=True, kw_only=True)
class QuotedTax:
    """One tax, or those of one priority together. `percent` of the price without tax is zero where lines differ."""

    code: str
    amount: Decimal
    percent: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class QuotedLine:
    """A priced line. `unit_price` and `total` include tax; `tax` is the share of `total` that is tax.

    `net_unit_price` and `net_total` are without tax and before `discount`, which is on the whole line.
    `lowest_30_days`: of a reduced price, the lowest of the 30 days before it, if any is on record; `compare_at`: what
    others ask. Both include tax. `price_list`: the code of the list that the price is from. `explanation` says where
    each figure came from. `problem` is a code (unknown_sku, not_for_sale, quantity_invalid, no_price, choice_missing,
    choice_unknown, choice_invalid) and the amounts are zero where it is set; `problem_option` names the option that it
    is about. `options` never holds a text that a shopper wrote. `components` is what one of the line consists of, empty
    where that is the SKU itself; `kind` is the product's.
    """

    key: str
    sku: str
    product: UUID | None
    name: str
    options: str
    image: str
    requires_shipping: bool
    quantity: Decimal
    unit_price: Decimal
    regular_unit_price: Decimal
    total: Decimal
    tax: Decimal
    tax_rate: Decimal
    explanation: tuple[str, ...]
    problem: str = ""
    net_unit_price: Decimal = Decimal(0)
    net_total: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    taxes: tuple[QuotedTax, ...] = ()
    lowest_30_days: Decimal | None = None
    compare_at: Decimal | None = None
    price_list: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    gift: bool = False
    kind: str = ""
    components: tuple[Component, ...] = ()
    problem_option: str = ""
    delivery: str = ""


@dataclass(frozen=True, kw_only=True)
class Quote:
    """Prices of a whole cart, valid until `expires_at`. Commerce stores it and never computes it again.

    `version` is that of the calculation. `shows_tax`: the channel shows prices with tax. `tax_exempt`: no tax is due;
    `tax_note` says why, or why a VAT number does not help. `deliveries` are empty where all goes to one place; else
    the first is that of the cart.
    """

    id: UUID
    channel: str
    currency: str
    lines: tuple[QuotedLine, ...]
    subtotal: Decimal
    shipping: Decimal
    tax: Decimal
    total: Decimal
    expires_at: datetime
    version: int = 1
    taxes: tuple[QuotedTax, ...] = ()
    shipping_tax: Decimal = Decimal(0)
    shipping_explanation: tuple[str, ...] = ()
    shows_tax: bool = True
    tax_exempt: bool = False
    tax_note: str = ""
    shipping_adjustments: tuple[Adjustment, ...] = ()
    promotions: tuple[QuotedPromotion, ...] = ()
    coupons: tuple[QuotedCoupon, ...] = ()
    deliveries: tuple[QuotedDelivery, ...] = ()


class Pricing(Protocol):
    """Prices goods and shipping of a cart in a fixed number of queries."""

    def quote(
        self,
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
    ) -> Quote: ...


@dataclass(frozen=True, kw_only=True)
class ChannelFacts:
    code: str
    name: str
    currency: str
    time_zone: str
    countries: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ViewFacts:
    code: str
    locale: str
    channel: ChannelFacts

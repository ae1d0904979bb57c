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
    """A view (code unique over all channels) as it is now."""

    code: str
    name: str
    channel: str
    locale: str
    active: bool = True


@event("catalog.product_changed", aggregate="product")
@dataclass(frozen=True, kw_only=True)
class ProductChanged:
    """A sellable product (simple, virtual or variant) as others need it."""

    product: UUID
    sku: str
    name: str
    type: str
    requires_shipping: bool
    published: bool
    parent: UUID | None = None


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


@dataclass(frozen=True, kw_only=True)
class QuoteRequestLine:
    """What is to be priced: `key` comes back in the answer. `choices` answer the product's options."""

    key: str
    sku: str
    quantity: Decimal
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, kw_only=True)
class QuotedLine:
    """A priced line. `unit_price` and `total` include tax; `tax` is the share of `total` that is tax.

    `explanation` says where each figure came from. `problem` is a code (unknown_sku, not_for_sale, no_price,
    choice_missing, choice_unknown, choice_invalid) and the amounts are zero where it is set; `problem_option` names
    the option that it is about. `options` never holds a text that a shopper wrote. `components` is what one of the
    line consists of, empty where that is the SKU itself; `kind` is the product's.
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
    kind: str = ""
    components: tuple[Component, ...] = ()
    problem_option: str = ""


@dataclass(frozen=True, kw_only=True)
class Quote:
    """Prices of a whole cart, valid until `expires_at`. Commerce stores it and never computes it again."""

    id: UUID
    channel: str
    currency: str
    lines: tuple[QuotedLine, ...]
    subtotal: Decimal
    shipping: Decimal
    tax: Decimal
    total: Decimal
    expires_at: datetime


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

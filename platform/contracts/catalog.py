"""Events and query protocols of catalog: channels, views, products, prices."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from chassis.messages import event


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


@event("catalog.pages_changed", aggregate="pages")
@dataclass(frozen=True, kw_only=True)
class PagesChanged:
    """Answers that were made of these (their `Surrogate-Key`) are no longer what they were, search included."""

    keys: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class QuoteRequestLine:
    """What is to be priced: `key` comes back in the answer."""

    key: str
    sku: str
    quantity: Decimal


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
    each figure came from. `problem` is a code (unknown_sku, not_for_sale, no_price) and the amounts are zero where it
    is set.
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


@dataclass(frozen=True, kw_only=True)
class Quote:
    """Prices of a whole cart, valid until `expires_at`. Commerce stores it and never computes it again.

    `version` is that of the calculation. `shows_tax`: the channel shows prices with tax. `tax_exempt`: no tax is due;
    `tax_note` says why, or why a VAT number does not help.
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

"""What a rule may look at: a cart and its lines, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

ZERO = Decimal(0)
AttributeValue = str | bool | Decimal | frozenset[str]


@dataclass(frozen=True, kw_only=True)
class LineFacts:
    """A line before promotions. Prices are as the channel enters them; `categories` holds all ancestors too,
    `own_categories` only those that the product was put into itself.

    `attributes` are the product's own values over those of its parent, which are there by themselves too; a
    multi-select is a set of option codes.
    """

    key: str
    sku: str
    quantity: Decimal = Decimal(1)
    unit_price: Decimal = ZERO
    regular_unit_price: Decimal = ZERO
    parent_sku: str = ""
    kind: str = "simple"
    tax_class: str = "standard"
    weight: Decimal = ZERO
    categories: frozenset[str] = frozenset()
    own_categories: frozenset[str] = frozenset()
    attributes: Mapping[str, AttributeValue] = field(default_factory=lambda: MappingProxyType({}))
    own_attributes: Mapping[str, AttributeValue] = field(default_factory=lambda: MappingProxyType({}))
    parent_attributes: Mapping[str, AttributeValue] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def family(self) -> tuple["LineFacts", ...]:
        """The line as its variant by itself, which is in no category, and as the product that it is a variant of."""
        if not self.parent_sku:
            return (self,)
        nowhere: frozenset[str] = frozenset()
        alone = replace(self, attributes=self.own_attributes, categories=nowhere, own_categories=nowhere)
        return alone, replace(self, sku=self.parent_sku, attributes=self.parent_attributes)

    @property
    def total(self) -> Decimal:
        """Unit price times quantity, not rounded."""
        return self.unit_price * self.quantity


@dataclass(frozen=True, kw_only=True)
class CartFacts:
    """A cart at a moment. `at` is in the channel's time zone; `codes` are the coupon codes entered, in capitals.

    Of a delivery or payment that is not chosen yet the text is empty. `gifts` are the prices of what could be given.
    """

    channel: str
    currency: str
    at: datetime
    lines: tuple[LineFacts, ...]
    codes: frozenset[str] = frozenset()
    customer: UUID | None = None
    customer_group: str = ""
    country: str = ""
    region: str = ""
    postcode: str = ""
    city: str = ""
    shipping_method: str = ""
    payment_method: str = ""
    shipping: Decimal = ZERO
    gifts: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def subtotal(self) -> Decimal:
        return sum((line.total for line in self.lines), ZERO)

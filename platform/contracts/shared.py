"""Shapes that several domains' events share. Amounts are decimal strings on the wire, never floats."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from chassis.messages import Personal


@dataclass(frozen=True, kw_only=True)
class Amount:
    """Money: an amount at its currency's exponent and an ISO 4217 code."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What was chosen for an option of a product, by codes; of an option that asks for a text, `value` is the text.

    `quantity`: how many of a bundle's choice are in one bundle, where the shopper may say so.
    """

    option: str
    value: Personal
    quantity: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Component:
    """What one of a line consists of: so much of a SKU. Stock, parcels and returns count components."""

    sku: str
    product: UUID
    name: str
    quantity: Decimal
    requires_shipping: bool = True


@dataclass(frozen=True, kw_only=True)
class PostalAddress:
    """A delivery or billing address as copied onto an order."""

    name: Personal
    street: Personal
    city: Personal
    postcode: Personal
    country: str
    region: Personal = ""
    company: Personal = ""
    phone: Personal = ""

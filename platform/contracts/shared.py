"""Shapes that several domains' events share. Amounts are decimal strings on the wire, never floats."""

from dataclasses import dataclass
from decimal import Decimal

from chassis.messages import Personal


@dataclass(frozen=True, kw_only=True)
class Amount:
    """Money: an amount at its currency's exponent and an ISO 4217 code."""

    amount: Decimal
    currency: str


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

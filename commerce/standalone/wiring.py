"""Whom this service asks (by <DOMAIN>_URL), and what it answers itself."""

from collections.abc import Mapping
from typing import Any

from contracts.catalog import Pricing
from contracts.logistics import Availability, ShippingRates
from contracts.postpurchase import Tenders

NEEDS: dict[type, str] = {
    Pricing: "catalog",
    Availability: "logistics",
    ShippingRates: "logistics",
    Tenders: "postpurchase",
}


def serves() -> Mapping[type, Any]:
    """Providers by Protocol."""
    return {}

"""Whom this service asks (by <DOMAIN>_URL), and what it answers itself."""

from collections.abc import Mapping
from typing import Any

from contracts.catalog import Pricing
from contracts.logistics import Availability, ShippingRates

NEEDS: dict[type, str] = {Pricing: "catalog", Availability: "logistics", ShippingRates: "logistics"}


def serves() -> Mapping[type, Any]:
    """Providers by Protocol."""
    return {}

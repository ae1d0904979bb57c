"""Whom this service asks (by <DOMAIN>_URL), and what it answers itself."""

from collections.abc import Mapping
from typing import Any

from contracts import dialect, logistics

NEEDS: dict[type, str] = {}


def serves() -> Mapping[type, Any]:
    """Providers by Protocol."""
    from logistics.provides import AvailabilityProvider, ShippingRatesProvider, StockDialectProvider

    return {
        logistics.Availability: AvailabilityProvider(),
        logistics.ShippingRates: ShippingRatesProvider(),
        dialect.StockDialect: StockDialectProvider(),
    }

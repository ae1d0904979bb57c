"""Whom this service asks (by <DOMAIN>_URL), and what it answers itself."""

from collections.abc import Mapping
from typing import Any

from catalog.provides import CatalogDialectProvider
from catalog.provides import Pricing as PricingProvider
from contracts.catalog import Pricing
from contracts.dialect import CatalogDialect

NEEDS: dict[type, str] = {}


def serves() -> Mapping[type, Any]:
    """Providers by Protocol."""
    return {Pricing: PricingProvider(), CatalogDialect: CatalogDialectProvider()}

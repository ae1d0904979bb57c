"""Binds every typed client to its provider in this process. A standalone service binds HTTP proxies instead."""

from chassis import clients
from contracts import catalog, dialect, logistics, postpurchase


def bind_all() -> None:
    """Bind the monolith's clients; called once the apps are ready."""
    from catalog.provides import CatalogDialectProvider, Pricing
    from logistics.provides import AvailabilityProvider, ShippingRatesProvider, StockDialectProvider
    from postpurchase.provides import TendersProvider

    clients.bind(catalog.Pricing, Pricing(), alias="catalog")
    clients.bind(logistics.Availability, AvailabilityProvider(), alias="logistics")
    clients.bind(logistics.ShippingRates, ShippingRatesProvider(), alias="logistics")
    clients.bind(dialect.CatalogDialect, CatalogDialectProvider(), alias="catalog")
    clients.bind(dialect.StockDialect, StockDialectProvider(), alias="logistics")
    clients.bind(postpurchase.Tenders, TendersProvider(), alias="postpurchase")

"""Which events this domain takes, and who handles them."""

from catalog.catalog.availability import keep_availability
from catalog.catalog.downloads.commands import grant_downloads, revoke_downloads
from catalog.legacy.making import keep_rows
from chassis.subscriptions import each, projection, reaction
from contracts.commerce import OrderCancelled, OrderPaid
from contracts.logistics import AvailabilityChanged
from contracts.magento import AttributeRowChanged, CatalogRowChanged, ProductRowChanged, ScopeRowChanged

SUBSCRIPTIONS = (
    projection(AvailabilityChanged, keep_availability),
    reaction(OrderPaid, each(grant_downloads)),
    reaction(OrderCancelled, each(revoke_downloads)),
    projection(ScopeRowChanged, keep_rows),
    projection(AttributeRowChanged, keep_rows),
    projection(ProductRowChanged, keep_rows),
    projection(CatalogRowChanged, keep_rows),
)

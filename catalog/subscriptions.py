"""Which events this domain takes, and who handles them."""

from catalog.catalog.availability import keep_availability
from catalog.legacy.making import keep_rows
from chassis.access.groups import keep_channel_groups
from chassis.subscriptions import projection
from contracts.identity import ChannelGroupChanged
from contracts.logistics import AvailabilityChanged
from contracts.magento import AttributeRowChanged, CatalogRowChanged, ProductRowChanged, ScopeRowChanged

SUBSCRIPTIONS = (
    projection(ChannelGroupChanged, keep_channel_groups("catalog")),
    projection(AvailabilityChanged, keep_availability),
    projection(ScopeRowChanged, keep_rows),
    projection(AttributeRowChanged, keep_rows),
    projection(ProductRowChanged, keep_rows),
    projection(CatalogRowChanged, keep_rows),
)

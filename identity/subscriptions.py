"""Which events this domain takes, and who handles them."""

from chassis.subscriptions import projection
from contracts.catalog import ChannelChanged, ViewChanged
from contracts.magento import AttributeRowChanged, CustomerRowChanged, ScopeRowChanged
from identity.customer.projection import copy_channels, copy_views
from identity.legacy.rows import keep_rows

SUBSCRIPTIONS = (
    projection(ChannelChanged, copy_channels),
    projection(ViewChanged, copy_views),
    projection(ScopeRowChanged, keep_rows),
    projection(AttributeRowChanged, keep_rows),
    projection(CustomerRowChanged, keep_rows),
)

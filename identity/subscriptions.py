"""Which events this domain takes, and who handles them."""

from chassis.subscriptions import projection
from contracts.catalog import ChannelChanged, ViewChanged
from identity.customer.projection import copy_channels, copy_views

SUBSCRIPTIONS = (
    projection(ChannelChanged, copy_channels),
    projection(ViewChanged, copy_views),
)

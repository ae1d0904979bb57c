"""Which events this domain takes, and who handles them."""

from catalog.catalog.availability import keep_availability
from chassis.subscriptions import projection
from contracts.logistics import AvailabilityChanged

SUBSCRIPTIONS = (projection(AvailabilityChanged, keep_availability),)

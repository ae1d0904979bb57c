"""Which events this domain takes, and who handles them."""

from catalog.catalog.availability import keep_availability
from catalog.catalog.downloads.commands import grant_downloads, revoke_downloads
from catalog.legacy.making import keep_rows
from catalog.promotion.reactions import redemption_events
from chassis.access.groups import keep_channel_groups
from chassis.access.revocation import keep_revocations
from chassis.subscriptions import each, projection, reaction
from contracts.commerce import (
    AdditionPaid,
    OrderCancelled,
    OrderPaid,
    OrderRefunded,
    RedemptionConfirmationRequested,
    RedemptionReleaseRequested,
    RedemptionRequested,
)
from contracts.identity import ChannelGroupChanged, SessionsRevoked
from contracts.logistics import AvailabilityChanged
from contracts.magento import AttributeRowChanged, CatalogRowChanged, ProductRowChanged, RuleRowChanged, ScopeRowChanged

SUBSCRIPTIONS = (
    projection(ChannelGroupChanged, keep_channel_groups("catalog")),
    projection(SessionsRevoked, keep_revocations("catalog")),
    projection(AvailabilityChanged, keep_availability),
    reaction(RedemptionRequested, redemption_events),
    reaction(RedemptionReleaseRequested, redemption_events),
    reaction(RedemptionConfirmationRequested, redemption_events),
    reaction(OrderCancelled, redemption_events),
    reaction(OrderPaid, each(grant_downloads)),
    reaction(AdditionPaid, each(grant_downloads)),
    reaction(OrderCancelled, each(revoke_downloads)),
    reaction(OrderRefunded, each(revoke_downloads)),
    projection(ScopeRowChanged, keep_rows),
    projection(AttributeRowChanged, keep_rows),
    projection(ProductRowChanged, keep_rows),
    projection(CatalogRowChanged, keep_rows),
    projection(RuleRowChanged, keep_rows),
)

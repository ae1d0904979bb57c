"""Which events this domain takes, and who handles them."""

from chassis.access.groups import keep_channel_groups
from chassis.access.revocation import keep_revocations
from chassis.subscriptions import each, projection, reaction
from contracts.catalog import ViewChanged
from contracts.commerce import (
    AdditionPaid,
    GoodsAdded,
    OrderCancelled,
    OrderLinesCancelled,
    OrderPaid,
    OrderPlaced,
    OrderRefunded,
    RefundFailed,
    TenderConfirmationRequested,
    TenderRefundRequested,
    TenderReleaseRequested,
    TenderRequested,
)
from contracts.identity import ChannelGroupChanged, SessionsRevoked
from postpurchase.reactions import value_events
from postpurchase.returns.projection import copy_added_lines, copy_order, copy_views, note_cancellation
from postpurchase.returns.reactions import lines_cancelled, refund_failed, refunded

SUBSCRIPTIONS = (
    projection(ViewChanged, copy_views),
    projection(ChannelGroupChanged, keep_channel_groups("postpurchase")),
    projection(SessionsRevoked, keep_revocations("postpurchase")),
    projection(OrderPlaced, each(copy_order)),
    projection(OrderCancelled, each(note_cancellation)),
    reaction(GoodsAdded, each(copy_added_lines), personal=False),
    reaction(OrderLinesCancelled, each(lines_cancelled)),
    reaction(OrderPaid, value_events, personal=False),
    reaction(AdditionPaid, value_events, personal=False),
    reaction(OrderRefunded, value_events),
    reaction(OrderRefunded, each(refunded)),
    reaction(RefundFailed, each(refund_failed)),
    reaction(TenderRequested, value_events),
    reaction(TenderReleaseRequested, value_events),
    reaction(TenderConfirmationRequested, value_events),
    reaction(TenderRefundRequested, value_events),
)

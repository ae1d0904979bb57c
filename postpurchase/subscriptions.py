"""Which events this domain takes, and who handles them."""

from chassis.access.groups import keep_channel_groups
from chassis.access.revocation import keep_revocations
from chassis.subscriptions import each, projection, reaction
from contracts.catalog import ViewChanged
from contracts.commerce import (
    AdditionPaid,
    GoodsAdded,
    OrderCancelled,
    OrderCarried,
    OrderLinesCancelled,
    OrderPaid,
    OrderPlaced,
    OrderRefunded,
    PaymentDisputed,
    RefundFailed,
    TenderConfirmationRequested,
    TenderRefundRequested,
    TenderReleaseRequested,
    TenderRequested,
)
from contracts.identity import ChannelGroupChanged, SessionsRevoked
from postpurchase.reactions import value_events
from postpurchase.returns.projection import (
    copy_added_lines,
    copy_carried_orders,
    copy_order,
    copy_views,
    note_cancellation,
)
from postpurchase.returns.reactions import lines_cancelled, refund_failed, refunded
from postpurchase.selling.reactions import block_disputed, issue_sold_cards, take_back_cancelled

SUBSCRIPTIONS = (
    projection(ViewChanged, copy_views),
    projection(ChannelGroupChanged, keep_channel_groups("postpurchase")),
    projection(SessionsRevoked, keep_revocations("postpurchase")),
    projection(OrderPlaced, each(copy_order)),
    projection(OrderCarried, copy_carried_orders),
    projection(OrderCancelled, each(note_cancellation)),
    reaction(GoodsAdded, each(copy_added_lines), personal=False),
    reaction(OrderLinesCancelled, each(lines_cancelled)),
    reaction(OrderPaid, value_events, personal=False),
    reaction(AdditionPaid, value_events, personal=False),
    reaction(OrderPaid, each(issue_sold_cards)),
    reaction(AdditionPaid, each(issue_sold_cards)),
    reaction(OrderCancelled, each(take_back_cancelled)),
    reaction(PaymentDisputed, each(block_disputed)),
    reaction(OrderRefunded, value_events),
    reaction(OrderRefunded, each(refunded)),
    reaction(RefundFailed, each(refund_failed)),
    reaction(TenderRequested, value_events),
    reaction(TenderReleaseRequested, value_events),
    reaction(TenderConfirmationRequested, value_events),
    reaction(TenderRefundRequested, value_events),
)

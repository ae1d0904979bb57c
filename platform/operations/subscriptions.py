"""Which events this domain takes, and who handles them."""

from chassis.subscriptions import projection, reaction
from contracts import catalog, commerce, identity, logistics, postpurchase
from operations.analytics import projection as analytics
from operations.analytics import searches
from operations.gateway import purging
from operations.notification import projection as contacts
from operations.notification import reactions as notification

SUBSCRIPTIONS = (
    projection(commerce.OrderPlaced, contacts.copy_order_contacts),
    projection(commerce.OrderCarried, contacts.copy_carried_contacts),
    reaction(commerce.OrderPlaced, notification.confirm_order),
    reaction(commerce.GoodsAdded, contacts.add_names, personal=False),
    reaction(commerce.AdditionOffered, notification.ask_for_payment),
    reaction(commerce.DraftOffered, notification.offer_draft),
    reaction(commerce.GoodsAdded, notification.confirm_addition, personal=False),
    reaction(logistics.ShipmentSent, notification.announce_shipment),
    reaction(commerce.OrderCancelled, notification.confirm_cancellation),
    reaction(commerce.OrderRefunded, notification.confirm_refund),
    reaction(postpurchase.ReturnApproved, notification.approve_return),
    reaction(postpurchase.ReturnDeclined, notification.decline_return),
    reaction(postpurchase.GiftCardIssued, notification.hand_over_gift_card),
    reaction(identity.CustomerRegistered, notification.welcome_customer),
    reaction(catalog.PagesChanged, purging.pages_changed),
    reaction(catalog.ViewChanged, purging.views_changed),
    projection(catalog.ChannelChanged, analytics.copy_channels),
    reaction(catalog.SearchesMade, searches.count_searches),
    reaction(commerce.OrderPlaced, analytics.add_facts, personal=False),
    reaction(commerce.OrderPaid, analytics.add_facts, personal=False),
    reaction(commerce.GoodsAdded, analytics.add_facts, personal=False),
    reaction(commerce.AdditionPaid, analytics.add_facts, personal=False),
    reaction(commerce.OrderCancelled, analytics.add_facts),
    reaction(commerce.OrderRefunded, analytics.add_facts),
)

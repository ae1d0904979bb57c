"""Which events commerce takes, and who handles them."""

from chassis.access.groups import keep_channel_groups
from chassis.access.revocation import keep_revocations
from chassis.subscriptions import each, projection, reaction
from commerce.cancellation import reactions as cancellation
from commerce.checkout import projection as copies
from commerce.checkout import reactions as checkout
from commerce.delivery import reactions as delivery
from commerce.history import reactions as history
from commerce.legacy.rows import keep_rows
from commerce.order import reactions as order
from commerce.payment import tenders as payment
from contracts import catalog, identity, logistics, magento, postpurchase

SUBSCRIPTIONS = (
    projection(catalog.ChannelChanged, copies.copy_channels),
    projection(catalog.ViewChanged, copies.copy_views),
    projection(identity.ChannelGroupChanged, keep_channel_groups("commerce")),
    projection(identity.SessionsRevoked, keep_revocations("commerce")),
    projection(magento.ScopeRowChanged, keep_rows),
    projection(magento.OrderRowChanged, keep_rows),
    reaction(catalog.RedemptionReserved, each(checkout.redemption_reserved)),
    reaction(catalog.RedemptionRefused, each(checkout.redemption_refused)),
    reaction(logistics.StockReserved, each(checkout.stock_reserved)),
    reaction(logistics.StockReservationFailed, each(checkout.stock_reservation_failed)),
    reaction(logistics.StockConfirmed, each(checkout.stock_confirmed)),
    reaction(logistics.StockConfirmed, each(order.stock_lost)),
    reaction(logistics.CancellationConfirmed, each(cancellation.cancellation_confirmed)),
    reaction(logistics.CancellationRefused, each(cancellation.cancellation_refused)),
    reaction(logistics.DeliveryChanged, each(delivery.delivery_changed)),
    reaction(logistics.DeliveryChangeRefused, each(delivery.delivery_change_refused)),
    reaction(logistics.ShipmentSent, each(order.shipment_sent)),
    reaction(postpurchase.RefundRequested, each(history.refund_requested)),
    reaction(postpurchase.GiftCardIssued, each(order.gift_card_issued), personal=False),
    reaction(postpurchase.GiftCardsWithdrawn, each(order.gift_cards_withdrawn)),
    reaction(postpurchase.TenderReserved, each(checkout.tender_reserved)),
    reaction(postpurchase.TenderRefused, each(checkout.tender_refused)),
    reaction(postpurchase.TenderConfirmed, each(checkout.tender_confirmed)),
    reaction(postpurchase.TenderConfirmed, each(payment.tender_confirmed)),
    reaction(postpurchase.TenderRefunded, each(payment.tender_refunded)),
)

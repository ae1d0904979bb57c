"""Which events this domain takes, and who handles them."""

from chassis.subscriptions import each, projection, reaction
from contracts.catalog import ChannelChanged, ProductChanged, ViewChanged
from contracts.commerce import (
    CancellationRequested,
    DeliveryChangeRequested,
    OrderCancelled,
    OrderHeld,
    OrderPlaced,
    OrderReleased,
    StockConfirmationRequested,
    StockReleaseRequested,
    StockRequested,
)
from contracts.magento import ProductRowChanged, ScopeRowChanged, StockRowChanged
from contracts.postpurchase import ReturnReceived
from logistics.fulfillment.projection import copy_holds
from logistics.fulfillment.reactions import restock
from logistics.fulfillment.redirecting import delivery_change_requested
from logistics.legacy.rows import keep_rows
from logistics.reactions import stock_events
from logistics.shipping.projection import copy_articles
from logistics.warehouse.projection import copy_channels, copy_views

SUBSCRIPTIONS = (
    reaction(StockRequested, stock_events),
    reaction(StockReleaseRequested, stock_events),
    reaction(StockConfirmationRequested, stock_events),
    reaction(OrderPlaced, stock_events),
    reaction(OrderCancelled, stock_events),
    reaction(CancellationRequested, stock_events),
    reaction(DeliveryChangeRequested, each(delivery_change_requested)),
    reaction(ReturnReceived, restock),
    projection(OrderHeld, copy_holds),
    projection(OrderReleased, copy_holds),
    projection(ChannelChanged, copy_channels),
    projection(ViewChanged, copy_views),
    projection(ProductChanged, copy_articles),
    projection(ScopeRowChanged, keep_rows),
    projection(ProductRowChanged, keep_rows),
    projection(StockRowChanged, keep_rows),
)

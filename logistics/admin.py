"""Index of this domain's admin pages, in the order of the menu."""

from chassis.admin import register_messaging, site
from logistics.counting.admin import StockTakeAdmin
from logistics.counting.models import StockTake
from logistics.fulfillment.admin import FulfilmentAdmin
from logistics.fulfillment.models import FulfilmentOrder, Shipment
from logistics.fulfillment.parcels.admin import ShipmentAdmin
from logistics.reservation.admin import ReservationAdmin
from logistics.reservation.models import Reservation
from logistics.shipping.admin import MethodAdmin, ZoneAdmin
from logistics.shipping.models import ClosedDay, ShippingMethod, ShippingRule, ShippingZone
from logistics.shipping.rule_admin import ClosedDayAdmin, RuleAdmin
from logistics.sourcing.admin import ParcelCostAdmin, PlaceAdmin, SourcingAdmin
from logistics.sourcing.models import ParcelCost, Place, SourcingPolicy
from logistics.transfers.admin import TransferAdmin
from logistics.transfers.models import Transfer
from logistics.transfers.stock_admin import AwaitedStockAdmin
from logistics.warehouse.models import Source, StockItem, StockMovement
from logistics.warehouse.movement_admin import MovementAdmin
from logistics.warehouse.source_admin import SourceAdmin

site.register(FulfilmentOrder, FulfilmentAdmin)
site.register(Shipment, ShipmentAdmin)
site.register(StockItem, AwaitedStockAdmin)
site.register(StockMovement, MovementAdmin)
site.register(Reservation, ReservationAdmin)
site.register(Transfer, TransferAdmin)
site.register(StockTake, StockTakeAdmin)
site.register(Source, SourceAdmin)
site.register(SourcingPolicy, SourcingAdmin)
site.register(ParcelCost, ParcelCostAdmin)
site.register(Place, PlaceAdmin)
site.register(ShippingMethod, MethodAdmin)
site.register(ShippingZone, ZoneAdmin)
site.register(ShippingRule, RuleAdmin)
site.register(ClosedDay, ClosedDayAdmin)
register_messaging("logistics")

"""Index of this domain's admin pages, in the order of the menu."""

from chassis.admin import register_messaging, site
from logistics.carriers.admin import ShipmentAdmin
from logistics.counting.admin import StockTakeAdmin
from logistics.counting.models import StockTake
from logistics.fulfillment.admin import FulfilmentAdmin
from logistics.fulfillment.models import FulfilmentOrder, Shipment
from logistics.shipping.admin import MethodAdmin, ZoneAdmin
from logistics.shipping.models import ClosedDay, ShippingMethod, ShippingRule, ShippingZone
from logistics.shipping.rule_admin import ClosedDayAdmin, RuleAdmin
from logistics.sourcing.admin import ParcelCostAdmin, PlaceAdmin, SourcingAdmin
from logistics.sourcing.models import ParcelCost, Place, SourcingPolicy
from logistics.transfers.admin import TransferAdmin
from logistics.transfers.models import Transfer
from logistics.warehouse.admin import MovementAdmin, SourceAdmin, StockAdmin
from logistics.warehouse.models import Reservation, Source, StockItem, StockMovement
from logistics.warehouse.reservation_admin import ReservationAdmin

site.register(FulfilmentOrder, FulfilmentAdmin)
site.register(Shipment, ShipmentAdmin)
site.register(StockItem, StockAdmin)
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

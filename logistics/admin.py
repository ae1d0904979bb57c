"""Index of this domain's admin pages, in the order of the menu."""

from chassis.admin import register_messaging, site
from logistics.fulfillment.admin import FulfilmentAdmin, ShipmentAdmin
from logistics.fulfillment.models import FulfilmentOrder, Shipment
from logistics.shipping.admin import MethodAdmin, ZoneAdmin
from logistics.shipping.models import ShippingMethod, ShippingZone
from logistics.warehouse.admin import MovementAdmin, SourceAdmin, StockAdmin
from logistics.warehouse.models import Reservation, Source, StockItem, StockMovement
from logistics.warehouse.reservation_admin import ReservationAdmin

site.register(FulfilmentOrder, FulfilmentAdmin)
site.register(Shipment, ShipmentAdmin)
site.register(StockItem, StockAdmin)
site.register(StockMovement, MovementAdmin)
site.register(Reservation, ReservationAdmin)
site.register(Source, SourceAdmin)
site.register(ShippingMethod, MethodAdmin)
site.register(ShippingZone, ZoneAdmin)
register_messaging("logistics")

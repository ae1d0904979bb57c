"""Index of this domain's admin pages."""

from chassis.admin import register_messaging
from logistics.fulfillment.admin import FulfilmentAdmin, ShipmentAdmin
from logistics.shipping.admin import MethodAdmin, ZoneAdmin
from logistics.warehouse.admin import MovementAdmin, ReservationAdmin, SourceAdmin, StockAdmin

__all__ = [
    "FulfilmentAdmin",
    "MethodAdmin",
    "MovementAdmin",
    "ReservationAdmin",
    "ShipmentAdmin",
    "SourceAdmin",
    "StockAdmin",
    "ZoneAdmin",
]

register_messaging("logistics")

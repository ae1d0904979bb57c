"""Events and query protocols of logistics: stock, reservations, shipments."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Protocol
from uuid import UUID

from chassis.messages import event


@event("logistics.stock_reserved", aggregate="reservation")
@dataclass(frozen=True, kw_only=True)
class StockReserved:
    """All lines of a checkout are reserved until `expires_at`."""

    saga: UUID
    expires_at: datetime


@event("logistics.stock_reservation_failed", aggregate="reservation")
@dataclass(frozen=True, kw_only=True)
class StockReservationFailed:
    """Nothing is reserved: these SKUs fall short."""

    saga: UUID
    missing: tuple[str, ...]


@event("logistics.stock_released", aggregate="reservation")
@dataclass(frozen=True, kw_only=True)
class StockReleased:
    """A reservation is void: by request, because it expired, or with the order that had it."""

    saga: UUID
    reason: str


@event("logistics.stock_confirmed", aggregate="reservation")
@dataclass(frozen=True, kw_only=True)
class StockConfirmed:
    """A reservation belongs to its order and does not expire; or it had expired: `confirmed` is false."""

    saga: UUID
    order: UUID
    confirmed: bool


@event("logistics.availability_changed", aggregate="stock")
@dataclass(frozen=True, kw_only=True)
class AvailabilityChanged:
    """What can be sold of a SKU in a channel now; `version` grows with each change of the pair."""

    channel: str
    sku: str
    available: Decimal
    in_stock: bool


@dataclass(frozen=True, kw_only=True)
class PickedLine:
    sku: str
    source: str
    quantity: Decimal


@event("logistics.goods_picked", aggregate="fulfilment")
@dataclass(frozen=True, kw_only=True)
class GoodsPicked:
    """Goods of an order were taken from the shelves; `complete` when nothing is left to pick."""

    order: UUID
    order_number: str
    channel: str
    lines: tuple[PickedLine, ...]
    complete: bool


@dataclass(frozen=True, kw_only=True)
class ShippedLine:
    sku: str
    quantity: Decimal


@event("logistics.shipment_sent", aggregate="shipment")
@dataclass(frozen=True, kw_only=True)
class ShipmentSent:
    """A parcel left the house; `complete` when nothing of the order is left to send."""

    shipment: UUID
    order: UUID
    order_number: str
    channel: str
    carrier: str
    tracking_number: str
    lines: tuple[ShippedLine, ...]
    complete: bool
    sent_at: datetime


@event("logistics.cancellation_confirmed", aggregate="fulfilment")
@dataclass(frozen=True, kw_only=True)
class CancellationConfirmed:
    """What a cancellation asked for will not be sent; its stock is back on the shelf."""

    cancellation: UUID
    order: UUID


@event("logistics.cancellation_refused", aggregate="fulfilment")
@dataclass(frozen=True, kw_only=True)
class CancellationRefused:
    """Nothing of a cancellation was done; `reason` is already_sent."""

    cancellation: UUID
    order: UUID
    reason: str


@event("logistics.delivery_changed", aggregate="fulfilment")
@dataclass(frozen=True, kw_only=True)
class DeliveryChanged:
    """An order's parcels will go where a change of its delivery has asked for."""

    change: UUID
    order: UUID


@event("logistics.delivery_change_refused", aggregate="fulfilment")
@dataclass(frozen=True, kw_only=True)
class DeliveryChangeRefused:
    """A change of delivery came too late; `reason` is the state of the fulfilment that stands against it."""

    change: UUID
    order: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class SkuAvailability:
    """What can be sold of a SKU; `available` is None when the SKU's stock is not managed."""

    sku: str
    available: Decimal | None
    in_stock: bool


@dataclass(frozen=True, kw_only=True)
class ShippingOption:
    """A way to deliver, with its price at the channel's currency exponent, tax included."""

    code: str
    name: str
    price: Decimal
    currency: str


class Availability(Protocol):
    """What can be sold now. Advisory: only a reservation decides. A SKU without an answer is unknown, not sold out."""

    _fallback: ClassVar[dict[str, tuple[SkuAvailability, ...]]] = {"of": ()}

    def of(self, *, channel: str, skus: tuple[str, ...]) -> tuple[SkuAvailability, ...]: ...


class ShippingRates(Protocol):
    """Delivery options for a country and goods total of a channel."""

    def options(self, *, channel: str, country: str, goods_total: Decimal) -> tuple[ShippingOption, ...]: ...

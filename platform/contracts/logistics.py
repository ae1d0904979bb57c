"""Events and query protocols of logistics: stock, reservations, shipments."""

from dataclasses import dataclass
from datetime import date, datetime
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
    """What can be sold of a SKU in a channel now; `version` grows with each change of the pair.

    `status` is in_stock while some lies there, else preorder (to be had from `available_from` on), backorder or
    out_of_stock; empty from who does not say. `in_stock` means that it can be bought.
    """

    channel: str
    sku: str
    available: Decimal
    in_stock: bool
    status: str = ""
    available_from: datetime | None = None


@event("logistics.stock_level_changed", aggregate="stock_item")
@dataclass(frozen=True, kw_only=True)
class StockLevelChanged:
    """A shelf crossed a threshold: from `before` to `level`, each ok, low or out. `left` is not promised to anybody."""

    item: UUID
    source: str
    sku: str
    level: str
    before: str
    left: Decimal


@dataclass(frozen=True, kw_only=True)
class MovedLine:
    """So much of a SKU."""

    sku: str
    quantity: Decimal


@event("logistics.stock_take_booked", aggregate="stock_take")
@dataclass(frozen=True, kw_only=True)
class StockTakeBooked:
    """A source was counted; `lines` are the differences that were booked, more or less than was thought."""

    stock_take: UUID
    number: str
    source: str
    lines: tuple[MovedLine, ...]


@event("logistics.transfer_sent", aggregate="transfer")
@dataclass(frozen=True, kw_only=True)
class TransferSent:
    """Goods are under way to `destination` and lie nowhere; from a supplier where `origin` is empty."""

    transfer: UUID
    number: str
    origin: str
    destination: str
    lines: tuple[MovedLine, ...]
    expected_at: datetime | None


@event("logistics.transfer_received", aggregate="transfer")
@dataclass(frozen=True, kw_only=True)
class TransferReceived:
    """Goods of a transfer came; `complete` when none of it is awaited any more, `lost` what of it will not come."""

    transfer: UUID
    number: str
    origin: str
    destination: str
    lines: tuple[MovedLine, ...]
    complete: bool
    lost: tuple[MovedLine, ...] = ()


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
    """A parcel left the house; `complete` when nothing of the order is left to send.

    `delivery` is the order's further delivery that it belongs to; without one it goes where the order goes.
    """

    shipment: UUID
    order: UUID
    order_number: str
    channel: str
    carrier: str
    tracking_number: str
    lines: tuple[ShippedLine, ...]
    complete: bool
    sent_at: datetime
    delivery: UUID | None = None


@event("logistics.cancellation_confirmed", aggregate="fulfilment")
@dataclass(frozen=True, kw_only=True)
class CancellationConfirmed:
    """What a cancellation asked for will not be sent; its stock is back on the shelf."""

    cancellation: UUID
    order: UUID


@event("logistics.cancellation_refused", aggregate="fulfilment")
@dataclass(frozen=True, kw_only=True)
class CancellationRefused:
    """Nothing of a cancellation was done; `reason` is already_sent, or stock_lost: only the whole can be cancelled."""

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


@event("logistics.shipment_packed", aggregate="shipment")
@dataclass(frozen=True, kw_only=True)
class ShipmentPacked:
    """What is in a parcel; it has not left yet."""

    shipment: UUID
    order: UUID
    order_number: str
    channel: str
    carrier: str
    lines: tuple[ShippedLine, ...]


@event("logistics.shipment_labelled", aggregate="shipment")
@dataclass(frozen=True, kw_only=True)
class ShipmentLabelled:
    """A carrier has booked a parcel and made its label."""

    shipment: UUID
    order: UUID
    order_number: str
    channel: str
    carrier: str
    tracking_number: str


@event("logistics.shipment_cancelled", aggregate="shipment")
@dataclass(frozen=True, kw_only=True)
class ShipmentCancelled:
    """A parcel was unpacked before it left: what was in it is picked and in no parcel, or its order is cancelled."""

    shipment: UUID
    order: UUID
    order_number: str
    channel: str
    lines: tuple[ShippedLine, ...]


@event("logistics.shipment_tracked", aggregate="shipment")
@dataclass(frozen=True, kw_only=True)
class ShipmentTracked:
    """A carrier says where a parcel is. `status`: accepted, in_transit, out_for_delivery, delivered, failed, returned.

    Events may be told in another order than they happened in: `at` says when.
    """

    shipment: UUID
    order: UUID
    order_number: str
    channel: str
    status: str
    place: str
    at: datetime


@event("logistics.shipment_arrived", aggregate="shipment")
@dataclass(frozen=True, kw_only=True)
class ShipmentArrived:
    """A parcel reached its end: delivered, or back where it came from."""

    shipment: UUID
    order: UUID
    order_number: str
    channel: str
    delivered: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class SkuAvailability:
    """What can be sold of a SKU; `available` is None where there is no limit. `in_stock` means that it can be bought.

    `status`: in_stock, preorder (to be had from `available_from` on), backorder or out_of_stock.
    """

    sku: str
    available: Decimal | None
    in_stock: bool
    status: str = "out_of_stock"
    available_from: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ParcelLine:
    """So much of a SKU that is to be sent; a bundle's components are lines of their own."""

    sku: str
    quantity: Decimal


@dataclass(frozen=True, kw_only=True)
class PickupPoint:
    """A place where shoppers collect what they ordered."""

    code: str
    name: str
    street: str
    city: str
    postcode: str
    country: str


@dataclass(frozen=True, kw_only=True)
class ShippingOption:
    """A way to deliver, with its price at the channel's currency exponent, tax included.

    `kind` is delivery or pickup, which is collected at `pickup_point`. It arrives, or is ready there, between
    `earliest` and `latest`, None where nothing is promised. `explanation` says where the price comes from.
    """

    code: str
    name: str
    price: Decimal
    currency: str
    kind: str = "delivery"
    earliest: date | None = None
    latest: date | None = None
    pickup_point: PickupPoint | None = None
    explanation: tuple[str, ...] = ()


class Availability(Protocol):
    """What can be sold now. Advisory: only a reservation decides. A SKU without an answer is unknown, not sold out."""

    _fallback: ClassVar[dict[str, tuple[SkuAvailability, ...]]] = {"of": ()}

    def of(self, *, channel: str, skus: tuple[str, ...]) -> tuple[SkuAvailability, ...]: ...


class ShippingRates(Protocol):
    """Delivery options for a destination, a goods total and what is to be sent."""

    def options(
        self,
        *,
        channel: str,
        country: str,
        goods_total: Decimal,
        postcode: str = "",
        lines: tuple[ParcelLine, ...] = (),
    ) -> tuple[ShippingOption, ...]: ...

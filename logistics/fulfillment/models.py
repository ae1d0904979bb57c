"""Tables of fulfilment: the order as logistics needs it, its picking list, its shipments."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models

from chassis.fields import EncryptedJSONField
from chassis.ids import new_id
from chassis.records import Recorded
from logistics.fulfillment import states
from logistics.fulfillment.parcels import states as parcels
from logistics.fulfillment.parcels.states import Parcel
from logistics.reservation.models import Allocation
from logistics.warehouse.models import Source, units


class FulfilmentOrder(Recorded):
    """What is to be sent for an order to one place; its id is the order's. `saga` leads to the reservation.

    What goes to a further place is a row of its own, `of_order`, whose id is that of the delivery.

    A cancellation that arrives before its order makes a row that is `cancelled` from the start.
    """

    id = models.UUIDField(primary_key=True)
    saga = models.UUIDField(null=True)
    of_order = models.UUIDField(null=True)
    number = models.TextField(blank=True)
    channel = models.TextField(blank=True)
    state = models.TextField(db_index=True)
    shipping_method = models.TextField(blank=True)
    delivery = EncryptedJSONField(null=True)
    lines = models.JSONField(default=list)
    version = models.IntegerField(default=1)
    placed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        app_label = "logistics"
        constraints = [
            models.UniqueConstraint(
                fields=["saga"], condition=models.Q(of_order=None), name="logistics_fulfilment_saga_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["of_order"], condition=models.Q(of_order__isnull=False), name="logistics_fulfilment_of_order"
            )
        ]

    def __str__(self) -> str:
        return self.number or str(self.id)

    @property
    def order(self) -> UUID:
        """The order whose goods these are."""
        return self.of_order or self.id

    @property
    def further(self) -> UUID | None:
        """The order's further delivery that this is; None for what goes where the order goes."""
        return self.id if self.of_order else None

    @staticmethod
    def of(order: UUID) -> "models.QuerySet[FulfilmentOrder]":
        """All that is to be sent for an order: to where it goes first, then to further places."""
        rows = FulfilmentOrder.objects.filter(models.Q(id=order) | models.Q(of_order=order))
        return rows.order_by(models.F("of_order").asc(nulls_first=True), "id")

    def become(self, state: states.State, **facts: Any) -> None:
        """Change state (the only way to) and store it; raises IllegalTransition. Call it under the row's lock."""
        states.check(self.state, state)
        self.state = state.value
        self.version += 1
        for name, value in facts.items():
            setattr(self, name, value)
        self.save(update_fields=["state", "version", *facts])


class OrderHold(models.Model):
    """Whether commerce holds an order back, by its newest word; that may be heard before the order is.

    A table of its own, since it is a copy and a picking list is not: copies can be told again.
    """

    order = models.UUIDField(primary_key=True)
    held = models.BooleanField()
    version = models.BigIntegerField()

    class Meta:
        app_label = "logistics"

    @staticmethod
    def on(order: UUID) -> bool:
        """Whether the order is on hold."""
        return OrderHold.objects.filter(order=order, held=True).exists()


class PickLine(models.Model):
    """So much of a SKU from one source. quantity >= picked >= packed and sent."""

    id = models.UUIDField(primary_key=True, default=new_id)
    fulfilment = models.ForeignKey(FulfilmentOrder, on_delete=models.PROTECT, related_name="picks")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="picks")
    allocation = models.OneToOneField(Allocation, on_delete=models.PROTECT, related_name="pick")
    sku = models.TextField()
    name = models.TextField(blank=True)
    quantity = units()
    picked = units(default=0)
    packed = units(default=0, db_default=0)
    sent = units(default=0)

    class Meta:
        app_label = "logistics"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sent__gte=0, sent__lte=models.F("picked"), picked__lte=models.F("quantity")),
                name="logistics_sent_of_picked",
            ),
            models.CheckConstraint(
                condition=models.Q(packed__gte=0, packed__lte=models.F("picked")), name="logistics_packed_of_picked"
            ),
        ]

    @property
    def loose(self) -> Decimal:
        """Picked and in no parcel. An earlier release sends without packing, so that more may be sent than packed."""
        return self.picked - max(self.packed, self.sent)


class Shipment(Recorded):
    """A parcel: packed, perhaps labelled by its carrier, then sent. A tracking number of a carrier is one parcel.

    `weight` in kilograms. `problem` is why the carrier made no label; `offers` is what it asks, as [service, amount,
    currency].
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    fulfilment = models.ForeignKey(FulfilmentOrder, on_delete=models.PROTECT, related_name="shipments")
    state = models.TextField(default=Parcel.PACKED.value, db_default=Parcel.SENT.value, db_index=True)
    carrier = models.TextField()
    tracking_number = models.TextField(blank=True)
    tracking_url = models.TextField(blank=True, default="", db_default="")
    weight = units(default=0, db_default=0)
    problem = models.TextField(blank=True, default="", db_default="")
    offers = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    packed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1, db_default=1)

    class Meta:
        app_label = "logistics"
        constraints = [
            models.UniqueConstraint(
                fields=["fulfilment", "carrier", "tracking_number"],
                condition=~models.Q(tracking_number=""),
                name="logistics_parcel_once",
            )
        ]
        indexes = [models.Index(fields=["tracking_number", "carrier"], name="logistics_parcel_number")]

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking_number or self.state}"

    def become(self, state: Parcel, **facts: Any) -> None:
        """Change state (the only way to) and store it; raises IllegalTransition. Call it under the row's lock."""
        parcels.check(self.state, state)
        self.state = state.value
        self.version += 1
        for name, value in facts.items():
            setattr(self, name, value)
        self.save(update_fields=["state", "version", *facts])


class ShipmentLine(models.Model):
    """What of a picking line is in a parcel."""

    id = models.UUIDField(primary_key=True, default=new_id)
    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="lines")
    pick = models.ForeignKey(PickLine, on_delete=models.PROTECT, related_name="shipment_lines")
    quantity = units()

    class Meta:
        app_label = "logistics"

"""Tables of reservations."""

from typing import Any

from django.db import models

from chassis.ids import new_id
from chassis.records import Recorded
from logistics.reservation import states
from logistics.warehouse.models import StockItem, units


class Reservation(Recorded):
    """What a checkout holds. Its id is the saga's; `lines` are [sku, quantity, needs a shelf], one per SKU.

    `destination` says how it is sourced: country, area (the beginning of a postcode) and way of delivery; `sourcing`
    why it was taken from where it was. Where it goes to several places, `deliveries` say which of the lines go where:
    [{delivery, lines, destination}], the first without an id.
    """

    id = models.UUIDField(primary_key=True)
    state = models.TextField()
    channel = models.TextField(blank=True)
    cart = models.UUIDField(null=True)
    lines = models.JSONField(default=list)
    destination = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    deliveries = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    sourcing = models.JSONField(null=True)
    expires_at = models.DateTimeField(null=True)
    order = models.UUIDField(null=True, db_index=True)
    order_number = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        app_label = "logistics"

    def __str__(self) -> str:
        return f"for {self.order_number}" if self.order_number else f"{self.state}, {self.created_at:%Y-%m-%d %H:%M}"

    def become(self, state: states.State, **facts: Any) -> None:
        """Change state (the only way to) and store it; raises IllegalTransition. Call it under the row's lock."""
        states.check(self.state, state)
        self.state = state.value
        self.version += 1
        for name, value in facts.items():
            setattr(self, name, value)
        self.save(update_fields=["state", "version", *facts])


class Allocation(models.Model):
    """What a reservation took from an item; `held` is the part neither released nor sent yet.

    `delivery` is the order's further delivery that it is for; NULL: it goes where the order goes.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    reservation = models.ForeignKey(Reservation, on_delete=models.PROTECT, related_name="allocations")
    item = models.ForeignKey(StockItem, on_delete=models.PROTECT, related_name="allocations")
    quantity = units()
    held = units()
    delivery = models.UUIDField(null=True)

    class Meta:
        app_label = "logistics"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(held__gte=0, held__lte=models.F("quantity")), name="logistics_held_in_range"
            )
        ]

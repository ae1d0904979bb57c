"""Tables of stock takes."""

from typing import Any

from django.db import models

from chassis.ids import new_id
from chassis.records import Recorded
from logistics.counting import states
from logistics.warehouse.models import Source, units


class StockTake(Recorded):
    """A count of a source, or of a part of it: what is no line of it was not counted and does not change."""

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.TextField(unique=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="stock_takes")
    state = models.TextField(db_index=True)
    note = models.TextField(blank=True)
    booked_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        app_label = "logistics"

    def __str__(self) -> str:
        return self.number

    def become(self, state: states.State, **facts: Any) -> None:
        """Change state (the only way to) and store it; raises IllegalTransition. Call it under the row's lock."""
        states.check(self.state, state)
        self.state = state.value
        self.version += 1
        for name, value in facts.items():
            setattr(self, name, value)
        self.save(update_fields=["state", "version", *facts])


class CountedLine(models.Model):
    """What was counted of a SKU, and what was on hand by the books at that moment.

    The difference of these two is booked, so that what moves between the count and its booking is kept.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    stock_take = models.ForeignKey(StockTake, on_delete=models.CASCADE, related_name="lines")
    sku = models.TextField()
    counted = units()
    expected = units()
    counted_at = models.DateTimeField()

    class Meta:
        app_label = "logistics"
        constraints = [
            models.UniqueConstraint(fields=["stock_take", "sku"], name="logistics_counted_once"),
            models.CheckConstraint(condition=models.Q(counted__gte=0), name="logistics_counted_not_negative"),
        ]

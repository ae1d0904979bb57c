"""Tables of transfers."""

from typing import Any

from django.db import models

from chassis.ids import new_id
from chassis.records import Recorded
from logistics.transfers import states
from logistics.warehouse.models import Source, units


class Transfer(Recorded):
    """Goods on their way to a source: from another source, or from a supplier where there is no `origin`."""

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.TextField(unique=True)
    origin = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="outgoing", null=True)
    supplier = models.TextField(blank=True)
    destination = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="incoming")
    state = models.TextField(db_index=True)
    expected_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
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


class TransferLine(models.Model):
    """So much of a SKU. quantity >= received + lost; what is neither is awaited."""

    id = models.UUIDField(primary_key=True, default=new_id)
    transfer = models.ForeignKey(Transfer, on_delete=models.CASCADE, related_name="lines")
    sku = models.TextField()
    quantity = units()
    received = units(default=0)
    lost = units(default=0)

    class Meta:
        app_label = "logistics"
        indexes = [models.Index(fields=["sku"], name="logistics_transfer_sku")]
        constraints = [
            models.UniqueConstraint(fields=["transfer", "sku"], name="logistics_transfer_line_once"),
            models.CheckConstraint(
                condition=models.Q(
                    received__gte=0, lost__gte=0, quantity__gt=0, quantity__gte=models.F("received") + models.F("lost")
                ),
                name="logistics_received_of_sent",
            ),
        ]

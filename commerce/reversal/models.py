"""Disputes."""

from typing import Any

from django.db import models

from chassis.ids import new_id
from chassis.records import Recorded
from commerce.payment.models import Payment
from commerce.reversal.errors import IllegalDisputeTransition
from commerce.reversal.states import DISPUTE


class Dispute(Recorded):
    """A payment, or a part of it, that the shopper's bank asks back."""

    id = models.UUIDField(primary_key=True, default=new_id)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    provider_id = models.TextField()
    amount = models.DecimalField(max_digits=20, decimal_places=6)
    reason = models.TextField(blank=True, default="")
    state = models.TextField(default="open", db_index=True)
    answer_by = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        app_label = "commerce"
        constraints = [models.UniqueConstraint(fields=["payment", "provider_id"], name="commerce_dispute_once")]

    def __str__(self) -> str:
        return self.provider_id

    def move(self, name: str, **facts: Any) -> None:
        """Change state (the only way to) and store it; raises IllegalDisputeTransition. Under the payment's lock."""
        try:
            self.state = DISPUTE[self.state][name]
        except KeyError:
            raise IllegalDisputeTransition(f"{name} is not possible while {self.state}") from None
        self.version += 1
        for column, value in facts.items():
            setattr(self, column, value)
        self.save(update_fields=["state", "version", *facts])

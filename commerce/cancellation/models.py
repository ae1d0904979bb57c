"""Cancellations as they were asked for, and what came of each."""

from typing import Any

from django.db import models

from chassis.ids import new_id
from commerce.cancellation.errors import IllegalCancellationTransition
from commerce.cancellation.states import CANCELLATION
from commerce.order.models import Order


class Cancellation(models.Model):
    """Of a whole order, or of `lines`. Amounts of a line include tax and are there once it is confirmed."""

    id = models.UUIDField(primary_key=True, default=new_id)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="cancellations")
    state = models.TextField(default="requested")
    whole = models.BooleanField()
    was_held = models.BooleanField(default=False, help_text="on hold when a whole cancellation was asked for")
    lines = models.JSONField(default=list, help_text="[{line, quantity}]; confirmed, what is credited of each")
    reason = models.TextField(blank=True, default="")
    refusal = models.TextField(blank=True, default="", help_text="logistics' word for why it cannot be")
    refunds = models.JSONField(default=list, help_text="ids of the refunds that it led to, one for each payment")
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "commerce"
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=models.Q(state="requested"), name="commerce_cancellation_open"
            ),
        ]

    def move(self, name: str, **facts: Any) -> None:
        """Decide it (confirm, refuse) and store that; IllegalCancellationTransition when it is decided."""
        try:
            self.state = CANCELLATION[self.state][name]
        except KeyError:
            raise IllegalCancellationTransition(state=self.state) from None
        for column, value in facts.items():
            setattr(self, column, value)
        self.save(update_fields=["state", *facts])

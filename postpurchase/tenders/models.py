"""Tables of what checkouts hold. A row per checkout, a line per tender."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from chassis import clock
from postpurchase.ledgers import value
from postpurchase.tenders import states


class TenderReservation(models.Model):
    """What a checkout holds. Its id is the saga's."""

    id = models.UUIDField(primary_key=True)
    state = models.TextField(default=states.REQUESTED)
    channel = models.TextField(blank=True)
    currency = models.CharField(max_length=3, blank=True)
    customer = models.UUIDField(null=True)
    expires_at = models.DateTimeField(null=True)
    order = models.UUIDField(null=True, db_index=True)
    order_number = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    refused = models.UUIDField(null=True, help_text="the payment that could not be had")
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        app_label = "postpurchase"

    def __str__(self) -> str:
        return f"for {self.order_number}" if self.order_number else f"{self.state}, {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def holds(self) -> bool:
        """Whether its lines are counted in what accounts call held."""
        return self.state == states.RESERVED

    def transition(self, name: str, **facts: Any) -> None:
        """Change state (the only way to) and store it; raises IllegalTransition. Call it under the row's lock."""
        self.state = states.move(self.state, name)
        self.version += 1
        for column, new in facts.items():
            setattr(self, column, new)
        self.save(update_fields=["state", "version", *facts])


class TenderLine(models.Model):
    """What one tender pays: `amount` in money, `units` in the account's own unit. Its id is the payment's."""

    payment = models.UUIDField(primary_key=True)
    reservation = models.ForeignKey(TenderReservation, on_delete=models.PROTECT, related_name="lines")
    tender = models.TextField()
    account = models.UUIDField(db_index=True)
    amount = value()
    units = value()
    refunded = value(default=0)
    refunded_units = value(default=0)

    class Meta:
        app_label = "postpurchase"
        constraints = (
            models.CheckConstraint(
                condition=Q(amount__gt=0, refunded__gte=0, refunded__lte=F("amount"), refunded_units__lte=F("units")),
                name="postpurchase_tender_refunded",
            ),
        )

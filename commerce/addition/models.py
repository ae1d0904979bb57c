"""Goods that are to be added to an order, as they were offered, and what came of it."""

from typing import Any
from uuid import UUID, uuid5

from django.db import models

from chassis.fields import EncryptedJSONField
from chassis.ids import new_id
from chassis.keyring import keyed_hash
from chassis.records import Recorded
from commerce.addition.errors import IllegalAdditionTransition
from commerce.addition.states import ADDITION, UNDER_WAY
from commerce.order.models import Order


class Addition(Recorded):
    """What is offered for an order. `amount` is what it costs more, tax included: what it has already keeps its price.

    It becomes lines of its own, also where the order has the same: they were sold at another time and perhaps price.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="additions")
    state = models.TextField(default="open")
    wanted = EncryptedJSONField(help_text="[{sku, choices, quantity}]")
    quote = models.JSONField(help_text="catalog's answer for these goods alone")
    amount = models.DecimalField(max_digits=20, decimal_places=6)
    saga = models.UUIDField(null=True, db_index=True, help_text="the latest attempt to have it")
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, help_text="when the shopper was first sent its link; NULL: staff's alone")
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    stock_lost = models.BooleanField(
        default=False, db_default=False, help_text="it is on the order, and logistics could not have it"
    )

    class Meta:
        app_label = "commerce"
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["order"],
                condition=models.Q(state__in=["open", "charging", "added"]),
                name="commerce_addition_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state}, {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def key(self) -> str:
        """What opens it to who was sent its link. Made of the id by a secret key, so that nothing is stored."""
        return keyed_hash(f"addition:{self.id}", fold=False)[:40]

    @property
    def is_shown(self) -> bool:
        """Whether it is the shopper's to see: it was sent to them, or staff have had it put on the order."""
        return self.sent_at is not None or self.state in (*UNDER_WAY, "done")

    def line_id(self, key: str) -> UUID:
        """The id of a quoted line in the order: the same however often it is tried."""
        return uuid5(self.id, key)

    @property
    def line_ids(self) -> list[UUID]:
        """The ids that its lines have in the order."""
        return [self.line_id(line["key"]) for line in self.quote["lines"]]

    def move(self, name: str, **facts: Any) -> None:
        """Move it and store that; IllegalAdditionTransition where its state has no such move."""
        try:
            self.state = ADDITION[self.state][name]
        except KeyError:
            raise IllegalAdditionTransition(state=self.state) from None
        for column, value in facts.items():
            setattr(self, column, value)
        self.save(update_fields=["state", *facts])

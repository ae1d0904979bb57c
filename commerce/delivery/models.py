"""Changes of delivery as they were asked for, and what came of each."""

from typing import Any

from django.db import models

from chassis.fields import EncryptedJSONField
from chassis.ids import new_id
from commerce.delivery.errors import IllegalDeliveryTransition
from commerce.delivery.states import DELIVERY_CHANGE
from commerce.order.models import Order


class DeliveryChange(models.Model):
    """The address and way of delivery that an order is to have; `group` is the further delivery that it is about."""

    id = models.UUIDField(primary_key=True, default=new_id)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="delivery_changes")
    state = models.TextField(default="requested")
    delivery = EncryptedJSONField()
    group = models.UUIDField(null=True)
    shipping_method = models.TextField()
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "commerce"
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=models.Q(state="requested"), name="commerce_deliverychange_open"
            ),
        ]

    def move(self, name: str, **facts: Any) -> None:
        """Decide it (confirm, refuse) and store that; IllegalDeliveryTransition when it is decided."""
        try:
            self.state = DELIVERY_CHANGE[self.state][name]
        except KeyError:
            raise IllegalDeliveryTransition(state=self.state) from None
        for column, value in facts.items():
            setattr(self, column, value)
        self.save(update_fields=["state", *facts])

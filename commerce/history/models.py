"""What an order of history has beside what every order has. Written by `importing` alone; none of it moves money."""

from django.db import models

from chassis.fields import EncryptedJSONField
from commerce.order.models import Order, OrderLine


def money() -> "models.DecimalField[str, str]":
    """An amount, in the order's currency unless the column begins with `base_`."""
    return models.DecimalField(max_digits=20, decimal_places=6, default=0)


def units() -> "models.DecimalField[str, str]":
    """A number of pieces."""
    return models.DecimalField(max_digits=12, decimal_places=4, default=0)


class HistoricalOrder(models.Model):
    """Of an order: how the older shop called its state, and what its books said."""

    order = models.OneToOneField(Order, on_delete=models.CASCADE, primary_key=True, related_name="history")
    status = models.TextField(help_text="in the older shop's own words")
    discount = money()
    invoiced = money()
    due = money()
    base_subtotal = money()
    base_shipping = money()
    base_tax = money()
    base_captured = money()
    base_refunded = money()
    base_discount = money()
    base_invoiced = money()
    base_due = money()

    class Meta:
        app_label = "commerce"


class HistoricalLine(models.Model):
    """Of a line: what was invoiced and given back of it, its figures in the books' currency, what it consisted of."""

    line = models.OneToOneField(OrderLine, on_delete=models.CASCADE, primary_key=True, related_name="history")
    invoiced = units()
    refunded = units()
    base_unit_price = money()
    base_discount = money()
    base_tax = money()
    base_total = money()
    parts = models.JSONField(default=list, help_text="[{sku, ordered, invoiced, shipped, refunded, cancelled}]")
    answers = EncryptedJSONField(default=list, help_text="[{label, value}] of what the shopper wrote or chose")

    class Meta:
        app_label = "commerce"


class HistoricalPayment(models.Model):
    """How an order was paid. No payment of ours: nobody's books are compared with it, and nothing is asked of it."""

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="historical_payments")
    tender = models.TextField(help_text="the older shop's code of the method")
    label = models.TextField(blank=True, default="")
    state = models.TextField()
    currency = models.CharField(max_length=3)
    amount = money()
    captured = money()
    refunded = money()
    base_amount = money()
    base_captured = money()
    base_refunded = money()
    instructions = ""  # nobody is to pay any more
    details = EncryptedJSONField(default=dict, help_text="purchase order, last digits, references: no secrets")
    external_id = models.TextField(unique=True)

    class Meta:
        app_label = "commerce"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.tender} {self.label}".strip()

"""Tables of returns, and the copy of the orders they refer to."""

from decimal import Decimal
from typing import Any

from django.db import models

from chassis import clock
from chassis.fields import EncryptedTextField, KeyedHashField
from chassis.ids import new_id
from postpurchase.returns import states


def money(**options: Any) -> models.DecimalField:
    """A column for an amount: NUMERIC(20,6)."""
    return models.DecimalField(max_digits=20, decimal_places=6, **options)


def units(**options: Any) -> models.DecimalField:
    """A column for a quantity: decimal(12,4)."""
    return models.DecimalField(max_digits=12, decimal_places=4, **options)


class ViewCopy(models.Model):
    """Copy of catalog's view: an order's number means something only within a channel."""

    code = models.TextField(primary_key=True)
    channel = models.TextField()
    active = models.BooleanField(default=True)
    version = models.BigIntegerField()

    class Meta:
        app_label = "postpurchase"


class BoughtOrder(models.Model):
    """Copy of commerce's order. Found by id and customer, or by number and e-mail.

    A cancellation that arrives before its order makes a row without `placed_at`. One of an older shop has the
    `version` that was last told of it; others are told of once.
    """

    id = models.UUIDField(primary_key=True)
    number = models.TextField()
    channel = models.TextField()
    customer = models.UUIDField(null=True, db_index=True)
    email = EncryptedTextField(null=True)
    email_hash = KeyedHashField(source="email", null=True)
    currency = models.CharField(max_length=3, blank=True)
    cancelled = models.BooleanField(default=False)
    placed_at = models.DateTimeField(null=True)
    version = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        app_label = "postpurchase"
        indexes = [models.Index(fields=["number", "email_hash"], name="postpurchase_order_by_email")]

    def __str__(self) -> str:
        return self.number


class BoughtLine(models.Model):
    """A line as sold; `total` is what was really charged for it.

    `cancelled` is what cannot come back: it was never sent, or was given back in an older shop.
    """

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(BoughtOrder, on_delete=models.CASCADE, related_name="lines")
    sku = models.TextField()
    name = models.TextField()
    quantity = units()
    cancelled = units(default=0, db_default=0)
    total = money()
    components = models.JSONField(default=list, blank=True, help_text="[[sku, quantity of one]] of a bundle")
    returnable = models.BooleanField(default=True, db_default=True)

    class Meta:
        app_label = "postpurchase"


class ReturnSequence(models.Model):
    """The last number of a channel's returns."""

    channel = models.TextField(primary_key=True)
    last = models.BigIntegerField(default=0)

    class Meta:
        app_label = "postpurchase"


class ReturnRequest(models.Model):
    """A wish to send back lines of an order. `amount` is known once the goods were received."""

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.TextField()
    order = models.ForeignKey(BoughtOrder, on_delete=models.PROTECT, related_name="returns")
    customer = models.UUIDField(null=True, db_index=True)
    state = models.TextField(default=states.State.REQUESTED.value, db_index=True)
    reason = models.TextField()
    note = EncryptedTextField(default="", blank=True)
    decision = models.TextField(blank=True)
    amount = money(default=0)
    refunds = models.JSONField(
        default=dict, db_default={}, blank=True, help_text="refund -> amount, one for each tender"
    )
    problem = models.TextField(blank=True, help_text="why the refund failed")
    external_id = models.JSONField(default=dict, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        app_label = "postpurchase"

    def __str__(self) -> str:
        return self.number

    @property
    def refunded(self) -> Decimal:
        """What has gone back of `amount`, over all tenders."""
        return sum((Decimal(amount) for amount in self.refunds.values()), Decimal(0))

    def become(self, state: states.State, **facts: Any) -> None:
        """Change state (the only way to) and store it; raises IllegalTransition. Call it under the row's lock."""
        states.check(self.state, state)
        self.state = state.value
        self.version += 1
        self.changed_at = clock.now()
        for name, value in facts.items():
            setattr(self, name, value)
        self.save(update_fields=["state", "version", "changed_at", *facts])


class ReturnLine(models.Model):
    """So much of an order's line. `amount` is what goes back for what was received."""

    id = models.UUIDField(primary_key=True, default=new_id)
    request = models.ForeignKey(ReturnRequest, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(BoughtLine, on_delete=models.PROTECT, related_name="returns")
    quantity = units()
    received = units(default=0)
    restock = models.BooleanField(default=True)
    amount = money(default=0)

    class Meta:
        app_label = "postpurchase"
        constraints = [
            models.UniqueConstraint(fields=["request", "line"], name="postpurchase_return_line_once"),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0, received__gte=0, received__lte=models.F("quantity")),
                name="postpurchase_received_of_returned",
            ),
        ]

"""Tables of gift cards and store credit."""

from typing import Any

from django.db import models

from chassis import clock
from chassis.ids import new_id
from postpurchase.credit import states
from postpurchase.ledgers import Account, Entry, value


class GiftCard(Account):
    """Money that belongs to whoever has the code. Of the code, a keyed hash and the last four are kept."""

    id = models.UUIDField(primary_key=True, default=new_id)
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    last_four = models.CharField(max_length=4)
    currency = models.CharField(max_length=3)
    state = models.TextField(default=states.ACTIVE)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="empty: never")
    note = models.TextField(blank=True, help_text="why it was issued")
    issued_at = models.DateTimeField(default=clock.now)

    class Meta(Account.Meta):
        abstract = False
        app_label = "postpurchase"

    def __str__(self) -> str:
        return f"•••• {self.last_four}"

    def transition(self, name: str, **facts: Any) -> None:
        """Change state (the only way to) and store it; raises IllegalTransition. Call it under the row's lock."""
        self.state = states.move(self.state, name)
        self.version += 1
        for column, new in facts.items():
            setattr(self, column, new)
        self.save(update_fields=["state", "version", *facts])


class GiftCardEntry(Entry):
    """One movement of a gift card's money: issued, redeemed, refunded."""

    account = models.ForeignKey(GiftCard, on_delete=models.PROTECT, related_name="entries")
    amount = value()

    class Meta(Entry.Meta):
        abstract = False
        app_label = "postpurchase"
        verbose_name_plural = "gift card entries"


class StoreCredit(Account):
    """What the shop owes a customer, in one currency."""

    id = models.UUIDField(primary_key=True, default=new_id)
    customer = models.UUIDField()
    currency = models.CharField(max_length=3)

    class Meta(Account.Meta):
        abstract = False
        app_label = "postpurchase"
        verbose_name_plural = "store credit"
        constraints = (
            *Account.Meta.constraints,
            models.UniqueConstraint(fields=["customer", "currency"], name="postpurchase_credit_of_customer"),
        )

    def __str__(self) -> str:
        return f"{self.customer} in {self.currency}"


class StoreCreditEntry(Entry):
    """One movement of store credit: granted or taken off by staff, redeemed, refunded."""

    account = models.ForeignKey(StoreCredit, on_delete=models.PROTECT, related_name="entries")
    amount = value()
    note = models.TextField(blank=True)

    class Meta(Entry.Meta):
        abstract = False
        app_label = "postpurchase"
        verbose_name_plural = "store credit entries"

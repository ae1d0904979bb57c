"""Tables of gift cards that are bought."""

from decimal import ROUND_FLOOR, Decimal

from django.db import models

from chassis.fields import EncryptedTextField, KeyedHashField
from chassis.money import Money
from postpurchase.credit.models import GiftCard
from postpurchase.ledgers import value


class GiftCardOrder(models.Model):
    """An order with gift cards, or one that was cancelled, whichever was told first: the row to lock."""

    id = models.UUIDField(primary_key=True)
    number = models.TextField()
    channel = models.TextField()
    cancelled = models.BooleanField(default=False)
    paid = models.JSONField(default=list, help_text="what was issued for: the order, and what was added to it")

    class Meta:
        app_label = "postpurchase"

    def __str__(self) -> str:
        return self.number


class SoldGiftCard(models.Model):
    """A gift card that an order has bought: what it cost, what of that went back, and who gets it."""

    card = models.OneToOneField(GiftCard, on_delete=models.PROTECT, primary_key=True, related_name="sold")
    sale = models.ForeignKey(GiftCardOrder, on_delete=models.PROTECT, related_name="cards")
    line = models.UUIDField()
    unit = models.IntegerField(help_text="of its line, from 1")
    worth = value()
    price = value(help_text="what was paid for it")
    withdrawn = value(default=0, help_text="what of its worth was taken back")
    returned = value(default=0, help_text="what of its price went back")
    recipient_name = EncryptedTextField(blank=True, default="")
    recipient_email = EncryptedTextField()
    recipient_hash = KeyedHashField(source="recipient_email", db_index=True)

    class Meta:
        app_label = "postpurchase"
        verbose_name = "gift card sold"
        verbose_name_plural = "gift cards sold"
        constraints = (
            models.UniqueConstraint(fields=["line", "unit"], name="postpurchase_sold_card_once"),
            models.CheckConstraint(
                condition=models.Q(withdrawn__gte=0, withdrawn__lte=models.F("worth"))
                & models.Q(returned__gte=0, returned__lte=models.F("price")),
                name="postpurchase_sold_card_back",
            ),
        )

    def __str__(self) -> str:
        return str(self.card)

    def take_off(self, amount: Decimal, currency: str) -> Decimal:
        """Count so much of its worth as taken back; the share of its price that goes back for it.

        So rounded that all shares together are never more than the price, and all of it for the whole worth.
        """
        self.withdrawn += amount
        due = Money(self.price * self.withdrawn / self.worth, currency).quantized(rounding=ROUND_FLOOR).amount
        share, self.returned = due - self.returned, due
        self.save(update_fields=["withdrawn", "returned"])
        return share

"""Payments and their ledger."""

from decimal import Decimal

from django.db import models

from chassis import clock
from chassis.fields import EncryptedTextField
from chassis.ids import new_id
from chassis.money import Money
from chassis.records import Recorded
from commerce.payment.errors import IllegalPaymentTransition
from commerce.payment.providers.interface import OurPayment
from commerce.payment.states import PAYMENT

CARD = "card"
"""The tender that a payment provider holds; all others but MANUAL are post-purchase's."""
MANUAL = "manual"
"""Money that comes by itself (a bank transfer, cash on delivery) and is booked by staff."""
TENDERS_PROVIDER = "postpurchase"


class Payment(models.Model):
    """What one tender promises or has paid of one checkout: a card, a gift card, store credit, points, or by hand.

    `reference` is what the provider knows it by: ours, unique. `set_aside` is asked to go back and has not gone yet.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    saga = models.UUIDField(db_index=True)
    order = models.UUIDField(null=True, db_index=True)
    provider = models.TextField()
    reference = models.TextField(unique=True)
    provider_id = models.TextField(blank=True, default="")
    tender = models.TextField(default=CARD)
    label = models.TextField(blank=True, default="", db_default="", help_text="tells it from others of its tender")
    instructions = models.TextField(blank=True, default="", db_default="", help_text="how the shopper is to pay")
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(max_digits=20, decimal_places=6)
    captured = models.DecimalField(max_digits=20, decimal_places=6, default=Decimal(0))
    refunded = models.DecimalField(max_digits=20, decimal_places=6, default=Decimal(0))
    set_aside = models.DecimalField(max_digits=20, decimal_places=6, default=Decimal(0), db_default=0)
    lost = models.DecimalField(
        max_digits=20, decimal_places=6, default=Decimal(0), db_default=0, help_text="to disputes"
    )
    state = models.TextField(default="requested")
    decline_code = models.TextField(blank=True, default="")
    source = EncryptedTextField(blank=True, default="", help_text="the card token; emptied once it was used")
    metadata = models.JSONField(default=dict, blank=True)
    external_id = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        app_label = "commerce"
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"], condition=~models.Q(external_id=""), name="commerce_payment_external"
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_id"],
                condition=~models.Q(provider_id=""),
                name="commerce_payment_provider",
            ),
            models.UniqueConstraint(fields=["saga"], condition=models.Q(tender=CARD), name="commerce_payment_one_card"),
            models.CheckConstraint(
                condition=models.Q(captured__lte=models.F("amount")), name="commerce_payment_captured"
            ),
            models.CheckConstraint(
                condition=models.Q(set_aside__gte=0, refunded__lte=models.F("captured") - models.F("set_aside")),
                name="commerce_payment_refunded",
            ),
            models.CheckConstraint(condition=models.Q(lost__gte=0), name="commerce_payment_lost"),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {Money(self.amount, self.currency).quantized()}"

    @property
    def title(self) -> str:
        """What staff call it: "sandbox card", "gift card •••• 7F3K", "Bank transfer"."""
        if self.is_manual:
            return self.label
        words = (self.provider, self.tender) if self.is_card else (self.tender.replace("_", " "), self.label)
        return " ".join(words).strip()

    @property
    def is_card(self) -> bool:
        """Whether a payment provider holds it."""
        return self.tender == CARD

    @property
    def is_manual(self) -> bool:
        """Whether staff book what becomes of it."""
        return self.tender == MANUAL

    @property
    def ours(self) -> OurPayment:
        """What its provider is told of it."""
        return OurPayment(
            reference=self.reference,
            amount=self.amount,
            currency=self.currency,
            asked_at=self.created_at,
            provider_id=self.provider_id,
            source=self.source,
        )

    @property
    def refundable(self) -> Decimal:
        """What was taken, nobody has asked back and no bank has taken back."""
        return max(self.captured - self.refunded - self.set_aside - self.lost, Decimal(0))

    def transition(self, name: str) -> None:
        """Move to another state; IllegalPaymentTransition when the machine has no such move."""
        try:
            self.state = PAYMENT[self.state][name]
        except KeyError:
            raise IllegalPaymentTransition(f"{name} is not possible while {self.state}") from None

    def book(self, kind: str, amount: Decimal, provider_reference: str) -> bool:
        """Add to the ledger; False when this very movement is booked already."""
        _, made = Transaction.objects.get_or_create(
            payment=self,
            kind=kind,
            provider_reference=provider_reference,
            defaults={"amount": amount, "at": clock.now()},
        )
        return made


class Transaction(models.Model):
    """One movement of a payment; append-only."""

    id = models.UUIDField(primary_key=True, default=new_id)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="transactions")
    kind = models.TextField()
    amount = models.DecimalField(max_digits=20, decimal_places=6)
    provider_reference = models.TextField()
    at = models.DateTimeField()

    class Meta:
        app_label = "commerce"
        constraints = [
            models.UniqueConstraint(fields=["payment", "kind", "provider_reference"], name="commerce_transaction_once"),
        ]


class PaymentMethod(Recorded):
    """A way to pay that a channel offers. That of the code "card" says when the card is offered, which needs none.

    All others are by hand: an order is placed at once, and staff book the money when it comes.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    channel = models.TextField()
    code = models.SlugField(max_length=50, help_text='"card", or a code of your own: "transfer"')
    name = models.TextField()
    instructions = models.TextField(blank=True, default="", help_text="how the shopper is to pay, shown with the order")
    provider = models.TextField(
        blank=True, default="", db_default="", help_text="of the card: who asks for it; empty: the shop's own choice"
    )
    goods_first = models.BooleanField(
        default=False, help_text="goods and invoice go out before the money comes, as on delivery or by invoice"
    )
    countries = models.JSONField(default=list, blank=True, help_text='of delivery: ["DE", "AT"]; empty: all')
    least = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True, help_text="that is to be paid")
    most = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    active = models.BooleanField(default=True)
    position = models.IntegerField(default=0)

    class Meta:
        app_label = "commerce"
        ordering = ["channel", "position", "code"]
        constraints = [models.UniqueConstraint(fields=["channel", "code"], name="commerce_paymentmethod_code")]

    def __str__(self) -> str:
        return f"{self.name}, {self.channel}"

    def suits(self, *, country: str, amount: Decimal) -> bool:
        """Whether it is offered for an amount that is to be paid and goods that go there (nowhere: "")."""
        within = (self.least is None or amount >= self.least) and (self.most is None or amount <= self.most)
        return self.active and within and (not self.countries or country in ("", *self.countries))


class PaymentMethodText(models.Model):
    """A method's texts in a view that has its own."""

    id = models.UUIDField(primary_key=True, default=new_id)
    method = models.ForeignKey(PaymentMethod, on_delete=models.CASCADE, related_name="texts")
    view = models.TextField()
    name = models.TextField()
    instructions = models.TextField(blank=True, default="")

    class Meta:
        app_label = "commerce"
        constraints = [models.UniqueConstraint(fields=["method", "view"], name="commerce_paymentmethodtext_view")]

    def __str__(self) -> str:
        return self.view


class RefundDue(models.Model):
    """A refund that staff are to send; gone once they have booked or withdrawn it.

    Of a manual payment; or, `again`, one that its provider had made and that has come back: the order knows of it.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds_due")
    amount = models.DecimalField(max_digits=20, decimal_places=6)
    return_request = models.UUIDField(null=True)
    again = models.BooleanField(default=False, db_default=False)
    asked_at = models.DateTimeField()

    class Meta:
        app_label = "commerce"

    def __str__(self) -> str:
        return f"{Money(self.amount, self.payment.currency).quantized()}, {self.payment.title}"


class WebhookReceipt(models.Model):
    """A webhook that was taken: the same id again changes nothing."""

    id = models.TextField(primary_key=True)
    received_at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "commerce"

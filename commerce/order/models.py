"""Orders, their lines, number sequences and history."""

from decimal import ROUND_DOWN, Decimal
from typing import Any
from uuid import UUID

from django.db import connections, models

from chassis import clock
from chassis.context import current
from chassis.fields import EncryptedJSONField, EncryptedTextField, KeyedHashField
from chassis.ids import new_id
from chassis.keyring import keyed_hash
from commerce.order.states import FULFILMENT, ORDER, PAYMENT, UNPAID, move
from commerce.payment.models import Payment


class NumberSequence(models.Model):
    """The next human order number of a channel."""

    channel = models.TextField(primary_key=True)
    prefix = models.TextField(blank=True, default="")
    next = models.BigIntegerField(default=1)

    class Meta:
        app_label = "commerce"

    def __str__(self) -> str:
        return self.channel

    @staticmethod
    def take(channel: str) -> str:
        """The next number, without gaps: others wait until the transaction ends, and one that fails keeps none."""
        with connections["commerce"].cursor() as cursor:
            cursor.execute(
                """INSERT INTO commerce_numbersequence (channel, prefix, next) VALUES (%s, upper(%s), 100002)
                   ON CONFLICT (channel) DO UPDATE SET next = commerce_numbersequence.next + 1
                   RETURNING prefix, next - 1""",
                [channel, f"{channel}-"],
            )
            prefix, number = cursor.fetchone()
        return f"{prefix}{number}"


class Order(models.Model):
    """What was sold. Money columns are totals at the currency's exponent; base_* in the shop's own currency."""

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.TextField(help_text="unique among our own: an older shop may have counted from one in each view")
    cart = models.UUIDField(unique=True, help_text="a cart gives at most one order")
    saga = models.UUIDField()
    channel = models.TextField()
    view = models.TextField()
    locale = models.TextField()
    customer = models.UUIDField(null=True)
    email = EncryptedTextField()
    email_hash = KeyedHashField(source="email", db_index=True)
    currency = models.CharField(max_length=3)
    base_currency = models.CharField(max_length=3)
    base_rate = models.DecimalField(
        max_digits=20,
        decimal_places=10,
        default=Decimal(1),
        help_text="what one of the base currency is in the order's",
    )
    subtotal = models.DecimalField(max_digits=20, decimal_places=6)
    shipping = models.DecimalField(max_digits=20, decimal_places=6)
    tax = models.DecimalField(max_digits=20, decimal_places=6)
    total = models.DecimalField(max_digits=20, decimal_places=6)
    base_total = models.DecimalField(max_digits=20, decimal_places=6)
    captured = models.DecimalField(max_digits=20, decimal_places=6, default=0)
    refunded = models.DecimalField(max_digits=20, decimal_places=6, default=0)
    on_gift_cards = models.DecimalField(
        max_digits=20,
        decimal_places=6,
        default=0,
        db_default=0,
        help_text="paid for gift cards that were not taken back: it goes back by post-purchase's word alone",
    )
    taxes = models.JSONField(
        default=list, db_default=[], help_text="[{code, percent, amount}], those on shipping among them"
    )
    tax_note = models.TextField(blank=True, default="", db_default="", help_text="why no tax is due")
    coupons = models.JSONField(default=list, help_text="codes that were applied")
    shipping_adjustments = models.JSONField(default=list, help_text="as in OrderLine")
    delivery = EncryptedJSONField(help_text="empty where nothing is sent")
    billing = EncryptedJSONField(null=True, help_text="of its documents, where it is another than the delivery's")
    vat_number = EncryptedTextField(blank=True, default="", help_text="as the customer gave it")
    shipping_method = models.TextField()
    state = models.TextField(default="placed")
    payment_state = models.TextField(default="authorised")
    fulfilment_state = models.TextField(default="unfulfilled")
    waits_for_money = models.BooleanField(
        default=False, db_default=False, help_text="it is on hold for nothing else, and released once it is paid"
    )
    metadata = models.JSONField(default=dict, blank=True)
    external_id = models.TextField(blank=True, default="")
    historical = models.BooleanField(default=False, db_default=False, help_text="of an older shop: only looked at")
    version = models.BigIntegerField(default=1)
    placed_at = models.DateTimeField()

    class Meta:
        app_label = "commerce"
        indexes = [
            models.Index(fields=["customer", "-placed_at"], name="commerce_order_customer"),
            models.Index(fields=["-placed_at"], name="commerce_order_placed"),
            models.Index(fields=["number"], name="commerce_order_number"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"], condition=~models.Q(external_id=""), name="commerce_order_external"
            ),
            models.UniqueConstraint(
                fields=["number"], condition=models.Q(historical=False), name="commerce_order_number_once"
            ),
            # What an older shop has booked is kept as it is.
            models.CheckConstraint(
                condition=models.Q(historical=True) | models.Q(captured__lte=models.F("total")),
                name="commerce_order_captured",
            ),
            models.CheckConstraint(
                condition=models.Q(historical=True) | models.Q(refunded__lte=models.F("captured")),
                name="commerce_order_refunded",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def access_key(self) -> str:
        """What opens a guest's downloads elsewhere. Made of the id by a secret key: nobody can guess it."""
        return keyed_hash(f"order:{self.id}", fold=False)[:40]

    @property
    def ships_to(self) -> dict[str, str] | None:
        """The delivery address; None where nothing is sent and none was given."""
        return self.delivery or None

    @property
    def bills_to(self) -> dict[str, str] | None:
        """The address of its documents where that is another than the delivery's."""
        return self.billing or None

    @property
    def buyer(self) -> dict[str, str]:
        """Who its documents are made out to: an address, e-mail address and VAT number."""
        return {**(self.bills_to or self.delivery), "email": self.email, "vat_number": self.vat_number}

    @property
    def is_being_cancelled(self) -> bool:
        """Whether a cancellation of it, or of a part, is not decided yet."""
        return self.cancellations.filter(state="requested").exists()

    @property
    def is_being_added_to(self) -> bool:
        """Whether goods are just being paid for and put on its list. Nothing of it can be cancelled meanwhile."""
        return self.additions.filter(state__in=("charging", "added")).exists()

    @property
    def lost_lines(self) -> set[UUID]:
        """Ids of lines that were added and are on no picking list, since logistics could not have them."""
        return {line for one in self.additions.filter(stock_lost=True) for line in one.line_ids}

    @property
    def has_promises(self) -> bool:
        """Whether a card's money is authorised and not taken yet: also of a paid order, whose added goods it is for."""
        return Payment.objects.filter(order=self.id, state="authorised").exists()

    @property
    def is_done(self) -> bool:
        """Whether all of it was sent or, of what needs no parcel, paid (also if money went back since).

        Money that nobody holds yet must have come, too.
        """
        if self.fulfilment_state == "fulfilled":
            return self.payment_state != "pending"
        return self.fulfilment_state == "not_needed" and self.payment_state not in (*UNPAID, "voided")

    @property
    def refundable(self) -> Decimal:
        """What was taken, nobody has asked back, and is on no gift card."""
        return self.captured - self.refunded - self.on_gift_cards

    def transition(self, name: str) -> None:
        """Move the order itself (hold, release, cancel and what leads there, complete); IllegalTransition otherwise."""
        self._move("state", ORDER, name)

    def transition_payment(self, name: str) -> None:
        """Move the payment state (capture, void, refund_part, refund)."""
        self._move("payment_state", PAYMENT, name)

    def transition_fulfilment(self, name: str) -> None:
        """Move the fulfilment state (ship_part, ship, cancel)."""
        self._move("fulfilment_state", FULFILMENT, name)

    def _move(self, column: str, machine: dict[str, dict[str, str]], name: str) -> None:
        before = getattr(self, column)
        after = move(machine, before, name)
        setattr(self, column, after)
        self.note(f"{column}.{name}", {"from": before, "to": after})

    def note(
        self, what: str, facts: dict[str, Any] | None = None, *, text: str | None = None, internal: bool = False
    ) -> None:
        """Add to the order's timeline, in the running transaction; what is internal is shown to staff alone."""
        actor, at = current().actor, clock.now()
        OrderEvent(order=self, what=what, facts=facts or {}, text=text, internal=internal, actor=actor, at=at).save()


class OrderDelivery(models.Model):
    """A further place that lines of an order go to; `shipping` is its share of the order's."""

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="deliveries")
    position = models.PositiveSmallIntegerField()
    delivery = EncryptedJSONField()
    shipping_method = models.TextField()
    shipping = models.DecimalField(max_digits=20, decimal_places=6)

    class Meta:
        app_label = "commerce"
        ordering = ["position"]


class OrderLine(models.Model):
    """A line as sold. `delivery` is the further delivery that it goes with; NULL: it goes where the order goes."""

    id = models.UUIDField(primary_key=True, default=new_id)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    sku = models.TextField()
    product = models.UUIDField()
    name = models.TextField()
    options = models.TextField(blank=True, default="")
    quantity = models.DecimalField(max_digits=12, decimal_places=4)
    shipped = models.DecimalField(max_digits=12, decimal_places=4, default=0)
    cancelled = models.DecimalField(max_digits=12, decimal_places=4, default=0, db_default=0)
    unit_price = models.DecimalField(max_digits=20, decimal_places=6)
    discount = models.DecimalField(max_digits=20, decimal_places=6, default=0, help_text="total is without it")
    adjustments = models.JSONField(default=list, help_text="[{promotion, label, amount, code}]")
    total = models.DecimalField(max_digits=20, decimal_places=6)
    tax = models.DecimalField(max_digits=20, decimal_places=6)
    taxes = models.JSONField(default=list, db_default=[], help_text="[{code, percent, amount}]")
    requires_shipping = models.BooleanField(default=True)
    kind = models.TextField(blank=True, default="", help_text="of the product")
    components = models.JSONField(default=list, blank=True, help_text="what one consists of, each with what was sent")
    choices = EncryptedJSONField(null=True, help_text="what was chosen, as on the cart's line")
    delivery = models.UUIDField(null=True)
    external_id = models.TextField(blank=True, default="")

    class Meta:
        app_label = "commerce"
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"], condition=~models.Q(external_id=""), name="commerce_orderline_external"
            ),
            models.CheckConstraint(
                condition=models.Q(cancelled__gte=0, cancelled__lte=models.F("quantity")),
                name="commerce_orderline_cancelled",
            ),
        ]
        ordering = ["id"]

    @property
    def left(self) -> Decimal:
        """How many are neither sent nor cancelled."""
        return self.quantity - self.cancelled - self.shipped

    def send(self, sku: str, quantity: Decimal) -> Decimal:
        """Count what left of a SKU for this line; returns the rest. A bundle was sent as far as all of it was."""
        if not self.components:
            taken = min(quantity, max(self.left, Decimal(0))) if self.sku == sku else Decimal(0)
            self.shipped += taken
            return quantity - taken
        for part in self.components:
            if part["sku"] == sku:
                sent = Decimal(part.get("sent", 0))
                due = (self.quantity - self.cancelled) * Decimal(part["quantity"]) - sent
                taken = min(quantity, max(due, Decimal(0)))
                part["sent"] = str(sent + taken)
                quantity -= taken
        parts = [part for part in self.components if part["requires_shipping"]]
        whole = min((Decimal(part.get("sent", 0)) / Decimal(part["quantity"]) for part in parts), default=Decimal(0))
        self.shipped = whole.quantize(Decimal("0.0001"), ROUND_DOWN)
        return quantity


class OrderShipment(models.Model):
    """A parcel of an order, as logistics told of it when it left."""

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="shipments")
    carrier = models.TextField()
    tracking_number = models.TextField()
    lines = models.JSONField(default=list, help_text="[{sku, quantity}]")
    sent_at = models.DateTimeField()
    delivery = models.UUIDField(null=True, help_text="the order's further delivery that it belongs to")
    external_id = models.TextField(blank=True, default="")

    class Meta:
        app_label = "commerce"
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"], condition=~models.Q(external_id=""), name="commerce_ordershipment_external"
            ),
        ]
        ordering = ["sent_at", "id"]


class OrderEvent(models.Model):
    """One entry of an order's timeline; never edited."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="timeline")
    what = models.TextField()
    facts = models.JSONField(default=dict)
    text = EncryptedTextField(null=True, help_text="of a note")
    internal = models.BooleanField(default=False, db_default=False, help_text="never shown to the shopper")
    actor = models.TextField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        app_label = "commerce"
        ordering = ["id"]

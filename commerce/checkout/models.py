"""Carts and their lines, and the copies of channels and views that checkout needs."""

from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.db import models

from chassis import clock
from chassis.fields import EncryptedJSONField, EncryptedTextField
from chassis.ids import new_id


class ChannelCopy(models.Model):
    """A channel as catalog last told it."""

    code = models.TextField(primary_key=True)
    currency = models.CharField(max_length=3)
    countries = models.JSONField(default=list)
    time_zone = models.TextField(default="UTC", db_default="UTC")
    active = models.BooleanField(default=True)
    version = models.BigIntegerField(default=0)

    class Meta:
        app_label = "commerce"

    @staticmethod
    def zone(code: str) -> ZoneInfo:
        """The time zone by which a channel's days begin; UTC where the channel is not known."""
        return ZoneInfo(ChannelCopy.objects.filter(code=code).values_list("time_zone", flat=True).first() or "UTC")


class ViewCopy(models.Model):
    """A view as catalog last told it."""

    code = models.TextField(primary_key=True)
    channel = models.TextField()
    locale = models.TextField()
    active = models.BooleanField(default=True)
    base_url = models.TextField(default="", db_default="", help_text="of its storefront, with a slash at the end")
    version = models.BigIntegerField(default=0)

    class Meta:
        app_label = "commerce"


class Cart(models.Model):
    """What one shopper is about to buy. `secret_hash` opens a guest's cart; the secret itself is not kept."""

    OPEN, PLACING, ORDERED, MERGED = "open", "placing", "ordered", "merged"

    id = models.UUIDField(primary_key=True, default=new_id)
    view = models.TextField()
    channel = models.TextField()
    currency = models.CharField(max_length=3)
    locale = models.TextField()
    state = models.TextField(default=OPEN)
    secret_hash = models.TextField(blank=True, default="")
    customer = models.UUIDField(null=True)
    customer_group = models.TextField(blank=True, default="")
    email = EncryptedTextField(blank=True, default="")
    delivery = EncryptedJSONField(null=True)
    billing = EncryptedJSONField(null=True, help_text="of the invoice, where it is another than the delivery's")
    deliveries = EncryptedJSONField(
        null=True,
        help_text="further ones: [{id, address, shipping_method, lines: {key: quantity}}]; `delivery` is the rest's",
    )
    vat_number = EncryptedTextField(blank=True, default="", help_text="as the customer gave it")
    shipping_method = models.TextField(blank=True, default="")
    shipping_price = models.DecimalField(max_digits=20, decimal_places=6, default=0)
    codes = models.JSONField(default=list, help_text="coupon codes as they were entered")
    tenders = models.JSONField(
        default=list, db_default=[], help_text="[{tender, account, label, available, most}], never a code"
    )
    quote = models.JSONField(null=True, help_text="the catalog's answer for exactly this version's lines")
    saga = models.UUIDField(null=True)
    drafted_by = models.TextField(
        blank=True, default="", db_default="", help_text="the member of staff whose draft of an order it is"
    )
    payment_source = EncryptedTextField(blank=True, default="", help_text="card token between call and payment")
    metadata = models.JSONField(default=dict)
    external_id = models.TextField(blank=True, default="")
    version = models.BigIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)

    shown_before: Any = None
    """The quote that the change which gave this object has replaced; not stored."""

    class Meta:
        app_label = "commerce"
        indexes = [
            models.Index(
                fields=["customer"],
                condition=models.Q(customer__isnull=False, state="open"),
                name="commerce_cart_customer",
            ),
            models.Index(
                # Not `changed_at`: every edit would write the index.
                fields=["created_at"],
                condition=models.Q(state__in=["open", "merged"]),
                name="commerce_cart_forgotten",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"], condition=~models.Q(external_id=""), name="commerce_cart_external"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "placing", "ordered", "merged"]), name="commerce_cart_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.view}, {self.created_at:%Y-%m-%d %H:%M}"


def line_id(cart: Cart, key: str) -> UUID:
    """The id of a line that is in a cart's quote and not in the cart: a gift. The same in cart and order."""
    return uuid5(cart.id, key)


class CartLine(models.Model):
    """A SKU in a cart with what was chosen of it; one line for each. What was chosen may be about a person."""

    id = models.UUIDField(primary_key=True, default=new_id)
    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    sku = models.TextField()
    choices = EncryptedJSONField(null=True, help_text="[{option, value, quantity}]; NULL where nothing was chosen")
    choice_key = models.TextField(blank=True, default="", help_text="keyed hash of the choices")
    quantity = models.DecimalField(max_digits=12, decimal_places=4)
    metadata = models.JSONField(default=dict)

    class Meta:
        app_label = "commerce"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["cart", "sku", "choice_key"], name="commerce_line_item"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="commerce_line_quantity"),
        ]

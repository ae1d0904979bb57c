"""Prices and tax rates as entered, and the price blocks made from them."""

from django.db import models
from django.db.models import F, Q

from chassis.ids import new_id


class Price(models.Model):
    """A base or special price of a product in a channel. Whether tax is in it is the channel's choice.

    A special price counts from `starts_at` until just before `ends_at`; where several count, the lowest does.
    """

    BASE, SPECIAL = "base", "special"

    id = models.UUIDField(primary_key=True, default=new_id)
    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="prices")
    channel = models.TextField()
    currency = models.CharField(max_length=3)
    kind = models.TextField(choices=((BASE, BASE), (SPECIAL, SPECIAL)))
    amount = models.DecimalField(max_digits=20, decimal_places=6)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "channel", "currency"], condition=Q(kind="base"), name="catalog_price_base"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="catalog_price_positive"),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="catalog_price_window",
            ),
        ]


class TaxRate(models.Model):
    """Percent of tax on a class of goods sent to a country from a channel."""

    id = models.UUIDField(primary_key=True, default=new_id)
    channel = models.TextField()
    country = models.CharField(max_length=2)
    tax_class = models.TextField(default="standard")
    rate = models.DecimalField(max_digits=7, decimal_places=4, help_text="percent")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "country", "tax_class"], name="catalog_rate_once"),
            models.CheckConstraint(condition=Q(rate__gte=0) & Q(rate__lte=100), name="catalog_rate_percent"),
        ]


class PriceBlock(models.Model):
    """The prices of a product page in a channel as JSON, true until `valid_until`. Derived."""

    pk = models.CompositePrimaryKey("channel", "product_id")
    channel = models.TextField()
    product_id = models.UUIDField()
    block = models.TextField(help_text="JSON for the product's page")
    summary = models.TextField(default="", help_text="the same without variants, for listings")
    amount = models.DecimalField(max_digits=20, decimal_places=6, help_text="the lowest price shown")
    valid_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["product_id"], name="catalog_block_product")]

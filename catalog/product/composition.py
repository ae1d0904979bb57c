"""Options of products with their choices, and links between products."""

from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

from django.db import models

from catalog.product.models import Product
from chassis.ids import new_id

HUNDRED = Decimal(100)


class Surcharge(models.Model):
    """What an answer adds: an amount per channel, or a percentage of the product's price; nothing if neither is set.

    With amounts it is offered in those channels only: nothing is given away in a channel that was forgotten.
    """

    prices = models.JSONField(default=dict, blank=True, help_text="channel -> amount")
    percent = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)

    class Meta:
        abstract = True


class ProductOption(Surcharge):
    """A question to whoever buys the product."""

    SELECT, MULTI_SELECT, TEXT, DATE = "select", "multi_select", "text", "date"
    KINDS = ((SELECT, SELECT), (MULTI_SELECT, MULTI_SELECT), (TEXT, TEXT), (DATE, DATE))

    id = models.UUIDField(primary_key=True, default=new_id)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="options")
    code = models.TextField()
    kind = models.TextField(choices=KINDS)
    labels = models.JSONField(default=dict, help_text="scope -> label")
    required = models.BooleanField(default=True)
    max_length = models.IntegerField(default=255, help_text="of a text")
    position = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "code"], name="catalog_product_option_once")]

    def __str__(self) -> str:
        return self.code


class OptionChoice(Surcharge):
    """An answer to a question; with a component, so many of that product are part of the bundle."""

    id = models.UUIDField(primary_key=True, default=new_id)
    option = models.ForeignKey(ProductOption, on_delete=models.CASCADE, related_name="choices")
    code = models.TextField()
    labels = models.JSONField(default=dict, blank=True, help_text="scope -> label; a component has its own name")
    component = models.ForeignKey(
        Product, null=True, blank=True, on_delete=models.PROTECT, related_name="components_of"
    )
    quantity = models.DecimalField(max_digits=12, decimal_places=4, default=1)
    quantity_changes = models.BooleanField(default=False, help_text="the shopper may say another quantity")
    is_default = models.BooleanField(default=False)
    position = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["option", "code"], name="catalog_choice_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="catalog_choice_quantity"),
        ]

    def __str__(self) -> str:
        return self.code


class ProductLink(models.Model):
    """One product leads to another: a member of a grouped product, or one to show beside it."""

    MEMBER, RELATED, UP_SELL, CROSS_SELL = "member", "related", "up_sell", "cross_sell"
    SHOWN = (RELATED, UP_SELL, CROSS_SELL)
    KINDS = tuple((kind, kind) for kind in (MEMBER, *SHOWN))

    id = models.UUIDField(primary_key=True, default=new_id)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="links")
    target = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="linked_from")
    kind = models.TextField(choices=KINDS)
    quantity = models.DecimalField(max_digits=12, decimal_places=4, default=1, help_text="suggested, of a member")
    position = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "target", "kind"], name="catalog_link_once")]

    def __str__(self) -> str:
        return self.kind


def owners_of(components: Collection[UUID]) -> list[UUID]:
    """Bundles and grouped products that these products are part of."""
    bundles = ProductOption.objects.filter(choices__component__in=components).values_list("product_id", flat=True)
    groups = ProductLink.objects.filter(target__in=components, kind=ProductLink.MEMBER)
    return sorted(bundles.union(groups.values_list("product_id", flat=True)))

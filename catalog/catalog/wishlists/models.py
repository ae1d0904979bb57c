"""Wishlists and what is on them."""

import secrets

from django.db import models

from catalog.product.models import Product
from chassis import clock
from chassis.ids import new_id


def new_share() -> str:
    """What opens a shared list; nobody guesses it."""
    return secrets.token_urlsafe(16)


class Wishlist(models.Model):
    """A customer's list in a channel. `share` is empty while nobody else may see it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    customer = models.UUIDField()
    channel = models.TextField()
    name = models.TextField()
    share = models.TextField(blank=True, default="")
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["customer", "channel"], name="catalog_wishlist_customer")]
        constraints = [
            models.UniqueConstraint(fields=["share"], condition=~models.Q(share=""), name="catalog_wishlist_share")
        ]

    def __str__(self) -> str:
        return self.name


class WishlistItem(models.Model):
    """A product on a list, or one of its variants."""

    id = models.UUIDField(primary_key=True, default=new_id)
    wishlist = models.ForeignKey(Wishlist, on_delete=models.CASCADE, related_name="items")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    added_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["wishlist", "product"], name="catalog_wish_once")]

"""Wishlists that were kept elsewhere."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from catalog.catalog.wishlists.models import Wishlist, WishlistItem
from catalog.product.models import Product
from chassis.unit_of_work import unit_of_work


@dataclass(frozen=True, kw_only=True)
class ImportWish:
    """A product on a list, since when."""

    product: UUID
    added_at: datetime


@dataclass(frozen=True, kw_only=True)
class ImportWishlist:
    """A customer's list in a channel; what is on it becomes exactly this. `share` opens it to others."""

    id: UUID
    customer: UUID
    channel: str
    name: str
    items: tuple[ImportWish, ...]
    created_at: datetime
    share: str = ""


def import_wishlists(lists: Sequence[ImportWishlist], *, gone: Collection[UUID] = ()) -> None:
    """Make or change lists by their ids, and remove those that are gone. Products that are not here are left out."""
    with unit_of_work("catalog"):
        Wishlist.objects.filter(id__in=list(gone)).delete()
        old = {row.id: row for row in Wishlist.objects.select_for_update().filter(id__in=[one.id for one in lists])}
        for one in lists:
            row = old.get(one.id) or Wishlist(id=one.id, version=0, created_at=one.created_at)
            row.customer, row.channel, row.name, row.share = one.customer, one.channel, one.name, one.share
            row.version += 1
            row.save()
        WishlistItem.objects.filter(wishlist__in=[one.id for one in lists]).delete()
        wanted = {(one.id, wish.product): wish.added_at for one in lists for wish in one.items}
        known = set(Product.objects.filter(id__in={product for _, product in wanted}).values_list("id", flat=True))
        WishlistItem.objects.bulk_create(
            [
                WishlistItem(wishlist_id=list_, product_id=product, added_at=added_at)
                for (list_, product), added_at in wanted.items()
                if product in known
            ]
        )

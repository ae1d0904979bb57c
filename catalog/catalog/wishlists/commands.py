"""Keeping wishlists."""

from uuid import UUID

from catalog.catalog.errors import TooManyWishes, UnknownReference, UnknownWishlist
from catalog.catalog.sorting import sku_key
from catalog.catalog.wishlists.models import Wishlist, WishlistItem, new_share
from catalog.product.models import Product
from chassis.unit_of_work import unit_of_work
from chassis.web.etag import NO_PRECONDITION, Precondition

MOST_LISTS, MOST_ITEMS = 20, 500


def make_wishlist(*, customer: UUID, channel: str, name: str) -> Wishlist:
    """A new, empty list. Raises TooManyWishes."""
    with unit_of_work("catalog"):
        # Of two that are made at once both might be the last that is allowed; one list more does no harm.
        if Wishlist.objects.filter(customer=customer, channel=channel).count() >= MOST_LISTS:
            raise TooManyWishes(f"A customer has at most {MOST_LISTS} lists.")
        return Wishlist.objects.create(customer=customer, channel=channel, name=name)


def change_wishlist(
    wishlist: UUID, *, customer: UUID, name: str | None, shared: bool | None, expected: Precondition = NO_PRECONDITION
) -> Wishlist:
    """Rename a list, show it to others, or take that back: a former link leads nowhere then."""
    with unit_of_work("catalog"):
        row = locked(wishlist, customer=customer, expected=expected)
        row.name = name or row.name
        if shared is not None:
            row.share = (row.share or new_share()) if shared else ""
        row.version += 1
        row.save()
        return row


def remove_wishlist(wishlist: UUID, *, customer: UUID, expected: Precondition = NO_PRECONDITION) -> None:
    """Remove a list with what is on it."""
    with unit_of_work("catalog"):
        locked(wishlist, customer=customer, expected=expected).delete()


def add_wish(wishlist: UUID, *, customer: UUID, sku: str) -> Wishlist:
    """Put a product on a list, once. Raises UnknownReference, TooManyWishes."""
    with unit_of_work("catalog"):
        row = locked(wishlist, customer=customer)
        product = Product.objects.filter(sku_key=sku_key(sku), channels__contains=[row.channel]).first()
        if product is None:
            raise UnknownReference(f"There is no product {sku} here.", field="/sku")
        if WishlistItem.objects.filter(wishlist=row).count() >= MOST_ITEMS:
            raise TooManyWishes(f"A list holds at most {MOST_ITEMS} products.")
        _, made = WishlistItem.objects.get_or_create(wishlist=row, product=product)
        if made:
            row.version += 1
            row.save(update_fields=["version"])
        return row


def remove_wish(wishlist: UUID, *, customer: UUID, sku: str, expected: Precondition = NO_PRECONDITION) -> Wishlist:
    """Take a product off a list."""
    with unit_of_work("catalog"):
        row = locked(wishlist, customer=customer, expected=expected)
        gone, _ = WishlistItem.objects.filter(wishlist=row, product__sku_key=sku_key(sku)).delete()
        if not gone:
            raise UnknownReference(f"{sku} is not on the list.", field="/sku")
        row.version += 1
        row.save(update_fields=["version"])
        return row


def locked(wishlist: UUID, *, customer: UUID, expected: Precondition = NO_PRECONDITION) -> Wishlist:
    """A customer's own list under its lock; UnknownWishlist for none and for somebody else's alike."""
    row = Wishlist.objects.select_for_update().filter(id=wishlist, customer=customer).first()
    if row is None:
        raise UnknownWishlist()
    expected.check(row.version)
    return row

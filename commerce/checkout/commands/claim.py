"""Making a guest's cart the signed-in customer's: the one that they left open goes into it."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from django.db import connections
from django.db.models import F

from chassis import clock
from commerce.checkout.availability import stock
from commerce.checkout.commands.carts import Shopper, open_carts
from commerce.checkout.commands.coupons import MOST_CODES
from commerce.checkout.commands.editing import MOST_OF_ONE, MOST_TENDERS, Also, edit_cart, nothing
from commerce.checkout.errors import DraftNotClaimed, UnknownCart
from commerce.checkout.items import items_of
from commerce.checkout.models import Cart
from commerce.checkout.pricing import Draft, coupon_key
from commerce.checkout.tenders import Tender, tenders_of


def claim_cart(*, view: str, cart_id: UUID, shopper: Shopper, also: Also = nothing) -> Cart:
    """Make a guest's cart the signed-in customer's, merging their open cart of the view into it.

    Quantities of a SKU are summed, up to what can be had (where that is known) and to the most that a line holds.
    Several at once, and edits of either cart meanwhile, come one after the other: none of their lines is lost.
    DraftNotClaimed where staff have put it together.
    """
    if shopper.customer is None or not shopper.secret:
        raise UnknownCart()
    merge = _Merge(view, cart_id, shopper)
    return edit_cart(view=view, cart_id=cart_id, shopper=shopper, edit=merge.edit, before=merge.absorb, also=also)


class _Merge:
    """What one attempt has read of the customer's older cart, and whether it is still so when it is written."""

    def __init__(self, view: str, cart_id: UUID, shopper: Shopper) -> None:
        assert shopper.customer is not None
        self.view, self.cart_id, self.shopper, self.customer = view, cart_id, shopper, shopper.customer
        self.older: Cart | None = None

    def edit(self, cart: Cart, draft: Draft) -> Draft:
        """The lines of both carts, under the customer's name. What staff have put together is nobody's to merge."""
        if cart.drafted_by:
            raise DraftNotClaimed()
        self.older = self._find_older()
        merged = dict(draft.lines)
        if self.older is not None:
            inherited = items_of(self.older)
            limits = _limits(self.older.channel, {one.sku for one in inherited})
            for one, quantity in inherited.items():
                present = merged.get(one, Decimal(0))
                # A limit never takes away what either cart held by itself.
                merged[one] = max(present, quantity, min(present + quantity, limits.get(one.sku, MOST_OF_ONE)))
        codes = _all_of(draft.codes, self.older.codes if self.older else ())
        changes = {"customer": self.customer, "customer_group": self.shopper.group, "codes": list(codes)}
        tenders = tenders_of(self.older) if self.older else ()
        return replace(draft, lines=merged, codes=codes, tenders=_each(draft.tenders, tenders), changes=changes)

    def absorb(self, cart: Cart) -> bool:
        """Lock both carts and close the older; False, with nothing written, if either is not as it was read."""
        with connections["commerce"].cursor() as cursor:
            # Two guest carts claimed at once must see each other, and neither is a row of this customer yet.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{self.customer} {self.view}"])
        wanted = {one.id: one.version for one in (cart, self.older) if one is not None}
        locked = Cart.objects.select_for_update().filter(id__in=wanted, state=Cart.OPEN).order_by("id")
        if dict(locked.values_list("id", "version")) != wanted or self._find_older() != self.older:
            return False
        if self.older is not None:
            gone = Cart.objects.filter(id=self.older.id)
            gone.update(state=Cart.MERGED, version=F("version") + 1, changed_at=clock.now())
        return True

    def _find_older(self) -> Cart | None:
        others = open_carts(view=self.view, customer=self.customer).exclude(id=self.cart_id)
        return others.order_by("-changed_at").first()


def _all_of(codes: Iterable[str], older: Iterable[str]) -> tuple[str, ...]:
    """The coupons of both carts, each once, as many as one cart takes."""
    return tuple({coupon_key(code): code for code in (*codes, *older)}.values())[:MOST_CODES]


def _each(tenders: tuple[Tender, ...], older: tuple[Tender, ...]) -> tuple[Tender, ...]:
    """What both carts pay with, each account once, as many as one cart takes."""
    return tuple({(one.tender, one.account): one for one in (*older, *tenders)}.values())[:MOST_TENDERS]


def _limits(channel: str, skus: set[str]) -> dict[str, Decimal]:
    """The most that can be had of each SKU, where logistics says so in time."""
    return {
        sku: min(item.available, MOST_OF_ONE)
        for sku, item in stock(channel, skus).items()
        if item.in_stock and item.available is not None
    }

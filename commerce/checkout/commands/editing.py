"""How a cart changes: priced first, then written.

The lines that will be are quoted by catalog outside any transaction, then lines and quote are written together if the
cart is still at the version that was read. So totals always belong to the lines shown, and of several edits at
once all survive: the later tries again, for a short while.
"""

import random
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import reduce
from itertools import count
from operator import or_
from uuid import UUID

from django.db.models import Q

from chassis import clock
from chassis.ids import new_id
from chassis.precondition import NO_PRECONDITION, Precondition
from chassis.unit_of_work import unit_of_work
from commerce.checkout.commands.carts import Shopper, find_cart
from commerce.checkout.errors import CartBusy, CartFrozen, TooMany, TooManyLines, TooManyTenders
from commerce.checkout.items import Item, stored
from commerce.checkout.models import Cart, CartLine
from commerce.checkout.pricing import NOTHING, Adds, Draft, as_json, draft_of, in_catalogs_spelling, settled
from commerce.checkout.tenders import as_json as tenders_as_json
from commerce.checkout.tenders import found_again
from contracts.catalog import Quote

PATIENCE_SECONDS = 3.0
LEAST_TRIES = 10
"""However slow each is: who fails has lost to somebody's success, and nobody loses to ten in a row by mere slowness."""

PAUSE_SECONDS = 0.01
LONGEST_PAUSE_SECONDS = 0.2
MOST_LINES = 200
MOST_OF_ONE = Decimal(9999)
MOST_TENDERS = 5

Edit = Callable[[Cart, Draft], Draft]
Before = Callable[[Cart], bool]
"""What is to be locked and written first; False, with nothing written, has the edit tried again."""

Also = Callable[[Cart], None]
"""What else is to be written with a change, such as the answer to the call that asked for it."""


def nothing(_: Cart) -> None:
    """Write nothing else."""


def edit_cart(
    *,
    view: str,
    cart_id: UUID,
    shopper: Shopper,
    edit: Edit,
    adds: Adds = NOTHING,
    before: Before | None = None,
    also: Also = nothing,
) -> Cart:
    """Price what `edit` makes of the cart, then write it; `before` and `also` run in the unit of work that writes.

    `edit` is asked anew whenever others were quicker. CartBusy when they were for PATIENCE_SECONDS and LEAST_TRIES.
    """
    until, pause = time.monotonic() + PATIENCE_SECONDS, PAUSE_SECONDS
    for tries in count(1):
        cart = find_cart(view=view, cart_id=cart_id, shopper=shopper)
        if cart.state != Cart.OPEN:
            raise CartFrozen(state=cart.state)
        present = draft_of(cart)
        draft = settled(edit(cart, present))
        draft, quote = _priced(cart, _in_group(cart, draft, shopper), adds=adds)
        draft = _tendered(cart, draft)
        with unit_of_work("commerce"):
            if (before is None or before(cart)) and _write(cart, present=present, draft=draft, quote=quote):
                also(cart)
                return cart
        if tries >= LEAST_TRIES and time.monotonic() > until:
            break
        # Not all at once again: each try costs catalog a quote.
        time.sleep(random.uniform(0, pause))
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
    raise CartBusy()


def confirm(
    *,
    view: str,
    cart_id: UUID,
    shopper: Shopper,
    expected: Precondition = NO_PRECONDITION,
    also: Also = nothing,
) -> Cart:
    """Take today's figures for the cart as it is: what was reported as changed is accepted."""

    def edit(cart: Cart, draft: Draft) -> Draft:
        expected.check(cart.version)
        return draft

    return edit_cart(view=view, cart_id=cart_id, shopper=shopper, edit=edit, also=also)


def _in_group(cart: Cart, draft: Draft, shopper: Shopper) -> Draft:
    """A customer's draft for the group that the token names: who opened the cart may have changed groups since."""
    if cart.customer is None or cart.customer != shopper.customer:
        return draft
    return replace(draft, changes={"customer_group": shopper.group, **draft.changes})


def _priced(cart: Cart, draft: Draft, *, adds: Adds) -> tuple[Draft, Quote]:
    if len(draft.lines) > MOST_LINES:
        raise TooManyLines()
    draft, quote = in_catalogs_spelling(cart, draft, adds=adds)
    if any(quantity > MOST_OF_ONE for quantity in draft.lines.values()):
        raise TooMany(field="/quantity", most=str(MOST_OF_ONE))
    return draft, quote


def _tendered(cart: Cart, draft: Draft) -> Draft:
    """The draft with what its tenders can pay today."""
    tenders = found_again(cart, draft.tenders, customer=draft.changes.get("customer", cart.customer))
    if len(tenders) > MOST_TENDERS:
        raise TooManyTenders()
    return replace(draft, tenders=tenders, changes={**draft.changes, "tenders": tenders_as_json(tenders)})


def _write(cart: Cart, *, present: Draft, draft: Draft, quote: Quote) -> bool:
    """Cart, lines and quote as they are to be; False if the cart is no longer at the version that was read."""
    changes = {
        "version": cart.version + 1,
        "quote": as_json(quote),
        "shipping_price": quote.shipping,
        "changed_at": clock.now(),
        **draft.changes,
    }
    if not Cart.objects.filter(id=cart.id, version=cart.version, state=Cart.OPEN).update(**changes):
        return False
    _write_lines(cart, present=present.lines, wanted=draft.lines)
    # At the version that was read, the row is what was read and these changes: no need to read it again.
    cart.shown_before = cart.quote
    for name, value in changes.items():
        setattr(cart, name, value)
    return True


def _write_lines(cart: Cart, *, present: dict[Item, Decimal], wanted: dict[Item, Decimal]) -> None:
    """Bring the lines to `wanted`.

    `present` were read before this transaction took the cart's version, so nobody has written since.
    """
    gone = [Q(sku=one.sku, choice_key=one.choice_key) for one in present if one not in wanted]
    if gone:
        CartLine.objects.filter(reduce(or_, gone), cart=cart).delete()
    changed = [
        CartLine(
            id=new_id(),
            cart=cart,
            sku=one.sku,
            choices=stored(one.choices),
            choice_key=one.choice_key,
            quantity=quantity,
        )
        for one, quantity in wanted.items()
        if present.get(one) != quantity
    ]
    if changed:
        CartLine.objects.bulk_create(
            changed, update_conflicts=True, unique_fields=["cart", "sku", "choice_key"], update_fields=["quantity"]
        )

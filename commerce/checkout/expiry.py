"""Carts that nobody came back to are deleted some time after their last change; who reads one is told when.

A cart that is being ordered stays, and one that was ordered for good: by its secret a guest looks at the order.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connections

from chassis import clock
from chassis.jobs import JobKind
from chassis.retention import nothing_to_record
from chassis.unit_of_work import unit_of_work
from commerce.checkout.models import Cart

BATCH = 500
EVERY = timedelta(hours=6)

# Rows are locked first: an edit that comes between finds no cart any more, and one that holds the row wins.
_FORGET = """
    WITH gone AS (
        SELECT id FROM commerce_cart
        WHERE state IN ('open', 'merged') AND created_at < %s
          AND changed_at < CASE WHEN customer IS NULL THEN %s ELSE %s END
        ORDER BY created_at LIMIT %s FOR UPDATE SKIP LOCKED
    ), lines AS (DELETE FROM commerce_cartline WHERE cart_id IN (SELECT id FROM gone))
    DELETE FROM commerce_cart WHERE id IN (SELECT id FROM gone)"""


def expires_at(cart: Cart) -> datetime | None:
    """From when on an open cart may be gone if it is not changed before; None for any other."""
    return cart.changed_at + _kept(guest=cart.customer is None) if cart.state == Cart.OPEN else None


def forget() -> int:
    """Delete the carts whose time has come, with their lines, some at a time; how many there were."""
    now, total = clock.now(), 0
    guests, customers = now - _kept(guest=True), now - _kept(guest=False)
    while True:
        with unit_of_work("commerce"), connections["commerce"].cursor() as cursor:
            cursor.execute(_FORGET, [max(guests, customers), guests, customers, BATCH])
            gone = cursor.rowcount
        total += gone
        if not gone:
            return total


def _kept(*, guest: bool) -> timedelta:
    return timedelta(days=settings.CART_DAYS_GUEST if guest else settings.CART_DAYS_CUSTOMER)


FORGET_CARTS = JobKind(name="commerce.forget_carts", call=lambda _: forget(), record=nothing_to_record, every=EVERY)

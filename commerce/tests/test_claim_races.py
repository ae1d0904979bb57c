"""Signing in on two devices at once, while a third still adds: one cart is left, and nothing of any is lost."""

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connections

from chassis.ids import new_id
from commerce.checkout import commands
from commerce.checkout.commands import Shopper
from commerce.checkout.errors import CartFrozen
from commerce.checkout.models import Cart, CartLine
from commerce.tests.conftest import Shelves, a_ready_cart

pytestmark = pytest.mark.django_db(databases=["commerce"], transaction=True)
ROUNDS = 6


def at_once(*calls: Callable[[], None]) -> list[Exception]:
    """Run them in threads that start together; what they raised."""
    gate, raised = threading.Barrier(len(calls)), []

    def run(call: Callable[[], None]) -> None:
        try:
            gate.wait()
            call()
        except Exception as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def claiming(view: str, customer: Shopper, guests: list[tuple[Cart, Shopper]]) -> list[Callable[[], None]]:
    def claim(cart: Cart, guest: Shopper) -> Callable[[], None]:
        both = Shopper(customer=customer.customer, group="general", secret=guest.secret)
        return lambda: void(commands.claim_cart(view=view, cart_id=cart.id, shopper=both))

    return [claim(*guest) for guest in guests]


def void(_: Cart) -> None:
    """The answer is looked at in the database."""


def left_open(customer: Shopper) -> dict[str, Decimal]:
    (cart,) = Cart.objects.filter(customer=customer.customer, state=Cart.OPEN)
    lines = dict(CartLine.objects.filter(cart=cart).values_list("sku", "quantity"))
    assert {line["sku"]: Decimal(line["quantity"]) for line in cart.quote["lines"]} == lines
    return lines


def test_claims_and_an_edit_of_the_older_cart_at_once_lose_nothing(shop: str, shelves: Shelves) -> None:
    for _ in range(ROUNDS):
        customer = Shopper(customer=new_id(), group="general")
        older, _ = commands.open_cart(view=shop, shopper=customer)
        commands.add_line(view=shop, cart_id=older.id, shopper=customer, sku="TENT", quantity=Decimal(1))
        guests = [a_ready_cart(lines={"MUG": 1}) for _ in range(3)]
        added: list[int] = []

        def add(older: Cart = older, customer: Shopper = customer, added: list[int] = added) -> None:
            for _ in range(5):
                commands.add_line(view=shop, cart_id=older.id, shopper=customer, sku="TENT", quantity=Decimal(1))
                added.append(1)

        raised = at_once(add, *claiming(shop, customer, guests))
        # Once it was merged, the older cart takes no more: that is told, not lost.
        assert all(isinstance(error, CartFrozen) for error in raised) and len(raised) <= 1, raised
        assert left_open(customer) == {"MUG": Decimal(3), "TENT": Decimal(1 + len(added))}


def test_carts_claimed_at_once_become_one_though_there_was_none_before(shop: str, shelves: Shelves) -> None:
    for _ in range(ROUNDS):
        customer = Shopper(customer=new_id(), group="general")
        guests = [a_ready_cart(lines={"MUG": 2}), a_ready_cart(lines={"MUG": 3, "TENT": 1})]
        assert at_once(*claiming(shop, customer, guests)) == []
        assert left_open(customer) == {"MUG": Decimal(5), "TENT": Decimal(1)}

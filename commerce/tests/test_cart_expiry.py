"""Carts that nobody came back to go, those that somebody needs stay, and no edit falls between."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from chassis import clock
from chassis.ids import new_id
from chassis.racing import race
from commerce.checkout import commands, expiry, placement
from commerce.checkout.answers import cart_body
from commerce.checkout.commands import Shopper
from commerce.checkout.errors import UnknownCart
from commerce.checkout.models import Cart, CartLine
from commerce.checkout.queries import look_at
from commerce.tests.books import CARD, Books, reserve, run_jobs
from commerce.tests.conftest import a_ready_cart

ROUNDS = 20


def aged(cart: Cart, days: float, **columns: Any) -> Cart:
    then = clock.now() - timedelta(days=days)
    Cart.objects.filter(id=cart.id).update(created_at=then, changed_at=then, **columns)
    return Cart.objects.get(id=cart.id)


def left() -> set[Any]:
    assert set(CartLine.objects.values_list("cart", flat=True)) <= set(Cart.objects.values_list("id", flat=True))
    return set(Cart.objects.values_list("id", flat=True))


@pytest.mark.django_db(databases=["commerce"])
def test_what_nobody_came_back_to_goes_with_its_lines(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "BATCH", 2)
    old = [aged(a_ready_cart(lines={"MUG": 1})[0], 31) for _ in range(5)]
    merged = aged(a_ready_cart(lines={"MUG": 1})[0], 31, state=Cart.MERGED)
    customers = aged(a_ready_cart(lines={"MUG": 1})[0], 400, customer=new_id())
    fresh, *kept = [
        aged(a_ready_cart(lines={"MUG": 1})[0], 29),
        aged(a_ready_cart(lines={"MUG": 1})[0], 31, customer=new_id()),
        aged(a_ready_cart(lines={"MUG": 1})[0], 500, state=Cart.PLACING, saga=new_id()),
        aged(a_ready_cart(lines={"MUG": 1})[0], 500, state=Cart.ORDERED),
    ]
    assert expiry.forget() == len(old) + 2
    assert left() == {fresh.id, *(cart.id for cart in kept)}
    assert not {merged.id, customers.id} & left()
    assert expiry.forget() == 0


@pytest.mark.django_db(databases=["commerce"])
def test_a_cart_says_until_when_it_is_kept(shop: str) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 1})
    first = cart_body(look_at(cart))["expires_at"]
    assert isinstance(first, datetime) and first - cart.changed_at == timedelta(days=30)
    aged(cart, 10)
    again = commands.add_line(view=shop, cart_id=cart.id, shopper=shopper, sku="MUG", quantity=Decimal(1))
    assert expiry.expires_at(again) == again.changed_at + timedelta(days=30) > first
    assert expiry.expires_at(aged(cart, 1, customer=new_id())) > first + timedelta(days=300)
    assert cart_body(look_at(aged(cart, 1, state=Cart.ORDERED)))["expires_at"] is None


@pytest.mark.django_db(databases=["commerce"], transaction=True)
def test_an_edit_comes_before_or_after_and_never_half(shop: str) -> None:
    for _ in range(ROUNDS):
        cart, shopper = a_ready_cart(lines={"MUG": 1})
        aged(cart, 31)
        added: list[bool] = []

        def add(cart: Cart = cart, shopper: Shopper = shopper, added: list[bool] = added) -> None:
            try:
                commands.add_line(view=shop, cart_id=cart.id, shopper=shopper, sku="MUG", quantity=Decimal(1))
                added.append(True)
            except UnknownCart:
                added.append(False)

        race("commerce", [add, lambda: expiry.forget() and None])
        assert (cart.id in left()) == added[0]
        assert list(CartLine.objects.filter(cart=cart.id).values_list("quantity", flat=True)) == [2] * added[0]


@pytest.mark.django_db(databases=["commerce"])
def test_a_checkout_that_came_to_nothing_leaves_time_to_try_again(shop: str, books: Books) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 1})
    aged(cart, 29.9)
    books.decline = True
    _, saga = placement.place(view=shop, cart_id=cart.id, shopper=shopper, source=CARD, expected_total=None)
    reserve(saga)
    run_jobs()
    after = Cart.objects.get(id=cart.id)
    assert after.state == Cart.OPEN
    assert after.changed_at > clock.now() - timedelta(minutes=1)


@pytest.mark.django_db(databases=["commerce"])
def test_a_cart_that_expires_while_it_is_ordered_is_unknown(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 1})
    aged(cart, 31)
    method = placement._method

    def late(*values: Any, **options: Any) -> Any:
        assert expiry.forget() == 1
        return method(*values, **options)

    monkeypatch.setattr(placement, "_method", late)
    with pytest.raises(UnknownCart):
        placement.place(view=shop, cart_id=cart.id, shopper=shopper, source="4242", expected_total=None)

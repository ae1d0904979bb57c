"""Carts: nothing lost by edits at once, totals that belong to the lines shown, doors that stay shut."""

import json
import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from chassis.errors import StaleVersion
from chassis.ids import new_id
from chassis.precondition import Precondition
from chassis.web.idempotency import Claim
from commerce.checkout import commands
from commerce.checkout.answers import cart_body
from commerce.checkout.api import Lines
from commerce.checkout.commands import Shopper
from commerce.checkout.errors import CountryNotServed, NotForSale, UnknownCart, UnknownLine
from commerce.checkout.models import Cart, CartLine
from commerce.checkout.placement import place
from commerce.checkout.queries import look_at
from commerce.models import SagaInstance
from commerce.tests.conftest import ADDRESS, a_ready_cart

pytestmark = pytest.mark.django_db(databases=["commerce"])


def lines_of(cart: Cart) -> dict[str, Decimal]:
    return dict(CartLine.objects.filter(cart=cart).values_list("sku", "quantity"))


def test_the_same_sku_twice_is_one_line(shop: str) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 2})
    cart = commands.add_line(view=shop, cart_id=cart.id, shopper=shopper, sku="MUG", quantity=Decimal(3))
    assert lines_of(cart) == {"MUG": Decimal(5)}
    assert Decimal(cart.quote["total"]) == Decimal("54.90")


def test_two_spellings_of_a_sku_are_one_line_under_catalogs_own(shop: str) -> None:
    cart, shopper = a_ready_cart(lines={"mug": 1})
    assert lines_of(cart) == {"MUG": Decimal(1)}
    cart = commands.add_line(view=shop, cart_id=cart.id, shopper=shopper, sku="Mug", quantity=Decimal(2))
    assert lines_of(cart) == {"MUG": Decimal(3)}
    (line,) = cart_body(look_at(cart))["lines"]
    assert line["id"] == str(CartLine.objects.get(cart=cart).id) and Decimal(line["total"]) == 30


def test_a_line_kept_under_another_spelling_can_be_ordered(shop: str) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 1})
    CartLine.objects.filter(cart=cart).update(sku="mug")  # as catalog spelt it before the SKU was corrected
    _, saga = place(view=shop, cart_id=cart.id, shopper=shopper, source="4242", expected_total=None)
    (line,) = SagaInstance.objects.get(id=saga).data["lines"]
    assert line["id"] == str(CartLine.objects.get(cart=cart).id) and line["sku"] == "MUG"


def test_an_unknown_sku_is_refused_and_nothing_written(shop: str) -> None:
    cart, shopper = a_ready_cart()
    with pytest.raises(NotForSale):
        commands.add_line(view=shop, cart_id=cart.id, shopper=shopper, sku="NOPE", quantity=Decimal(1))
    assert lines_of(cart) == {"MUG": Decimal(2)}


def test_zero_removes_a_line_and_a_foreign_line_is_unknown(shop: str) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 1, "TENT": 1})
    line = CartLine.objects.get(cart=cart, sku="MUG").id
    cart = commands.set_quantity(view=shop, cart_id=cart.id, shopper=shopper, line=line, quantity=Decimal(0))
    assert lines_of(cart) == {"TENT": Decimal(1)}
    with pytest.raises(UnknownLine):
        commands.set_quantity(view=shop, cart_id=cart.id, shopper=shopper, line=new_id(), quantity=Decimal(1))


def test_without_the_secret_a_cart_does_not_exist(shop: str) -> None:
    cart, _ = a_ready_cart()
    for shopper in (Shopper(), Shopper(secret="wrong"), Shopper(customer=new_id())):
        with pytest.raises(UnknownCart):
            commands.find_cart(view=shop, cart_id=cart.id, shopper=shopper)


def test_a_stale_edit_is_refused(shop: str) -> None:
    cart, shopper = a_ready_cart()
    line = CartLine.objects.get(cart=cart).id
    with pytest.raises(StaleVersion):
        commands.set_quantity(
            view=shop,
            cart_id=cart.id,
            shopper=shopper,
            line=line,
            quantity=Decimal(9),
            expected=Precondition(frozenset({'"v1"'})),
        )
    assert lines_of(cart) == {"MUG": Decimal(2)}


def test_delivery_to_a_country_that_is_not_served_is_refused(shop: str) -> None:
    cart, shopper = a_ready_cart()
    with pytest.raises(CountryNotServed):
        commands.set_delivery(
            view=shop,
            cart_id=cart.id,
            shopper=shopper,
            email="a@example.org",
            address={**ADDRESS, "country": "US"},
            shipping_method="parcel",
        )


def test_signing_in_merges_both_carts(shop: str) -> None:
    customer = Shopper(customer=new_id(), group="general")
    older, _ = commands.open_cart(view=shop, shopper=customer)
    commands.add_line(view=shop, cart_id=older.id, shopper=customer, sku="MUG", quantity=Decimal(1))
    guest, shopper = a_ready_cart(lines={"MUG": 2, "TENT": 1})
    claimed = commands.claim_cart(
        view=shop, cart_id=guest.id, shopper=Shopper(customer=customer.customer, group="general", secret=shopper.secret)
    )
    assert lines_of(claimed) == {"MUG": Decimal(3), "TENT": Decimal(1)}
    assert Cart.objects.get(id=older.id).state == Cart.MERGED
    with pytest.raises(UnknownCart):
        commands.find_cart(view=shop, cart_id=claimed.id, shopper=Shopper(secret=shopper.secret))


@pytest.mark.django_db(databases=["commerce"], transaction=True)
def test_parallel_additions_lose_nothing_and_totals_fit_the_lines(shop: str) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 1})
    refused: list[Exception] = []

    def add() -> None:
        try:
            for _ in range(5):
                commands.add_line(view=shop, cart_id=cart.id, shopper=shopper, sku="MUG", quantity=Decimal(1))
        except Exception as error:
            refused.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=add) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == []
    assert lines_of(cart) == {"MUG": Decimal(31)}
    assert Decimal(Cart.objects.get(id=cart.id).quote["subtotal"]) == Decimal("310.00")


def test_a_change_whose_answer_was_lost_is_not_done_again(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 1})
    headers = {"Idempotency-Key": "k1", "X-Cart-Secret": shopper.secret}

    def call() -> Response:
        body = {"sku": "MUG", "quantity": "1"}
        request = APIRequestFactory().post("/lines", body, format="json", headers=headers)
        response: Response = Lines.as_view()(request, view=shop, cart=cart.id)
        return response

    with monkeypatch.context() as crash:
        crash.setattr(Claim, "_release", lambda _: None)  # a killed process releases nothing

        def die(*_: object, **__: object) -> None:
            raise SystemExit("killed after the commit")

        crash.setattr("commerce.checkout.api.commands.add_line", _then(commands.add_line, die))
        with pytest.raises(SystemExit):
            call()
    again = call()
    assert again.status_code == 201 and Decimal(json.loads(again.content)["lines"][0]["quantity"]) == 2
    assert lines_of(cart) == {"MUG": Decimal(2)}


def _then(first: Callable[..., Cart], after: Callable[..., None]) -> Callable[..., None]:
    def both(**options: object) -> None:
        first(**options)
        after()

    return both


def test_claiming_locks_both_carts_in_the_order_of_their_ids(shop: str) -> None:
    customer = new_id()
    older, _ = commands.open_cart(view=shop, shopper=Shopper(customer=customer))
    guest, shopper = a_ready_cart()
    with CaptureQueriesContext(connections["commerce"]) as queries:
        commands.claim_cart(view=shop, cart_id=guest.id, shopper=Shopper(customer=customer, secret=shopper.secret))
    locking = [query["sql"] for query in queries if "FOR UPDATE" in query["sql"]]
    updates = [i for i, query in enumerate(queries) if query["sql"].startswith('UPDATE "commerce_cart"')]
    first_lock = next(i for i, query in enumerate(queries) if "FOR UPDATE" in query["sql"])
    assert len(locking) == 1 and "ORDER BY 1 ASC" in locking[0] and first_lock < min(updates)
    assert older.id.hex in locking[0] and guest.id.hex in locking[0]

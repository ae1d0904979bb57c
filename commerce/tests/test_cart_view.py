"""What a cart tells beside its figures: what can be had, what has changed; never a refusal for want of an answer."""

import threading
import time
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from chassis.bounded import MOST_UNDER_WAY
from chassis.context import handling
from chassis.ids import new_id
from chassis.outside import CallInHandler
from commerce.checkout import commands
from commerce.checkout.availability import SECONDS, stock
from commerce.checkout.commands import Shopper
from commerce.checkout.errors import TooMany
from commerce.checkout.models import Cart, CartLine
from commerce.checkout.queries import look_at
from commerce.tests import conftest
from commerce.tests.conftest import Shelves, a_ready_cart

pytestmark = pytest.mark.django_db(databases=["commerce"])


def seen(cart: Cart, shopper: Shopper) -> Any:
    answer = APIClient().get(f"/api/v1/{cart.view}/carts/{cart.id}", headers={"X-Cart-Secret": shopper.secret})
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_all_lines_are_asked_for_in_one_call(shop: str, shelves: Shelves) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 2, "TENT": 1, "LESSON": 1})
    shelves.asked.clear()
    shelves.left = Decimal("1.5000")
    lines = {line["sku"]: (line["availability"], line["available"]) for line in seen(cart, shopper)["lines"]}
    assert shelves.asked == [("MUG", "TENT")]
    assert lines == {"MUG": ("insufficient", "1.5"), "TENT": ("available", "1.5"), "LESSON": ("available", None)}


def test_without_a_limit_any_quantity_can_be_had(shop: str, shelves: Shelves) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 2})
    shelves.left = None
    (line,) = seen(cart, shopper)["lines"]
    assert (line["availability"], line["available"]) == ("available", None)


def test_a_warehouse_that_does_not_answer_leaves_the_cart_readable_and_its_stock_unknown(
    shop: str, shelves: Shelves
) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 2})
    shelves.silent = threading.Event()
    begun = time.monotonic()
    (line,) = seen(cart, shopper)["lines"]
    assert (line["availability"], line["available"]) == ("unknown", None)
    assert time.monotonic() - begun < 10  # it would be 20 without the time-out
    added = commands.add_line(view=shop, cart_id=cart.id, shopper=shopper, sku="TENT", quantity=Decimal(1))
    assert CartLine.objects.filter(cart=added).count() == 2


def test_a_changed_price_is_reported_and_not_applied_until_it_is_confirmed(
    shop: str, shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 2})
    monkeypatch.setitem(conftest.PRICES, "MUG", Decimal("11.00"))
    before = seen(cart, shopper)
    assert before["changes"] == [{"what": "price", "sku": "MUG", "before": "10.00", "now": "11.00"}]
    assert Decimal(before["totals"]["total"]) == Decimal("24.90")
    confirmed = APIClient().post(
        f"/api/v1/{shop}/carts/{cart.id}/confirm",
        headers={"X-Cart-Secret": shopper.secret, "If-Match": f'"v{before["version"]}"'},
    )
    assert confirmed.status_code == 200, confirmed.content
    assert Decimal(confirmed.json()["totals"]["total"]) == Decimal("26.90")
    assert seen(cart, shopper)["changes"] == []


def test_an_edit_says_which_other_lines_it_has_repriced(
    shop: str, shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 2})
    monkeypatch.setitem(conftest.PRICES, "MUG", Decimal("9.00"))
    answer = APIClient().post(
        f"/api/v1/{shop}/carts/{cart.id}/lines",
        {"sku": "TENT", "quantity": 1},
        format="json",
        headers={"X-Cart-Secret": shopper.secret},
    )
    assert answer.json()["changes"] == [{"what": "price", "sku": "MUG", "before": "10.00", "now": "9.00"}]


def test_what_is_no_longer_sold_is_reported(shop: str, shelves: Shelves, monkeypatch: pytest.MonkeyPatch) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 2})
    monkeypatch.delitem(conftest.PRICES, "MUG")
    (change,) = seen(cart, shopper)["changes"]
    assert (change["what"], change["now"]) == ("problem", "unknown_sku")


def test_a_frozen_cart_asks_nobody(shop: str, shelves: Shelves) -> None:
    cart, _ = a_ready_cart(lines={"MUG": 2})
    shelves.asked.clear()
    cart.state = Cart.PLACING
    assert look_at(cart).stock == {} and shelves.asked == []


def test_asking_within_a_time_is_still_refused_to_handlers(shop: str) -> None:
    with handling(), pytest.raises(CallInHandler):
        stock("home", ["MUG"])


def test_a_warehouse_that_is_down_is_not_waited_for_by_everybody(shop: str, shelves: Shelves) -> None:
    shelves.silent = threading.Event()
    for _ in range(MOST_UNDER_WAY):
        assert stock("home", ["MUG"]) == {}
    begun = time.monotonic()
    assert [stock("home", ["MUG"]) for _ in range(20)] == [{}] * 20
    assert time.monotonic() - begun < 20 * SECONDS, "each would have waited its time"
    assert len(shelves.asked) == MOST_UNDER_WAY
    shelves.silent.set()
    eventually = time.monotonic() + 20
    while not stock("home", ["MUG"]) and time.monotonic() < eventually:
        time.sleep(0.05)
    assert stock("home", ["MUG"]), "who answers again is asked again"


def test_merging_sums_up_to_what_can_be_had_and_takes_nothing_away(shop: str, shelves: Shelves) -> None:
    customer = new_id()
    older, _ = commands.open_cart(view=shop, shopper=Shopper(customer=customer))
    for sku, quantity in (("MUG", 3), ("TENT", 6)):
        commands.add_line(
            view=shop, cart_id=older.id, shopper=Shopper(customer=customer), sku=sku, quantity=Decimal(quantity)
        )
    guest, shopper = a_ready_cart(lines={"MUG": 3, "TENT": 1})
    shelves.left = Decimal(4)
    claimed = commands.claim_cart(
        view=shop, cart_id=guest.id, shopper=Shopper(customer=customer, secret=shopper.secret)
    )
    lines = dict(CartLine.objects.filter(cart=claimed).values_list("sku", "quantity"))
    assert lines == {"MUG": Decimal(4), "TENT": Decimal(6)}


def test_a_line_holds_no_more_than_its_limit_however_it_is_reached(shop: str, shelves: Shelves) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 9999})
    with pytest.raises(TooMany):
        commands.add_line(view=shop, cart_id=cart.id, shopper=shopper, sku="MUG", quantity=Decimal("0.0001"))


def test_a_quote_is_asked_with_the_place_the_vat_number_and_the_group_that_the_token_names_now(shop: str) -> None:
    customer = new_id()
    cart, _ = commands.open_cart(view=shop, shopper=Shopper(customer=customer, group="general"))
    member = Shopper(customer=customer, group="trade")
    commands.add_line(view=shop, cart_id=cart.id, shopper=member, sku="MUG", quantity=Decimal(1))
    address = {**conftest.ADDRESS, "region": "HE"}
    changed = commands.set_delivery(
        view=shop, cart_id=cart.id, shopper=member, email="a@example.org", address=address, shipping_method="parcel",
        vat_number="DE136695976",
    )  # fmt: skip
    stored = Cart.objects.get(id=cart.id)
    assert (stored.customer_group, stored.vat_number) == ("trade", "DE136695976")
    assert changed.quote and changed.quote["tax_note"] == "trade DE HE 34117" and changed.quote["tax_exempt"]


def test_the_totals_say_what_a_vat_number_changes(shop: str) -> None:
    cart, shopper = a_ready_cart(lines={"MUG": 2})
    body = {"email": "a@example.org", "address": conftest.ADDRESS, "shipping_method": "parcel", "vat_number": "ATU1"}
    answer = APIClient().put(
        f"/api/v1/{cart.view}/carts/{cart.id}/delivery", body, format="json", headers={"X-Cart-Secret": shopper.secret}
    )
    assert answer.status_code == 200, answer.content
    assert (answer.json()["vat_number"], answer.json()["totals"]["tax_exempt"]) == ("ATU1", True)
    assert seen(cart, shopper)["totals"]["tax_note"] == " DE  34117"

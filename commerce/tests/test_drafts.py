"""Orders that staff put together: a draft is a cart of theirs, priced alike, and placed or paid by a link."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from rest_framework.test import APIClient

from chassis.admin.testing import sign_in_as
from chassis.ids import new_id
from chassis.sagas import Done
from commerce import promises
from commerce.checkout import commands
from commerce.checkout.commands import Shopper
from commerce.checkout.errors import DraftNotClaimed, TenderRefused, UnknownCart
from commerce.checkout.models import Cart, ViewCopy
from commerce.checkout.placement import look, place
from commerce.models import Order, Payment, PaymentMethod
from commerce.tests.books import CARD, Books, reserve, run_jobs
from commerce.tests.conftest import ADDRESS, a_ready_cart
from commerce.tests.tendering import told
from commerce.tests.test_orders_api import as_customer
from contracts.commerce import DraftOffered
from contracts.postpurchase import POINTS

pytestmark = pytest.mark.django_db(databases=["commerce"])


@pytest.fixture(autouse=True)
def grants(monkeypatch: pytest.MonkeyPatch, shop: str) -> set[str]:
    PaymentMethod.objects.create(channel="home", code="transfer", name="Bank transfer", instructions="To DE02")
    return sign_in_as(monkeypatch, "commerce.*")


def press(client: Client, cart: Cart, button: str, /, **data: str) -> str:
    address = f"/admin/commerce/cart/{cart.pk}/transition/{button}/"
    return client.post(address, data, follow=True).content.decode()


def a_draft(client: Client, **facts: str) -> Cart:
    """An empty draft."""
    new = {"view": "en", "email": "ada@example.org", **facts}
    assert client.post("/admin/commerce/cart/add/", new).status_code == 302
    return Cart.objects.get(drafted_by="staff:7")


def a_ready_draft(client: Client, **facts: str) -> Cart:
    cart = a_draft(client, **facts)
    assert "done." in press(client, cart, "goods", goods="MUG 2\nTENT 1")
    delivery = {**ADDRESS, "email": "ada@example.org", "shipping_method": "parcel", "vat_number": ""}
    assert "done." in press(client, cart, "delivery", **delivery)
    cart.refresh_from_db()
    return cart


def test_staff_put_an_order_together_see_its_price_and_place_it(client: Client, books: Books) -> None:
    cart = a_ready_draft(client)
    assert "done." in press(client, cart, "codes", codes="TEN")
    page = client.get(f"/admin/commerce/cart/{cart.pk}/change/").content.decode()
    assert "202.81 EUR" in page and "staff:7" in page, "ten per cent off two mugs and a tent, and delivery"
    assert "Bank transfer" in client.get(f"/admin/commerce/cart/{cart.pk}/transition/place/").content.decode()
    assert "done." in press(client, cart, "place", method="transfer")
    cart.refresh_from_db()
    assert cart.state == Cart.PLACING and cart.saga is not None
    reserve(cart.saga)
    redeem(cart.saga)
    order = Order.objects.get(id=look(cart.saga).order)
    assert (order.total, order.email, order.payment_state) == (Decimal("202.81"), "ada@example.org", "pending")
    assert (Payment.objects.get().label, books.payments) == ("Bank transfer", {})
    assert "transition/goods" not in client.get(f"/admin/commerce/cart/{cart.pk}/change/").content.decode()
    assert "does not offer" in press(client, cart, "goods", goods="MUG 9")


def redeem(saga: UUID) -> None:
    promises.answer(saga, "redeem_coupon", Done())


def test_a_draft_is_placed_by_whoever_is_sent_its_link(client: Client, books: Books) -> None:
    cart = a_ready_draft(client)
    assert "does not say where its storefront is" in press(client, cart, "ask")
    ViewCopy.objects.update(base_url="https://shop.example/")
    for _ in range(2):
        assert "done." in press(client, cart, "ask")
    first, second = (event.link.partition("?secret=")[2] for event in told(DraftOffered))
    api = f"/api/v1/en/carts/{cart.id}"
    assert APIClient().get(api, headers={"X-Cart-Secret": first}).status_code == 404, "the newer link counts"
    assert APIClient().get(api, headers={"X-Cart-Secret": second}).json()["totals"]["total"] == "224.80"
    _, saga = place(view="en", cart_id=cart.id, shopper=Shopper(secret=second), source=CARD, expected_total=None)
    reserve(saga)
    run_jobs()
    order = Order.objects.get(id=look(saga).order)
    assert (order.payment_state, order.total) == ("paid", Decimal("224.80"))
    seen = APIClient().get(f"/api/v1/en/orders/{order.id}", headers={"X-Cart-Secret": second})
    assert seen.json()["number"] == order.number


def test_a_draft_for_a_customer_is_priced_for_their_group_and_is_their_order(client: Client, books: Books) -> None:
    customer = new_id()
    cart = a_ready_draft(client, customer=str(customer), customer_group="trade")
    assert (cart.customer, cart.customer_group) == (customer, "trade")
    assert as_customer(customer).get("/api/v1/en/carts").json()["items"] == [], "it opens by its link"
    press(client, cart, "place", method="transfer")
    cart.refresh_from_db()
    reserve(cart.saga)
    [found] = as_customer(customer).get("/api/v1/en/orders").json()["items"]
    assert found["payment_state"] == "pending"


def test_who_holds_a_drafts_link_spends_no_customers_points_and_merges_no_cart_into_it(
    client: Client, books: Books
) -> None:
    customer = new_id()
    cart = a_ready_draft(client, customer=str(customer))
    ViewCopy.objects.update(base_url="https://shop.example/")
    press(client, cart, "ask")
    secret = told(DraftOffered)[-1].link.rpartition("=")[2]
    for holder in (Shopper(secret=secret), Shopper(secret=secret, customer=new_id())):
        with pytest.raises(TenderRefused):
            commands.enter_tender(view="en", cart_id=cart.id, shopper=holder, tender=POINTS)
    own, _ = commands.open_cart(view="en", shopper=Shopper(customer=customer))
    with pytest.raises(DraftNotClaimed):
        commands.claim_cart(view="en", cart_id=cart.id, shopper=Shopper(secret=secret, customer=customer))
    own.refresh_from_db()
    assert own.state == Cart.OPEN


def test_staff_open_no_shoppers_cart_and_a_sign_in_takes_in_no_draft(client: Client) -> None:
    cart, _ = a_ready_cart()
    assert "does not offer" in press(client, cart, "goods", goods="MUG 9")
    with pytest.raises(UnknownCart):
        commands.find_cart(view="en", cart_id=cart.id, shopper=Shopper(staff=True))
    customer = new_id()
    draft = a_draft(client, customer=str(customer))
    guest, shopper = a_ready_cart()
    both = Shopper(customer=customer, secret=shopper.secret)
    commands.claim_cart(view="en", cart_id=guest.id, shopper=both)
    draft.refresh_from_db()
    assert draft.state == Cart.OPEN


def test_what_cannot_be_sold_is_not_taken_into_a_draft(client: Client) -> None:
    cart = a_draft(client)
    assert "GHOST: unknown_sku" in press(client, cart, "goods", goods="MUG 1\nGHOST 2")
    assert not cart.lines.exists()
    assert "Not a SKU and a quantity" in press(client, cart, "goods", goods="MUG")
    assert "nothing in this cart" in press(client, cart, "ask")
    assert "Something is still missing" in press(client, cart, "place")
    press(client, cart, "goods", goods="MUG 1")
    assert "Something is still missing" in press(client, cart, "ask")


@pytest.mark.parametrize(
    "facts", [{"view": "nowhere"}, {"email": "nobody"}, {"customer": "7"}, {"customer_group": "a b"}]
)
def test_a_draft_is_for_somebody_and_of_a_view(client: Client, facts: dict[str, Any]) -> None:
    answer = client.post("/admin/commerce/cart/add/", {"view": "en", "email": "ada@example.org", **facts})
    assert answer.status_code == 200 and not Cart.objects.exists()


def test_a_viewer_drafts_nothing(client: Client, grants: set[str]) -> None:
    cart = a_draft(client)
    grants.clear()
    grants.add("*.*.view")
    assert client.post("/admin/commerce/cart/add/", {"view": "en", "email": "ada@example.org"}).status_code == 403
    for name in ("goods", "delivery", "codes", "confirm", "place", "ask"):
        assert client.post(f"/admin/commerce/cart/{cart.pk}/transition/{name}/").status_code == 403

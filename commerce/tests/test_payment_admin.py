"""Staff and payments by hand: buttons book what happened, and nothing else does."""

from decimal import Decimal

import pytest
from django.test import Client

from chassis.admin.testing import queries_of_page, sign_in_as
from chassis.ids import new_id
from commerce.models import History, Order, Payment, PaymentMethod, RefundDue, Transaction
from commerce.tests.test_admin import an_order

pytestmark = pytest.mark.django_db(databases=["commerce"])


@pytest.fixture(autouse=True)
def grants(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    return sign_in_as(monkeypatch, "commerce.*")


@pytest.fixture
def payment() -> Payment:
    """What is awaited of an order on hold."""
    an_order(payment_state="pending", captured=Decimal(0), state="held", waits_for_money=True)
    Payment.objects.update(tender="manual", provider="manual", label="Bank transfer", state="awaiting", provider_id="")
    return Payment.objects.get()


def page(payment: Payment, tail: str = "change/") -> str:
    return f"/admin/commerce/payment/{payment.pk}/{tail}"


def press(client: Client, payment: Payment, name: str, **data: str) -> str:
    return client.post(page(payment, f"transition/{name}/"), data, follow=True).content.decode()


def test_money_is_booked_by_a_button_in_parts_and_leaves_a_trace(client: Client, payment: Payment) -> None:
    assert "transition/book_money/" in client.get(page(payment)).content.decode()
    press(client, payment, "book_money", amount="5", reference="bank-1")
    press(client, payment, "book_money", amount="15", reference="bank-2")
    order = Order.objects.get()
    assert (order.payment_state, order.state, order.captured) == ("paid", "placed", Decimal(20))
    assert [entry.provider_reference for entry in Transaction.objects.filter(kind="capture").order_by("at")] == [
        "bank-1",
        "bank-2",
    ]
    history = History.objects.filter(aggregate_type="payment")
    assert [(one.action, one.actor) for one in history] == [("book_money", "staff:7")] * 2
    assert "transition/book_money/" not in client.get(page(payment)).content.decode()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"amount": "20.01", "reference": "bank-1"}, "No more can be booked"),
        ({"amount": "0", "reference": "bank-1"}, "greater than or equal to"),
        ({"amount": "1.005", "reference": "bank-1"}, "decimal places"),
        ({"amount": "NaN", "reference": "bank-1"}, "Enter a number"),
        ({"amount": "20", "reference": ""}, "This field is required"),
    ],
)
def test_what_cannot_have_come_is_not_booked(client: Client, payment: Payment, data: dict[str, str], said: str) -> None:
    assert said in press(client, payment, "book_money", **data)
    assert Order.objects.get().captured == 0 and not Transaction.objects.filter(kind="capture").exists()


def test_money_that_does_not_come_is_given_up_and_then_not_booked(client: Client, payment: Payment) -> None:
    press(client, payment, "void")
    assert (Payment.objects.get().state, Order.objects.get().payment_state) == ("voided", "voided")
    assert "does not offer" in press(client, payment, "book_money", amount="20", reference="late")


def test_a_refund_that_was_sent_is_booked_and_another_withdrawn(client: Client, payment: Payment) -> None:
    press(client, payment, "book_money", amount="20", reference="bank-1")
    order = Order.objects.get()
    for _ in range(2):
        client.post(f"/admin/commerce/order/{order.pk}/transition/refund/", {"amount": "8"})
    sent, other = RefundDue.objects.order_by("asked_at", "id")
    assert "refunds by hand to be sent" in client.get("/admin/").content.decode()
    assert "8.00 EUR" in client.get(page(payment)).content.decode()
    press(client, payment, "book_refund", refund=str(sent.id), reference="back-1")
    press(client, payment, "withdraw_refund", refund=str(other.id), reason="asked twice")
    order.refresh_from_db()
    payment.refresh_from_db()
    assert (order.payment_state, order.refunded) == ("partially_refunded", Decimal(8))
    assert (payment.refunded, payment.set_aside) == (Decimal(8), Decimal(0))
    assert "does not offer" in press(client, payment, "book_refund", refund=str(new_id()), reference="x")


def test_a_refund_that_is_not_due_is_no_choice(client: Client, payment: Payment) -> None:
    press(client, payment, "book_money", amount="20", reference="bank-1")
    client.post(f"/admin/commerce/order/{Order.objects.get().pk}/transition/refund/", {"amount": "8"})
    said = press(client, payment, "book_refund", refund="' OR 1=1", reference="x")
    assert "Select a valid choice" in said and RefundDue.objects.count() == 1


def test_a_card_has_none_of_these_buttons(client: Client) -> None:
    an_order(captured=Decimal(0), payment_state="authorised")
    payment = Payment.objects.get()
    text = client.get(page(payment)).content.decode()
    for name in ("book_money", "void", "book_refund", "withdraw_refund"):
        assert f"transition/{name}/" not in text
    assert "does not offer" in press(client, payment, "book_money", amount="20", reference="bank-1")


def test_a_payments_page_takes_the_same_queries_however_much_is_due(client: Client, payment: Payment) -> None:
    press(client, payment, "book_money", amount="20", reference="bank-1")

    def refund() -> None:
        client.post(f"/admin/commerce/order/{Order.objects.get().pk}/transition/refund/", {"amount": "1"})

    refund()
    few = queries_of_page(client, "commerce", page(payment))
    for _ in range(5):
        refund()
    assert queries_of_page(client, "commerce", page(payment)) == few


def a_form(**changed: str) -> dict[str, str]:
    empty = {"texts-TOTAL_FORMS": "0", "texts-INITIAL_FORMS": "0"}
    form = {"channel": "home", "code": "transfer", "name": "Bank transfer", "position": "0", "active": "on"}
    return {**empty, **form, "countries": "[]", "metadata": "{}", **changed}


def test_a_way_to_pay_is_added_with_its_countries_and_texts(client: Client) -> None:
    text = {"texts-TOTAL_FORMS": "1", "texts-0-view": "de", "texts-0-name": "Überweisung", "texts-0-instructions": ""}
    answer = client.post("/admin/commerce/paymentmethod/add/", a_form(countries='["DE", "AT", "DE"]', **text))
    assert answer.status_code == 302, answer.content.decode()
    method = PaymentMethod.objects.get()
    assert method.countries == ["AT", "DE"] and method.texts.get().name == "Überweisung"
    assert client.get(f"/admin/commerce/paymentmethod/{method.pk}/change/").status_code == 200


@pytest.mark.parametrize(
    "wrong", [{"countries": '["Germany"]'}, {"countries": '"DE"'}, {"code": "a b"}, {"least": "5", "most": "4"}]
)
def test_a_way_to_pay_that_makes_no_sense_is_refused_at_its_field(client: Client, wrong: dict[str, str]) -> None:
    answer = client.post("/admin/commerce/paymentmethod/add/", a_form(**wrong))
    assert answer.status_code == 200 and not PaymentMethod.objects.exists()

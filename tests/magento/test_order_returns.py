"""Orders of the real shop that come back here: within the policy, refunded by hand, without points."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from chassis import clock
from chassis.access import authentication
from chassis.access.principal import Kind, Principal
from chassis.access.tokens import Signer, generate_key
from chassis.testing import drain
from commerce.document.models import CREDIT_NOTE, Document
from commerce.models import Order, OrderLine, Payment, RefundDue
from commerce.payment.manual import book_refund
from contracts.magento import OrderRowChanged
from postpurchase.loyalty.models import PointsEntry
from postpurchase.returns.commands import ReceiveReturn, approve, receive
from postpurchase.returns.models import BoughtLine, BoughtOrder, ReturnRequest, ViewCopy
from tests.magento.carrying import SCOPES, carried, tables_of
from tests.magento.server import MagentoServer

pytestmark = [pytest.mark.magento, pytest.mark.usefixtures("shop")]
TABLES = (*SCOPES, "store_group", *tables_of(OrderRowChanged))
SIGNER = Signer([generate_key("k1")], issuer="sixfold")


@pytest.fixture(scope="module")
def shop(magento: MagentoServer, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """All orders, carried once into commerce and told to post-purchase."""
    with carried(django_db_blocker, magento.url, "commerce", "postpurchase", tables=TABLES):
        ViewCopy.objects.create(code="default", channel="base", active=True, version=1)
        yield


def a_sent_line() -> OrderLine:
    """Of a customer's order that was paid, and of which nothing was given back."""
    sent = OrderLine.objects.filter(order__payment_state="paid", order__channel="base", shipped__gt=0)
    line = sent.filter(order__customer__isnull=False, components=[], total__gt=0).order_by("order", "id").first()
    assert line is not None
    return line


def test_what_was_sent_and_not_given_back_there_is_what_may_come_back() -> None:
    lines = OrderLine.objects.select_related("history")
    kept = {line.id: max(line.shipped - line.history.refunded, Decimal(0)) for line in lines}
    told = {line.id: line.quantity - line.cancelled for line in BoughtLine.objects.all()}
    assert told == {id_: many for id_, many in kept.items() if id_ in told}
    assert {id_ for id_, many in kept.items() if many} <= set(told)
    with_goods = {line.order_id for line in lines if kept[line.id]}
    assert set(BoughtOrder.objects.values_list("id", flat=True)) == with_goods and len(with_goods) > 50


def test_a_customer_returns_a_line_and_gets_its_money_by_hand(monkeypatch: Any) -> None:
    line = a_sent_line()
    order = Order.objects.get(id=line.order_id)
    monkeypatch.setattr(authentication, "_keys", None)
    authentication.bind_keys(SIGNER.published)
    with clock.travel(order.placed_at + timedelta(days=10), ticking=True):
        token = SIGNER.sign(Principal(kind=Kind.CUSTOMER, id=str(order.customer), channel_group="base"))
        http = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")
        body = {"order_number": order.number, "reason": "too small", "lines": [{"line": str(line.id), "quantity": "1"}]}
        answer = http.post("/api/v1/default/returns", body, "json")
        assert answer.status_code == 201, answer.content
        request = ReturnRequest.objects.get(id=answer.json()["id"])
        approve(request.id)
        receive(ReceiveReturn(request=request.id))
        drain("postpurchase", "commerce")
        due, payment = RefundDue.objects.get(return_request=request.id), Payment.objects.get(order=order.id)
        assert due.amount == (line.total / line.quantity).quantize(Decimal("0.01"))
        assert (payment.tender, payment.captured) == ("manual", order.captured - order.refunded)
        book_refund(payment.id, refund=due.id, reference="bank-1")
        drain("commerce", "postpurchase")
    request.refresh_from_db()
    order.refresh_from_db()
    assert request.state == "refunded" and order.refunded == due.amount
    note = Document.objects.get(order=order, kind=CREDIT_NOTE)
    assert (note.total, note.historical) == (due.amount, False)
    assert note.corrects == list(order.documents.filter(kind="invoice").values_list("number", flat=True))
    assert not PointsEntry.objects.exists()


def test_today_the_time_for_it_is_over(monkeypatch: Any) -> None:
    line = a_sent_line()
    order = Order.objects.get(id=line.order_id)
    assert order.placed_at < clock.now() - timedelta(days=60)
    body = {
        "order_number": order.number,
        "email": order.email,
        "reason": "too small",
        "lines": [{"line": str(line.id), "quantity": "1"}],
    }
    answer = APIClient().post("/api/v1/default/returns", body, "json")
    assert (answer.status_code, answer.json()["code"]) == (409, "return_window_closed")

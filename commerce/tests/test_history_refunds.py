"""Orders of history that come back: told of for returns, their money sent by hand, and then left as they are."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from chassis.admin.testing import sign_in_as
from chassis.ids import new_id
from chassis.messages import decode_event, decode_message
from chassis.unit_of_work import unit_of_work
from commerce.document.models import Document
from commerce.history import queries as history
from commerce.history.reactions import refund_requested
from commerce.legacy.models import LegacyFinding
from commerce.models import Job, Order, OutboxEvent, Payment, RefundDue, Transaction
from commerce.payment.manual import book_refund, withdraw_refund
from commerce.republish import REPUBLISH
from commerce.tests.legacy_rows import SHOP, WHOLE, carry, item, memo, memo_item, order, payment
from contracts.commerce import OrderCarried, OrderRefunded, RefundFailed
from contracts.postpurchase import RefundRequested

pytestmark = pytest.mark.django_db(databases=["commerce"])
RETURN = new_id()


def one() -> Order:
    return Order.objects.get()


def told(kind: type) -> list[Any]:
    events = [decode_event(decode_message(row.message)) for row in OutboxEvent.objects.order_by("seq")]
    return [event for event in events if isinstance(event, kind)]


def ask(amount: str, *, return_request: UUID = RETURN) -> None:
    event = RefundRequested(
        return_request=return_request, order=one().id, amount=Decimal(amount), currency="JPY", reason="return R1"
    )
    with unit_of_work("commerce"):
        refund_requested(event)


def test_an_order_tells_what_its_buyer_has_of_it() -> None:
    carry(*WHOLE)
    [event] = told(OrderCarried)
    assert (event.number, event.email, event.name, event.currency) == ("000000001", "old@example.org", "Ōe Ken", "JPY")
    assert [(line.sku, line.quantity, line.kept, line.total) for line in event.lines] == [("碗", 2, 1, 2800)]
    assert OutboxEvent.objects.get().lane == "bulk"
    assert [state.event for state in REPUBLISH[OrderCarried]()] == [event]


def test_one_of_which_nothing_was_sent_tells_nothing_until_something_is() -> None:
    carry(*SHOP, order(), item(qty_shipped="0"), payment())
    assert not OutboxEvent.objects.exists() and not list(REPUBLISH[OrderCarried]())
    carry(item(position=2, qty_shipped="2.0000"))
    carry(item(position=3, qty_shipped="2.0000", qty_refunded="2.0000"))
    assert [event.lines[0].kept for event in told(OrderCarried)] == [2, 0]


def test_a_refund_is_due_by_hand_and_nothing_is_taken_or_asked_of_a_provider() -> None:
    carry(*WHOLE)
    ask("1400")
    found, paid = one(), Payment.objects.get()
    assert (found.refunded, found.payment_state, found.captured) == (1400, "paid", 3300)
    assert (paid.tender, paid.state, paid.captured, paid.set_aside) == ("manual", "captured", 3300, 1400)
    assert paid.title == "Check / Money order, paid in the shop before"
    due = RefundDue.objects.get()
    assert (due.amount, due.return_request) == (1400, RETURN)
    assert set(Job.objects.values_list("kind", flat=True)) <= {"commerce.make_legacy"}
    assert not told(OrderRefunded) and list(Transaction.objects.values_list("kind", flat=True)) == ["capture"]


def test_a_refund_that_was_sent_is_told_and_has_its_credit_note() -> None:
    carry(*WHOLE)
    ask("1400")
    book_refund(Payment.objects.get().id, refund=RefundDue.objects.get().id, reference="bank-1")
    [event] = told(OrderRefunded)
    assert (event.amount.amount, event.return_request, event.historical, event.whole) == (1400, RETURN, True, False)
    assert one().payment_state == "partially_refunded"
    note = Document.objects.get(kind="credit_note")
    assert (note.total, note.historical, note.corrects) == (1400, False, ["000000001"])
    assert note.number.startswith("NIPPON-CN-") and note.tax == 127, "its share of 300 in 3300"
    assert [refund.amount for refund in history.refunds_of(one())] == [1400]


def test_no_more_goes_back_than_the_older_shop_has_kept() -> None:
    carry(*WHOLE, order(position=2, total_refunded="2000.0000"), memo(grand_total="2000.0000"), memo_item())
    ask("1400")
    assert [event.return_request for event in told(RefundFailed)] == [RETURN]
    assert not RefundDue.objects.exists() and one().refunded == 2000
    ask("1300")
    assert RefundDue.objects.get().amount == 1300 and one().refunded == 3300
    ask("1", return_request=new_id())
    assert len(told(RefundFailed)) == 2


def test_of_one_that_was_not_paid_nothing_goes_back() -> None:
    carry(*SHOP, order(total_paid=None), item(), payment(amount_paid=None))
    ask("1400")
    assert len(told(RefundFailed)) == 1 and one().refunded == 0


def test_of_an_order_that_is_gone_nothing_goes_back_and_that_is_answered() -> None:
    wanted = {"order": new_id(), "amount": Decimal(1), "currency": "JPY", "reason": "return R1"}
    with unit_of_work("commerce"):
        refund_requested(RefundRequested(return_request=RETURN, **wanted))
    assert [event.return_request for event in told(RefundFailed)] == [RETURN]


def test_a_withdrawn_refund_may_be_asked_for_again() -> None:
    carry(*WHOLE)
    ask("3300")
    withdraw_refund(Payment.objects.get().id, refund=RefundDue.objects.get().id, reason="it was damaged")
    assert one().refunded == 0 and [event.reason for event in told(RefundFailed)] == ["it was damaged"]
    ask("3300")
    book_refund(Payment.objects.get().id, refund=RefundDue.objects.get().id, reference="bank-2")
    assert one().payment_state == "refunded" and told(OrderRefunded)[0].whole


def test_what_changes_there_afterwards_does_not_undo_what_went_back_here() -> None:
    carry(*WHOLE)
    ask("1400")
    carry(order(position=2, state="complete"))
    found = one()
    assert (found.state, found.refunded) == ("placed", 1400)
    assert ("1", "given_back_here") in set(LegacyFinding.objects.values_list("owner", "code"))
    carry(order(position=3, gone=True))
    assert one().refunded == 1400


def test_staff_see_what_goes_back_here_and_book_it(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in_as(monkeypatch, "*")
    carry(*WHOLE)
    ask("1400")
    page = client.get(f"/admin/commerce/order/{one().id}/change/").content.decode()
    assert "paid in the shop before" in page and "/transition/refund/" not in page
    address = f"/admin/commerce/payment/{Payment.objects.get().id}/transition/book_refund/"
    data = {"refund": str(RefundDue.objects.get().id), "reference": "bank-1"}
    assert "Book a refund: done." in client.post(address, data, follow=True).content.decode()
    assert not RefundDue.objects.exists()

"""A card that wants its holder's word first: the shopper has time for it, and nothing is lost on the way."""

from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from chassis import clock
from chassis.messages import decode_message
from commerce.checkout.models import Cart
from commerce.checkout.placement import look
from commerce.checkout.reactions import stock_reserved
from commerce.checkout.saga import DEADLINE
from commerce.models import Job, OutboxEvent, Payment
from commerce.payment import outcomes
from commerce.tests.books import Books, begin, published, reserve, run_jobs
from contracts.commerce import StockRequested
from contracts.logistics import StockReserved

pytestmark = pytest.mark.django_db(databases=["commerce"])
SLOW = timedelta(minutes=9)
"""How long the provider takes to ask for it."""


def challenged(shop: str, books: Books) -> tuple[Cart, UUID]:
    books.challenge = True
    cart, saga = begin(shop)
    reserve(saga)
    return cart, saga


def requested() -> list[StockRequested]:
    messages = [decode_message(row.message) for row in OutboxEvent.objects.order_by("seq")]
    bodies = [one.body for one in messages if one.type == "commerce.stock_requested"]
    return [msgspec.json.decode(body, type=StockRequested) for body in bodies]


def test_it_gives_the_shopper_time_and_the_reservation_lasts_as_long(shop: str, books: Books) -> None:
    _, saga = challenged(shop, books)
    run_jobs(later=SLOW)
    assert look(saga).outcome == "requires_action"
    first, again = requested()
    assert again.saga == saga and again.lines == first.lines
    assert again.expires_at - first.expires_at >= SLOW

    run_jobs(later=DEADLINE + timedelta(minutes=1))
    assert look(saga).outcome == "requires_action", "the first deadline was moved"

    stock_reserved(StockReserved(saga=saga, expires_at=again.expires_at))
    stock_reserved(StockReserved(saga=saga, expires_at=first.expires_at))  # overtaken on its way
    books.payments[str(saga)]["status"] = "authorised"
    with clock.travel(first.expires_at + timedelta(minutes=1)):
        outcomes.apply(Payment.objects.get(saga=saga).id, books.of(str(saga)))
    assert look(saga).outcome == "placed"


def test_one_that_is_not_passed_in_that_time_ends_the_attempt(shop: str, books: Books) -> None:
    _, saga = challenged(shop, books)
    run_jobs(later=SLOW)
    run_jobs(later=SLOW + DEADLINE)
    assert look(saga).outcome == "failed" and look(saga).reason == "deadline"


def test_an_abandoned_one_gives_everything_back(shop: str, books: Books) -> None:
    cart, saga = challenged(shop, books)
    run_jobs()
    assert look(saga).outcome == "requires_action"
    Job.objects.filter(kind="commerce.reconcile").delete()  # the void alone must manage
    books.refuse_void_once = True
    run_jobs(later=timedelta(minutes=11))
    assert look(saga).outcome == "pending"
    run_jobs(later=timedelta(minutes=11, seconds=5))
    assert look(saga).outcome == "failed" and look(saga).reason == "deadline"
    assert books.payments[str(saga)]["status"] == "voided"
    assert Cart.objects.get(id=cart.id).state == Cart.OPEN
    assert "commerce.stock_release_requested" in published()


def test_a_lost_webhook_is_made_up_for(shop: str, books: Books) -> None:
    _, saga = challenged(shop, books)
    run_jobs()
    books.payments[str(saga)]["status"] = "authorised"
    run_jobs(later=timedelta(seconds=40))
    assert look(saga).outcome == "placed"

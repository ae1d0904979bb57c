"""Gift cards, store credit and points as checkouts spend them: all or none, once, and back to where it came from."""

from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from chassis import clock
from chassis.ids import new_id
from chassis.jobs.runner import JobRunner
from contracts.commerce import OrderPaid, PaidBy, TenderRequested
from contracts.postpurchase import (
    GIFT_CARD,
    POINTS,
    STORE_CREDIT,
    TenderAsked,
    TenderConfirmed,
    TenderRefunded,
    TenderRefused,
    TenderReleased,
    TenderReserved,
)
from postpurchase.credit.commands import (
    GrantCredit,
    IssueGiftCard,
    block_gift_card,
    extend_gift_card,
    grant_credit,
    issue_gift_card,
    unblock_gift_card,
)
from postpurchase.credit.errors import BadAmount, BadExpiry, IllegalTransition, TooLittle
from postpurchase.credit.models import GiftCard, GiftCardEntry
from postpurchase.loyalty.ledger import balance
from postpurchase.loyalty.models import BurnRule, PointsEntry
from postpurchase.provides import TendersProvider
from postpurchase.tenders import states
from postpurchase.tenders.errors import IllegalTransition as IllegalStep
from postpurchase.tests.build import HandlerFailed, deliver, paid, published, refunded
from postpurchase.tests.tendering import Checkout, a_card, a_credit, broken_books, figures, points_of

pytestmark = pytest.mark.django_db(databases=["postpurchase"])


def every_tender(customer: UUID) -> tuple[tuple[str, UUID, str], ...]:
    """20 of a card of 50, 30 of a credit of 30, and 5 of points worth 10, in euros."""
    return (
        (GIFT_CARD, a_card("50.00").id, "20.00"),
        (STORE_CREDIT, a_credit(customer, "30.00").id, "30.00"),
        (POINTS, points_of(customer, 1000), "5.00"),
    )


def test_all_tenders_of_a_checkout_are_held_then_taken_for_its_order() -> None:
    checkout = Checkout(customer=new_id())
    tenders = every_tender(checkout.customer)  # type: ignore[arg-type]
    deliver(checkout.request(*tenders))
    assert [figures(tender, account) for tender, account, _ in tenders] == [(50, 20), (30, 30), (1000, 500)]
    (answer,) = published(TenderReserved)
    assert (answer.saga, answer.amount.amount) == (checkout.saga, Decimal("55.00"))
    deliver(checkout.confirmation())
    assert [figures(tender, account) for tender, account, _ in tenders] == [(30, 0), (0, 0), (500, 0)]
    assert [event.confirmed for event in published(TenderConfirmed)] == [True]
    assert broken_books() == []


def test_one_tender_that_cannot_be_had_leaves_all_others_untouched() -> None:
    checkout = Checkout(customer=new_id())
    card, credit = a_card("50.00"), a_credit(checkout.customer, "30.00")  # type: ignore[arg-type]
    request = checkout.request((GIFT_CARD, card.id, "20.00"), (STORE_CREDIT, credit.id, "30.01"))
    deliver(request)
    (refusal,) = published(TenderRefused)
    assert (refusal.reason, refusal.tender, refusal.payment) == ("not_enough", STORE_CREDIT, request.tenders[1].payment)
    assert figures(GIFT_CARD, card.id) == (50, 0) and figures(STORE_CREDIT, credit.id) == (30, 0)
    deliver(request)
    assert len(published(TenderRefused)) == 2, "each repetition is answered alike"


@pytest.mark.parametrize("spent", ["10.01", "0", "-1"])
def test_no_more_is_held_than_is_free_and_nothing_below_a_cent(spent: str) -> None:
    card = a_card("50.00")
    deliver(Checkout().request((GIFT_CARD, card.id, "40.00")))
    checkout = Checkout()
    deliver(checkout.request((GIFT_CARD, card.id, spent)))
    assert checkout.state == states.REFUSED and figures(GIFT_CARD, card.id) == (50, 40)


def test_requests_releases_and_confirmations_may_repeat() -> None:
    card, declined, ordered = a_card("50.00"), Checkout(), Checkout()
    request = declined.request((GIFT_CARD, card.id, "50.00"))
    for event in (request, request, declined.release(), declined.release()):
        deliver(event)
    assert figures(GIFT_CARD, card.id) == (50, 0)
    request = ordered.request((GIFT_CARD, card.id, "50.00"))
    for event in (request, request, ordered.confirmation(), ordered.confirmation(), request):
        deliver(event)
    assert figures(GIFT_CARD, card.id) == (0, 0)
    assert [event.confirmed for event in published(TenderConfirmed)] == [True, True]
    assert len(published(TenderReleased)) == 2 and broken_books() == []


def test_a_release_that_overtakes_its_request_makes_it_a_no_op() -> None:
    card, checkout = a_card("50.00"), Checkout()
    deliver(checkout.release())
    deliver(checkout.request((GIFT_CARD, card.id, "50.00")))
    assert checkout.state == states.RELEASED and figures(GIFT_CARD, card.id) == (50, 0)
    assert not published(TenderReserved) and not published(TenderRefused)
    deliver(checkout.confirmation())
    assert [event.confirmed for event in published(TenderConfirmed)] == [False]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_events_in_one_envelope_act_in_their_order_and_the_books_agree(order: tuple[int, ...]) -> None:
    card, first, second = a_card("50.00"), Checkout(), Checkout()
    events = [
        first.request((GIFT_CARD, card.id, "50.00")),
        first.release(),
        second.request((GIFT_CARD, card.id, "50.00")),
    ]
    deliver(*[events[number] for number in order])
    assert first.state == states.RELEASED
    free_when_asked = order.index(2) < order.index(0) or order.index(1) < order.index(2)
    assert second.state == (states.RESERVED if free_when_asked else states.REFUSED)
    assert broken_books() == []


def test_what_nobody_confirms_is_free_when_it_expires() -> None:
    card, checkout = a_card("50.00"), Checkout()
    deliver(checkout.request((GIFT_CARD, card.id, "50.00")))
    with clock.travel(clock.now() + timedelta(minutes=59)):
        JobRunner("postpurchase").run_due()
    assert checkout.state == states.RESERVED
    with clock.travel(clock.now() + timedelta(minutes=61)):
        JobRunner("postpurchase").run_due()
    assert checkout.state == states.EXPIRED and figures(GIFT_CARD, card.id) == (50, 0)
    assert [event.reason for event in published(TenderReleased)] == ["expired"]


@pytest.mark.parametrize("spent_meanwhile", [False, True])
def test_a_confirmation_after_the_expiry_claims_again_or_says_that_it_is_gone(spent_meanwhile: bool) -> None:
    card, late, quick = a_card("50.00"), Checkout(), Checkout()
    deliver(late.request((GIFT_CARD, card.id, "40.00")))
    with clock.travel(clock.now() + timedelta(hours=2)):
        JobRunner("postpurchase").run_due()
    if spent_meanwhile:
        deliver(quick.request((GIFT_CARD, card.id, "20.00")))
    deliver(late.confirmation())
    assert [event.confirmed for event in published(TenderConfirmed)] == [not spent_meanwhile]
    assert figures(GIFT_CARD, card.id) == ((50, 20) if spent_meanwhile else (10, 0))
    assert broken_books() == []


def test_what_belongs_to_an_order_is_not_released() -> None:
    card, checkout = a_card("50.00"), Checkout()
    deliver(checkout.request((GIFT_CARD, card.id, "50.00")))
    deliver(checkout.confirmation())
    with pytest.raises(HandlerFailed, match="not possible while confirmed"):
        deliver(checkout.release())
    assert figures(GIFT_CARD, card.id) == (0, 0)


def spend(*tenders: tuple[str, UUID, str], customer: UUID | None = None) -> tuple[Checkout, TenderRequested]:
    checkout = Checkout(customer=customer)
    request = checkout.request(*tenders)
    deliver(request)
    deliver(checkout.confirmation())
    assert checkout.state == states.CONFIRMED
    return checkout, request


def test_a_refund_goes_back_to_what_paid_once_and_never_beyond_it() -> None:
    card = a_card("50.00")
    checkout, request = spend((GIFT_CARD, card.id, "40.00"))
    refund = checkout.refund(request.tenders[0].payment, "15.00")
    deliver(refund)
    deliver(refund)
    assert figures(GIFT_CARD, card.id) == (25, 0)
    assert {event.refund for event in published(TenderRefunded)} == {refund.refund}
    with pytest.raises(HandlerFailed, match="No more goes back"):
        deliver(checkout.refund(request.tenders[0].payment, "25.01"))
    deliver(checkout.refund(request.tenders[0].payment, "25.00"))
    assert figures(GIFT_CARD, card.id) == (50, 0) and broken_books() == []


def test_points_go_back_in_proportion_and_all_of_them_in_the_end() -> None:
    customer = new_id()
    points_of(customer, 1000, per_unit="33")
    checkout, request = spend((POINTS, customer, "10.00"), customer=customer)
    assert balance(customer) == 670
    for _ in range(3):
        deliver(checkout.refund(request.tenders[0].payment, "3.33"))
    assert balance(customer) == 670 + 329
    deliver(checkout.refund(request.tenders[0].payment, "0.01"))
    assert balance(customer) == 1000 and broken_books() == []


def test_a_refund_waits_for_what_is_not_taken_yet() -> None:
    card, checkout = a_card("50.00"), Checkout()
    request = checkout.request((GIFT_CARD, card.id, "40.00"))
    deliver(request)
    with pytest.raises(HandlerFailed):
        deliver(checkout.refund(request.tenders[0].payment, "1.00"))


def test_money_goes_back_to_a_card_that_is_blocked_or_expired_and_stays_there() -> None:
    card = a_card("50.00")
    checkout, request = spend((GIFT_CARD, card.id, "40.00"))
    block_gift_card(card.id)
    deliver(checkout.refund(request.tenders[0].payment, "40.00"))
    assert figures(GIFT_CARD, card.id) == (50, 0)
    again = Checkout()
    deliver(again.request((GIFT_CARD, card.id, "1.00")))
    assert again.state == states.REFUSED


def test_accounts_of_others_and_other_currencies_pay_nothing() -> None:
    owner = new_id()
    thief = Checkout(customer=new_id())
    dollars, _ = issue_gift_card(IssueGiftCard(amount=Decimal(50), currency="USD"))
    for tender, account in (
        (STORE_CREDIT, a_credit(owner).id),
        (POINTS, points_of(owner, 1000)),
        (GIFT_CARD, dollars.id),
        (GIFT_CARD, new_id()),
        ("cheque", owner),
    ):
        checkout = Checkout(customer=thief.customer)
        deliver(checkout.request((tender, account, "1.00")))
        assert checkout.state == states.REFUSED, tender
    reasons = [event.reason for event in published(TenderRefused)]
    assert reasons == ["unknown", "unknown", "other_currency", "unknown", "unknown"]


def test_points_pay_only_where_the_channel_has_a_rate() -> None:
    customer = new_id()
    deliver(paid(customer, "1000"))
    checkout = Checkout(customer=customer)
    deliver(checkout.request((POINTS, customer, "1.00")))
    assert [event.reason for event in published(TenderRefused)] == ["not_offered"]
    BurnRule.objects.create(channel="shop", points_per_unit=Decimal(3))
    checkout = Checkout(customer=customer)
    deliver(checkout.request((POINTS, customer, "0.10")))
    assert figures(POINTS, customer) == (1000, 1), "a part of a point is a point"


def test_points_are_earned_only_on_what_was_not_paid_with_points() -> None:
    customer, order = new_id(), new_id()
    by = (PaidBy(tender="points", amount=Decimal(30)), PaidBy(tender="gift_card", amount=Decimal(70)))
    event = paid(customer, "100", order=order)
    deliver(OrderPaid(**{**{name: getattr(event, name) for name in event.__dataclass_fields__}, "tenders": by}))
    assert balance(customer) == 70
    back = refunded(customer, order, "30")
    deliver(type(back)(**{**{name: getattr(back, name) for name in back.__dataclass_fields__}, "tender": "points"}))
    assert balance(customer) == 70, "what was paid with points has earned none, and takes none back"
    deliver(refunded(customer, order, "35"))
    assert balance(customer) == 35


def test_points_that_were_spent_or_are_held_cannot_be_taken_back() -> None:
    customer, order = new_id(), new_id()
    BurnRule.objects.create(channel="shop", points_per_unit=Decimal(1))
    deliver(paid(customer, "100", order=order))
    spend((POINTS, customer, "60.00"), customer=customer)
    deliver(Checkout(customer=customer).request((POINTS, customer, "30.00")))
    deliver(refunded(customer, order, "100"))
    assert figures(POINTS, customer) == (30, 30) and broken_books() == []


def test_a_card_is_found_by_its_code_however_it_is_typed_and_the_code_is_kept_nowhere() -> None:
    card, code = issue_gift_card(IssueGiftCard(amount=Decimal("12.50"), currency="EUR", note="a present"))
    ask = TendersProvider().look
    for typed in (code, code.lower().replace("-", " "), code.replace("-", "")):
        (found,) = ask(
            channel="shop", currency="EUR", customer=None, tenders=(TenderAsked(tender=GIFT_CARD, code=typed),)
        )
        assert (found.account, found.available, found.problem) == (card.id, Decimal("12.50"), "")
        assert found.label == f"•••• {code[-4:]}"
    row = GiftCard.objects.values().get()
    assert not any(str(code).replace("-", "") in str(value).replace("-", "") for value in row.values())


def test_what_is_asked_for_and_pays_nothing_says_why() -> None:
    empty, blocked, over = a_card("10.00"), a_card("10.00"), a_card(expires_at=clock.now() + timedelta(days=1))
    deliver(Checkout().request((GIFT_CARD, empty.id, "10.00")))
    block_gift_card(blocked.id)
    asked = tuple(TenderAsked(tender=GIFT_CARD, account=card.id) for card in (empty, blocked, over))
    asked += (TenderAsked(tender=GIFT_CARD, code="nonsense"), TenderAsked(tender=STORE_CREDIT))
    with clock.travel(clock.now() + timedelta(days=2)):
        found = TendersProvider().look(channel="shop", currency="EUR", customer=None, tenders=asked)
    assert [one.problem for one in found] == ["empty", "blocked", "expired", "unknown", "unknown"]
    assert {one.available for one in found} == {Decimal(0)}


def test_a_card_expires_on_its_day_and_pays_again_once_it_is_extended() -> None:
    card = a_card(expires_at=clock.now() + timedelta(days=1))
    with clock.travel(clock.now() + timedelta(days=2)):
        JobRunner("postpurchase").run_due()
        card.refresh_from_db()
        assert card.state == "expired"
        with pytest.raises(BadExpiry):
            extend_gift_card(card.id, expires_at=clock.now() - timedelta(days=1))
        extend_gift_card(card.id, expires_at=None)
        checkout = Checkout()
        deliver(checkout.request((GIFT_CARD, card.id, "50.00")))
        assert checkout.state == states.RESERVED


def test_a_card_that_was_extended_does_not_expire_on_its_first_day() -> None:
    card = a_card(expires_at=clock.now() + timedelta(days=1))
    extend_gift_card(card.id, expires_at=clock.now() + timedelta(days=9))
    with clock.travel(clock.now() + timedelta(days=2)):
        JobRunner("postpurchase").run_due()
    card.refresh_from_db()
    assert card.state == "active"


def test_an_illegal_move_of_a_card_or_a_reservation_raises() -> None:
    card = a_card()
    block_gift_card(card.id)
    with pytest.raises(IllegalTransition):
        block_gift_card(card.id)
    unblock_gift_card(card.id)
    for state, moves in states.RESERVATION.items():
        for name in {"reserve", "refuse", "confirm", "expire", "release"} - moves.keys():
            with pytest.raises(IllegalStep):
                states.move(state, name)


@pytest.mark.parametrize("amount", ["0", "-1", "1.001", "NaN", "Infinity", "1e12"])
def test_a_strange_amount_issues_no_card_and_grants_nothing(amount: str) -> None:
    with pytest.raises(BadAmount):
        issue_gift_card(IssueGiftCard(amount=Decimal(amount), currency="EUR"))
    if amount != "-1":
        with pytest.raises(BadAmount):
            grant_credit(GrantCredit(customer=new_id(), amount=Decimal(amount), currency="EUR"))
    assert not GiftCard.objects.exists()


def test_no_more_credit_is_taken_off_than_is_free() -> None:
    customer = new_id()
    credit = a_credit(customer, "30.00")
    deliver(Checkout(customer=customer).request((STORE_CREDIT, credit.id, "20.00")))
    with pytest.raises(TooLittle):
        grant_credit(GrantCredit(customer=customer, amount=Decimal("-10.01"), currency="EUR"))
    grant_credit(GrantCredit(customer=customer, amount=Decimal("-10.00"), currency="EUR"))
    assert figures(STORE_CREDIT, credit.id) == (20, 20)


def test_the_database_refuses_to_change_a_ledger_or_to_hold_more_than_there_is() -> None:
    card = a_card("50.00")
    for change in (
        lambda: GiftCardEntry.objects.update(amount=99),
        lambda: GiftCardEntry.objects.all().delete(),
        lambda: GiftCard.objects.filter(id=card.id).update(held=51),
        lambda: GiftCard.objects.filter(id=card.id).update(balance=-1),
    ):
        with pytest.raises(DatabaseError), transaction.atomic(using="postpurchase"):
            change()
    assert GiftCardEntry.objects.get().amount == 50


def test_the_statement_of_points_shows_what_was_spent_and_came_back() -> None:
    customer = new_id()
    points_of(customer, 1000)
    checkout, request = spend((POINTS, customer, "4.00"), customer=customer)
    deliver(checkout.refund(request.tenders[0].payment, "1.00"))
    kinds = list(PointsEntry.objects.order_by("created_at", "id").values_list("kind", "points", "amount"))
    assert kinds == [("earned", 1000, 1000), ("redeemed", -400, 4), ("refunded", 100, 1)]

"""Points: earned once per order, taken back in proportion, never edited."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIRequestFactory, force_authenticate

from chassis.access.principal import GUEST, Kind, Principal
from chassis.ids import new_id
from contracts.postpurchase import PointsEarned
from postpurchase.loyalty.api import PointsView
from postpurchase.loyalty.ledger import balance
from postpurchase.loyalty.models import EarnRule, PointsEntry
from postpurchase.returns.models import ViewCopy
from postpurchase.tests.build import deliver, more_paid, paid, published, refunded

pytestmark = pytest.mark.django_db(databases=["postpurchase"])


def test_a_paid_order_earns_once_however_often_it_is_told() -> None:
    customer, order = new_id(), new_id()
    deliver(paid(customer, "49.99", order=order))
    deliver(paid(customer, "49.99", order=order))
    assert balance(customer) == 49
    assert [(event.points, event.balance) for event in published(PointsEarned)] == [(49, 49)]


def test_a_guest_earns_nothing() -> None:
    deliver(paid(None, "49.99"), refunded(None, new_id(), "1"))
    assert not PointsEntry.objects.exists() and not published(PointsEarned)


def test_a_channels_rule_sets_the_rate() -> None:
    EarnRule.objects.create(channel="shop", points_per_unit=Decimal("2.5"))
    customer = new_id()
    deliver(paid(customer, "10.10"))
    assert balance(customer) == 25


def test_a_refund_takes_back_its_share() -> None:
    customer, order = new_id(), new_id()
    deliver(paid(customer, "100", order=order), paid(customer, "7"))
    deliver(refunded(customer, order, "25"))
    assert balance(customer) == 75 + 7
    deliver(refunded(customer, order, "75"))
    assert balance(customer) == 7


def test_what_is_added_to_an_order_earns_once_and_is_taken_back_with_the_rest() -> None:
    customer, order = new_id(), new_id()
    more = more_paid(customer, "50.60", order=order)
    deliver(more)
    deliver(paid(customer, "100", order=order), more)
    assert balance(customer) == 100 + 50
    deliver(refunded(customer, order, "100"))
    assert balance(customer) == 150 * 5060 // 15060
    deliver(refunded(customer, order, "50.60"))
    assert balance(customer) == 0


@pytest.mark.parametrize("late", range(4))
def test_payments_of_an_order_and_refunds_in_any_order_end_in_the_same_balance(late: int) -> None:
    customer, order = new_id(), new_id()
    events: list[object] = [
        paid(customer, "33.33", order=order),
        refunded(customer, order, "20"),
        more_paid(customer, "66.66", order=order),
        refunded(customer, order, "7.50"),
    ]
    deliver(*events[late:], *events[:late])
    assert balance(customer) == 99 * (9999 - 2750) // 9999


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    total=st.integers(1, 50_000),
    shares=st.lists(st.integers(1, 20_000), max_size=4),
    position=st.integers(0, 4),
    together=st.booleans(),
)
def test_payment_and_refunds_in_any_order_end_in_the_same_balance(
    total: int, shares: list[int], position: int, together: bool
) -> None:
    customer, order = new_id(), new_id()
    cents = Decimal("0.01")
    events: list[object] = [refunded(customer, order, str(share * cents)) for share in shares]
    events.insert(position, paid(customer, str(total * cents), order=order))
    for batch in [events] if together else [[event] for event in events]:
        deliver(*batch)
    earned = total // 100
    kept = max(total - sum(shares), 0)
    assert balance(customer) == earned * kept // total


def test_the_database_refuses_to_change_the_ledger() -> None:
    deliver(paid(new_id(), "10"))
    entry = PointsEntry.objects.get()
    for change in (
        lambda: PointsEntry.objects.filter(id=entry.id).update(points=99),
        lambda: PointsEntry.objects.filter(id=entry.id).delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(using="postpurchase"):
            change()
    assert PointsEntry.objects.get().points == 10


def ask(principal: Principal) -> tuple[int, dict]:
    request = APIRequestFactory().get("/api/v1/shop-en/points")
    force_authenticate(request, user=principal)  # type: ignore[arg-type]
    answer = PointsView.as_view()(request, view="shop-en")
    return answer.status_code, getattr(answer, "data", {})


def test_a_customer_sees_their_own_statement_and_nobody_elses() -> None:
    mine, theirs = new_id(), new_id()
    deliver(paid(mine, "10"), paid(theirs, "99"))
    status, body = ask(Principal(kind=Kind.CUSTOMER, id=str(mine)))
    assert (status, body["balance"], [entry["points"] for entry in body["items"]]) == (200, 10, [10])


def test_a_guest_has_no_statement() -> None:
    request = APIRequestFactory().get("/api/v1/shop-en/points")
    force_authenticate(request, user=GUEST)  # type: ignore[arg-type]
    assert PointsView.as_view()(request, view="shop-en").status_code in (401, 403)


def test_another_shops_token_is_refused() -> None:
    ViewCopy.objects.create(code="shop-en", channel="shop", version=1)
    mine = new_id()
    assert ask(Principal(kind=Kind.CUSTOMER, id=str(mine), channel_group="abroad"))[0] == 403
    assert ask(Principal(kind=Kind.CUSTOMER, id=str(mine), channel_group="shop"))[0] == 200

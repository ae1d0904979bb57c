"""Transfers: in transit is nowhere available, the ledger adds up, and nothing is written half."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from chassis import clock
from chassis.admin.testing import sign_in_as
from chassis.ids import new_id
from contracts.logistics import MovedLine, TransferReceived, TransferSent
from logistics.tests.build import CHANNEL, Checkout, deliver, published, stocked, units
from logistics.transfers.commands import (
    DraftTransfer,
    ReceiveTransfer,
    cancel_transfer,
    draft_transfer,
    receive_transfer,
    send_transfer,
)
from logistics.transfers.errors import (
    IllegalTransition,
    NoLines,
    NotThere,
    NumberTaken,
    SamePlace,
    TooMuch,
    UnknownTransfer,
)
from logistics.transfers.incoming import incoming
from logistics.transfers.models import Transfer
from logistics.transfers.states import TRANSITIONS, State
from logistics.warehouse.availability import availability
from logistics.warehouse.ledger import differences
from logistics.warehouse.models import Source, StockMovement

pytestmark = pytest.mark.django_db(databases=["logistics"])


def drafted(lines: dict[str, int] | None = None, **options: object) -> Transfer:
    wanted = {sku: Decimal(units) for sku, units in (lines or {"A": 4}).items()}
    facts = {"number": "T1", "origin": "north", "destination": "south"} | options
    return draft_transfer(DraftTransfer(lines=wanted, **facts))  # type: ignore[arg-type]


def free(sku: str = "A") -> Decimal | None:
    return availability(channel=CHANNEL, skus=[sku])[0].available


def coming(sku: str = "A") -> Decimal:
    south = Source.objects.get(code="south").id
    return incoming([south], [sku]).get((south, sku), (Decimal(0), None))[0]


def test_what_is_in_transit_lies_nowhere_until_it_is_received() -> None:
    stocked({"north": {"A": 5}, "south": {"A": 1}})
    transfer = drafted()
    assert free() == 6 and coming() == 0
    send_transfer(transfer.id)
    assert units("A") == [(1, 0), (1, 0)] and free() == 2 and coming() == 4
    receive_transfer(ReceiveTransfer(transfer=transfer.id))
    assert units("A") == [(1, 0), (5, 0)] and free() == 6 and coming() == 0
    assert differences() == []
    moves = StockMovement.objects.filter(reference="T1").order_by("quantity")
    assert [(move.quantity, move.reason) for move in moves] == [(-4, "transfer_sent"), (4, "transfer_received")]
    (sent,), (came,) = published(TransferSent), published(TransferReceived)
    assert (sent.origin, sent.destination, sent.lines) == ("north", "south", (MovedLine(sku="A", quantity=Decimal(4)),))
    assert came.complete and came.lines == sent.lines


def test_goods_come_in_parts_and_what_does_not_come_is_lost() -> None:
    stocked({"north": {"A": 5, "B": 2}, "south": {}})
    transfer = drafted({"A": 4, "B": 2})
    send_transfer(transfer.id)
    receive_transfer(ReceiveTransfer(transfer=transfer.id, lines={"A": Decimal(1)}))
    assert Transfer.objects.get().state == State.RECEIVING and coming() == 3
    with pytest.raises(TooMuch):
        receive_transfer(ReceiveTransfer(transfer=transfer.id, lines={"A": Decimal(1), "B": Decimal(3)}))
    assert coming() == 3, "nothing of a refused receipt is written"
    receive_transfer(ReceiveTransfer(transfer=transfer.id, lines={"A": Decimal(2)}, final=True))
    assert units("A") == [(1, 0), (3, 0)] and units("B") == [(0, 0)] and coming("B") == 0
    last = published(TransferReceived)[-1]
    assert last.complete and {line.sku: line.quantity for line in last.lost} == {"A": 1, "B": 2}
    assert differences() == []


def test_what_is_promised_is_not_sent_away_and_no_line_of_it_is() -> None:
    stocked({"north": {"A": 5, "B": 5}, "south": {}})
    deliver(Checkout.new().request([("A", 2)]))
    transfer = drafted({"A": 4, "B": 1})
    with pytest.raises(NotThere, match="A in north"):
        send_transfer(transfer.id)
    assert units("A") == [(5, 2)] and units("B") == [(5, 0)]
    assert Transfer.objects.get().state == State.DRAFT and not published(TransferSent)
    drafted({"A": 3, "B": 1})
    send_transfer(transfer.id)
    assert units("A") == [(2, 2)]


def test_goods_of_a_supplier_are_awaited_and_come_from_nowhere() -> None:
    stocked({"south": {"A": 0}})
    day = clock.now() + timedelta(days=2)
    transfer = drafted({"A": 9}, origin="", supplier="Mill & Co", expected_at=day)
    send_transfer(transfer.id)
    south = Source.objects.get(code="south").id
    assert incoming([south], ["A"]) == {(south, "A"): (9, day)} and free() == 0
    receive_transfer(ReceiveTransfer(transfer=transfer.id))
    assert free() == 9 and differences() == []


def test_a_transfer_is_changed_only_as_a_draft() -> None:
    stocked({"north": {"A": 5}, "south": {}})
    for wrong, error in (
        ({"lines": {}}, NoLines),
        ({"lines": {"A": Decimal(-1)}}, NoLines),
        ({"lines": {"A": Decimal("NaN")}}, NoLines),
        ({"destination": "north"}, SamePlace),
    ):
        facts = {"number": "T1", "origin": "north", "destination": "south", "lines": {"A": Decimal(1)}} | wrong
        with pytest.raises(error):
            draft_transfer(DraftTransfer(**facts))  # type: ignore[arg-type]
    transfer = drafted()
    send_transfer(transfer.id)
    with pytest.raises(NumberTaken):
        drafted({"A": 1})
    with pytest.raises(IllegalTransition):
        cancel_transfer(transfer.id)
    with pytest.raises(IllegalTransition):
        send_transfer(transfer.id)
    with pytest.raises(UnknownTransfer):
        send_transfer(new_id())
    assert units("A") == [(1, 0)]


@pytest.mark.parametrize("target", State)
@pytest.mark.parametrize("current", State)
def test_every_pair_of_states_is_allowed_or_refused_as_the_map_says(current: State, target: State) -> None:
    stocked({"south": {}})
    transfer = Transfer.objects.create(
        number="X", destination=Source.objects.get(), state=current.value, created_at=clock.now()
    )
    if target in TRANSITIONS[current]:
        transfer.become(target)
    else:
        with pytest.raises(IllegalTransition):
            transfer.become(target)


def test_staff_draft_send_and_receive_by_buttons(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in_as(monkeypatch, "logistics.*")
    stocked({"north": {"A": 5}, "south": {}})
    ids = {code: str(Source.objects.get(code=code).pk) for code in ("north", "south")}
    new = {"number": "T7", "origin": ids["north"], "destination": ids["south"], "metadata": "{}", "supplier": ""}
    forms = {"lines-TOTAL_FORMS": 0, "lines-INITIAL_FORMS": 0}
    answer = client.post("/admin/logistics/transfer/add/", {**new, **forms})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    page = f"/admin/logistics/transfer/{Transfer.objects.get().pk}/"
    assert client.post(f"{page}transition/lines/", {"lines": "A\tmany"}).status_code == 200
    client.post(f"{page}transition/lines/", {"lines": "A\t3\nA 1"})
    client.post(f"{page}transition/send/")
    assert "of 4 under way" in client.get(f"{page}transition/receive/").content.decode()
    client.post(f"{page}transition/receive/", {"A": "3"})
    assert units("A") == [(1, 0), (3, 0)] and Transfer.objects.get().state == State.RECEIVING
    client.post(f"{page}change/", {"state": "draft", "metadata": "{}", "opened_version": 4, **forms})
    client.post(f"{page}transition/receive/", {"A": "0", "final": "on"})
    assert Transfer.objects.get().state == State.RECEIVED and client.get(f"{page}change/").status_code == 200

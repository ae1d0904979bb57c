"""What the relay takes for lost: overtaken or in an empty queue; and that it leaves a sleeper alone."""

from uuid import UUID

from chassis.flights import RESEND_SECONDS, Flights
from chassis.ids import new_id

PONG = ("pong", "fast")
LATE = RESEND_SECONDS + 1


def under_way(count: int, *, window: int = 16) -> tuple[Flights, list[UUID]]:
    """Envelopes sent at the seconds 0, 1, 2 …"""
    flights = Flights(window)
    sent = [new_id() for _ in range(count)]
    for second, envelope in enumerate(sent):
        flights.fill(PONG, [envelope], more=False, now=second)
    return flights, sent


def lost(flights: Flights, *, now: float, waiting: int) -> list[UUID]:
    return [e for _, envelopes in flights.lost(now=now, depth=lambda _: waiting) for e in envelopes]


def test_a_full_window_makes_envelopes_wait_until_one_is_acknowledged() -> None:
    flights, sent = under_way(1, window=2)
    assert flights.launch(PONG, new_id(), now=1)
    assert not flights.launch(PONG, new_id(), now=1)
    assert flights.room() == []
    assert flights.settle([(sent[0], PONG)])
    assert flights.room() == [(PONG, 1)]
    assert not flights.launch(PONG, new_id(), now=2), "none may overtake those that wait in the database"


def test_nothing_is_lost_before_its_time() -> None:
    flights, _ = under_way(3)
    assert lost(flights, now=RESEND_SECONDS, waiting=0) == []


def test_an_unanswered_envelope_is_lost_when_its_queue_is_empty() -> None:
    flights, sent = under_way(3)
    assert lost(flights, now=LATE + 1, waiting=0) == sent[:2]


def test_an_overtaken_envelope_is_lost_though_its_queue_is_never_empty() -> None:
    flights, sent = under_way(4)
    flights.settle([(sent[2], PONG)])
    assert lost(flights, now=LATE + 5, waiting=9) == sent[:2]


def test_a_sleepers_queue_is_probed_with_one_envelope_and_ever_more_rarely() -> None:
    flights, _ = under_way(16)
    probes = 0
    for second in range(20, 24 * 3600):
        for envelope in lost(flights, now=second, waiting=16):
            flights.resent(PONG, envelope, now=second)
            probes += 1
    assert 100 < probes < 200
    flights, _ = under_way(16)
    assert len(lost(flights, now=2 * LATE, waiting=16)) == 1


def test_what_another_relay_had_sent_is_looked_after_at_once() -> None:
    flights, envelope = Flights(16), new_id()
    flights.load(lambda: [(envelope, *PONG)], now=1000)
    assert lost(flights, now=1001, waiting=0) == [envelope]
    assert lost(flights, now=1001, waiting=1) == []
    flights.resent(PONG, envelope, now=1001)
    assert lost(flights, now=1002, waiting=0) == []

"""Delivery under faults: real relay, worker, broker and PostgreSQL, real kills, every event counted.

The two tiny domains of the chassis stand in for all: ping publishes, pong adds one per ball and event, so
that a lost event and a second effect both show in the sum.
"""

import random
import time

import psycopg
import pytest

from chassis import relay
from tests.brokers import BROKERS
from tests.effort import HURRY, Tally, lasting
from tests.processes import eventually
from tests.tiny import Tiny

pytestmark = [pytest.mark.processes, pytest.mark.timeout(900)]
# What dies before the broker or behind it dies alike whichever it is: a short run tries that with one of them.
WHICHEVER = pytest.mark.parametrize("tiny", ["valkey"] if HURRY else list(BROKERS), indirect=True)


def once_each(tiny: Tiny, balls: int, *, within: float = 90) -> None:
    """Wait until all balls are counted and every envelope is acknowledged; then no ball may have counted twice.

    A repeated envelope comes some seconds after the first: who stops at the count would not see a second effect.
    """
    eventually(lambda: tiny.counted()[0] == balls, f"all {balls} balls counted", within=within)
    eventually(lambda: tiny.open_deliveries() == 0, "every envelope acknowledged", within=within)
    assert tiny.counted() == (balls, 1)


def test_every_event_arrives_once(tiny: Tiny) -> None:
    tiny.start()
    tiny.strike(0, 2000, "50")
    once_each(tiny, 2000)


def test_a_wiped_broker_loses_nothing(tiny: Tiny) -> None:
    tiny.processes.start("relay", "python", "manage.py", "relay")
    tiny.strike(0, 1000, "20")
    eventually(lambda: tiny.broker.waiting("pong.fast") >= 10, "envelopes waiting in the broker")
    tiny.broker.wipe()
    tiny.processes.start("pong", "python", "manage.py", "work", "logistics")
    eventually(lambda: tiny.counted()[0] > 0, "events under way again", within=30)
    once_each(tiny, 1000)


def test_a_broker_wiped_under_running_processes_is_spoken_to_again(tiny: Tiny) -> None:
    tiny.start()
    tiny.strike(0, 100, "20")
    eventually(lambda: tiny.counted() == (100, 1), "the first balls")
    tiny.broker.wipe()
    tiny.strike(100, 200, "20")
    eventually(lambda: tiny.counted()[0] > 100, "events under way again", within=30)
    once_each(tiny, 200)


def test_a_broker_killed_and_replaced_by_an_empty_one_loses_nothing(tiny: Tiny) -> None:
    tiny.failpoints.write_text("inbox.pong.before_apply=sleep=0.05\n")  # slow enough to be caught in the middle
    tiny.start()
    tiny.strike(0, 4000, "20")
    eventually(lambda: tiny.counted()[0] > 0, "the first balls")
    tiny.broker.kill()
    tiny.broker.empty()
    tiny.failpoints.write_text("")
    tiny.strike(4000, 4200, "20")
    before = tiny.counted()[0]
    assert 0 < before < 4000
    tiny.broker.start()
    eventually(lambda: tiny.counted()[0] > before, "events under way again", within=30)
    once_each(tiny, 4200)


@WHICHEVER
def test_after_a_long_absence_of_the_broker_work_goes_on_soon(tiny: Tiny) -> None:
    tiny.start()
    tiny.strike(0, 20)
    eventually(lambda: tiny.counted() == (20, 1), "the first balls")
    tiny.broker.kill()
    tiny.strike(20, 300, "20")
    time.sleep(40)  # long enough for what backs off to have backed off far
    tiny.broker.start()
    eventually(lambda: tiny.counted()[0] > 20, "events under way again", within=10)
    once_each(tiny, 300)


@WHICHEVER
def test_a_sleeping_subscriber_is_not_flooded(tiny: Tiny) -> None:
    tiny.processes.start("relay", "python", "manage.py", "relay")
    tiny.strike(0, 5000, "500")
    eventually(lambda: tiny.broker.waiting("pong.fast") > 0, "the first envelopes in the broker")
    time.sleep(12)  # longer than the time after which an unanswered envelope is sent again
    # The window, and the oldest of it once or twice more: the longer nobody answers, the rarer it is sent again.
    assert tiny.broker.waiting("pong.fast") <= relay.WINDOW + 2
    tiny.processes.start("pong", "python", "manage.py", "work", "logistics")
    once_each(tiny, 5000)


@WHICHEVER
def test_poison_ends_in_the_dead_letters_and_blocks_nothing(tiny: Tiny) -> None:
    tiny.start()
    tiny.strike(0, 1, "1", "poison")
    tiny.strike(1, 300, "50")
    eventually(lambda: tiny.counted() == (299, 1), "all sound balls")
    eventually(lambda: tiny.open_deliveries() == 0, "the poisoned envelope acknowledged too")
    with psycopg.connect(tiny.pong, autocommit=True) as connection:
        letter = connection.execute("SELECT state, reason, traceback FROM pong_deadletter").fetchone()
        assert letter is not None
        assert letter[0] == "retrying" and "poisoned ball" in letter[1] and "Poisoned" in letter[2]
        connection.execute("INSERT INTO pong_permit DEFAULT VALUES")
    eventually(lambda: tiny.counted() == (300, 1), "the poisoned ball after its cause was mended", within=60)


@WHICHEVER
@pytest.mark.parametrize("point", ["relay.packed", "relay.sent", "inbox.pong.before_apply", "inbox.pong.before_ack"])
def test_kill_at_a_named_point_loses_and_repeats_nothing(tiny: Tiny, point: str) -> None:
    tiny.failpoints.write_text(f"{point}=kill:1\n")
    tiny.start()
    tiny.strike(0, 400, "20")

    def over() -> bool:
        tiny.processes.restart_dead()
        return tiny.counted()[0] == 400 and tiny.open_deliveries() == 0

    eventually(over, "all balls counted and every envelope acknowledged", within=90)
    once_each(tiny, 400)
    assert list(tiny.folder.glob("failpoints.*")), f"{point} was never reached"


@pytest.mark.timeout(7200)
def test_random_kills_of_everything(tiny: Tiny, tally: Tally) -> None:
    dice = random.Random(6)
    tiny.start()
    for number in lasting(0.08, least=6):
        tiny.strike(number * 200, (number + 1) * 200, "10", dice.choice(["fast", "bulk"]))
        victim = dice.choice(["relay", "pong", "wipe", "both"])
        for name in {"both": ["relay", "pong"], "wipe": []}.get(victim, [victim]):
            tiny.processes.kill(name)
            tiny.processes.start(name)
        if victim == "wipe":
            tiny.broker.wipe()
        tally.count(f"{victim} of the broker" if victim == "wipe" else f"{victim} killed")
    events = (number + 1) * 200
    tally.facts = {"rounds": number + 1, "events": events}
    once_each(tiny, events)
    tally.count("events in effect once", events)
    tally.close()

"""Two lanes: whoever imports makes no shopper wait."""

import pytest

from tests.processes import eventually
from tests.tiny import Tiny

pytestmark = [pytest.mark.processes, pytest.mark.timeout(900)]

IMPORTED = 100_000


@pytest.mark.parametrize("tiny", ["valkey"], indirect=True)
def test_an_import_of_100_000_events_does_not_delay_what_a_shopper_waits_for(tiny: Tiny) -> None:
    tiny.strike(0, IMPORTED, "1000", "bulk")
    tiny.start()
    eventually(lambda: tiny.counted()[0] > 1000, "the import being worked on", within=60)
    overtaken = []
    for ball in range(IMPORTED, IMPORTED + 20):
        before = tiny.counted()[0]
        tiny.publish(ball)
        eventually(lambda ball=ball: tiny.has(ball), f"ball {ball} on the fast lane")
        overtaken.append((before, tiny.counted()[0]))
    waited = [after - before for before, after in overtaken]
    assert overtaken[0][1] < IMPORTED / 2, "the import was over before it could delay anything"
    assert max(waited) < IMPORTED / 10, f"so many imported events were applied while a fast one waited: {waited}"
    eventually(lambda: tiny.counted() == (IMPORTED + 20, 1), "everything in the end", within=240)

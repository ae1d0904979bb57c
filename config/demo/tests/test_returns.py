"""What came back of the month's parcels: something to do in every state, and the same when a load goes on."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from chassis import clock
from config.demo import returns
from config.demo.progress import Progress
from config.demo.shapes import DemoShop, OrderIntent
from config.demo.shop import build
from config.domains import ALIASES
from postpurchase.returns.models import ReturnRequest
from postpurchase.tests.build import deliver, placed

pytestmark = pytest.mark.django_db(databases=list(ALIASES))


@pytest.fixture(scope="module")
def demo() -> DemoShop:
    return build(today=clock.now().date())


def an_order(intent: OrderIntent, progress: Progress) -> None:
    order = placed({"MUG": (2, "20"), "LESSON": (1, "30")}, placed_at=intent.placed_at, number=str(intent.id))
    deliver(order)
    progress.keep(f"order {intent.id}", str(order.order))


def test_returns_are_left_in_every_state_and_none_is_asked_for_twice(demo: DemoShop, tmp_path: Path) -> None:
    progress = Progress(tmp_path / "record.json", say=lambda _: None)
    open_ends = [place for place, end in enumerate(returns.ENDS) if end != "received"]
    intents = [
        replace(demo.orders[0], id=UUID(int=place), fate="returned", placed_at=clock.now() - timedelta(days=20))
        for place in range(len(returns.ENDS))
    ]
    for place in open_ends:
        an_order(intents[place], progress)
    for _ in range(2):
        returns.load(intents, {"MUG"}, progress)
        progress._record["stages"].clear()  # broken off before its end was written down
    assert sorted(ReturnRequest.objects.values_list("state", flat=True)) == ["approved", "declined", "requested"]
    asked = {line.line.sku for request in ReturnRequest.objects.all() for line in request.lines.all()}
    assert asked == {"MUG"}
    assert all(
        timedelta(days=4) < clock.now() - at < timedelta(days=16)
        for at in ReturnRequest.objects.values_list("created_at", flat=True)
    )


def test_a_month_has_enough_that_came_back_to_fill_every_state(demo: DemoShop) -> None:
    assert sum(intent.fate == "returned" for intent in demo.orders) >= len(returns.ENDS)

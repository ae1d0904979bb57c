"""Some of the month's parcels come back: asked for by their shopper, decided on and taken in by staff.

Each return is left where its place says, so that support and fulfilment find something to do in every state.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from chassis import clock
from chassis.draining import drain
from config.demo.progress import Progress
from config.demo.shapes import OrderIntent
from postpurchase.returns import commands as returns
from postpurchase.returns.errors import IllegalTransition
from postpurchase.returns.models import BoughtLine, ReturnRequest

UNTIL_ASKED = timedelta(days=5)
UNTIL_DECIDED = timedelta(days=6)
UNTIL_BACK = timedelta(days=8)
REASONS = (
    "too small",
    "arrived with a scratch",
    "looks different from the picture",
    "ordered twice",
    "a gift not wanted",
)
ENDS = ("received", "requested", "received", "approved", "declined")


def load(orders: Sequence[OrderIntent], parcels: set[str], progress: Progress) -> None:
    """Every order that came back; once what was sold and paid is known there."""
    back = [intent for intent in orders if intent.fate == "returned"]
    progress.stage("returns", list(enumerate(back)), lambda row: _return(row[1], row[0], parcels, progress))


def _return(intent: OrderIntent, place: int, parcels: set[str], progress: Progress) -> None:
    if not (order := progress.note(f"order {intent.id}")):
        return
    if (request := _asked(UUID(order), intent, place, parcels)) is None:
        return
    end = ENDS[place % len(ENDS)]
    # A load that was broken off may have come as far: then the return no longer takes the step.
    with suppress(IllegalTransition):
        if end == "declined":
            with clock.travel(intent.placed_at + UNTIL_DECIDED):
                returns.decline(request, because="worn for some days, as the shopper writes")
        elif end != "requested":
            with clock.travel(intent.placed_at + UNTIL_DECIDED):
                returns.approve(request)
    if end == "received":
        with clock.travel(intent.placed_at + UNTIL_BACK):
            with suppress(IllegalTransition):
                returns.receive(returns.ReceiveReturn(request=request))
            drain("postpurchase", "commerce", "logistics")


def _asked(order: UUID, intent: OrderIntent, place: int, parcels: set[str]) -> UUID | None:
    """The order's return, asked for unless it was; None where nothing of it was sent."""
    if (there := ReturnRequest.objects.filter(order=order).first()) is not None:
        return there.id
    line = BoughtLine.objects.filter(order=order, sku__in=parcels).order_by("id").first()
    if line is None:
        return None
    with clock.travel(intent.placed_at + UNTIL_ASKED):
        wanted = returns.WantedLine(line=line.id, quantity=line.quantity)
        asked = returns.RequestReturn(order=order, lines=[wanted], reason=REASONS[place % len(REASONS)])
        return returns.request_return(asked).id

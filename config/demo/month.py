"""A month of orders through the public checkout, each at its own moment: parcels that left, and some that came back.

Only while the shop's processes stand still: they live in the present, where an order of last week has long
missed its deadline. Events and jobs are moved from here (see `chassis.draining`).
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from uuid import UUID

import httpx

from chassis import clock
from chassis.draining import alone, drain
from commerce.cancellation.commands import request_cancellation
from commerce.checkout import commands as checkout
from commerce.checkout.placement import look, place
from commerce.order.errors import IllegalTransition
from config.demo import delivery, returns
from config.demo.people_book import postal
from config.demo.progress import Progress
from config.demo.shapes import Customer, DemoShop, OrderIntent
from config.local.state import LOOPBACK, LocalError
from logistics.fulfillment import commands as fulfilment
from logistics.fulfillment import packing
from logistics.fulfillment.errors import IllegalTransition as NotFulfillable

CARDS = {"decline": "4000000000000002", "insufficient_funds": "4000000000009995"}
# Cards that need a shopper or the running shop's webhooks are paid as if nothing special had happened.
PAYS = "4242424242424242"
PROVIDER_SECONDS = 20
UNTIL_CHANGE = timedelta(hours=20)


def load(demo: DemoShop, progress: Progress) -> None:
    """Everything that was ordered in the month before, or a line that says why not."""
    with alone() as quiet:
        if not quiet:
            progress.say("  orders                   0               left out: the shop's processes are running")
            return
        people = {person.id: person for person in demo.customers}
        parcels = {level.sku for level in demo.stock}
        with _provider():
            progress.stage("events", [None], lambda _: drain(), unit="drained")
            progress.stage("orders", demo.orders, lambda intent: _order(intent, people, progress))
            progress.stage("fates", demo.orders, lambda intent: _fulfil(intent, parcels, progress), unit="orders")
            drain()
            returns.load(demo.orders, parcels, progress)
            drain()


def _order(intent: OrderIntent, people: dict[UUID, Customer], progress: Progress) -> None:
    if progress.note(f"order {intent.id}") is not None:
        return
    with clock.travel(intent.placed_at):
        if earlier := progress.note(f"cart {intent.id}"):
            drain("commerce", "logistics")  # A load that was broken off may have got this order placed.
            shopper = checkout.Shopper(secret=earlier[1], customer=intent.customer)
            cart = checkout.find_cart(view=intent.view, cart_id=UUID(earlier[0]), shopper=shopper)
            if cart.saga is not None:
                _remember(intent, cart.saga, progress)
                return
        shopper = checkout.Shopper(
            customer=intent.customer, group=people[intent.customer].group if intent.customer else ""
        )
        cart, secret = checkout.open_cart(view=intent.view, shopper=shopper)
        progress.keep(f"cart {intent.id}", [str(cart.id), secret])
        shopper = checkout.Shopper(customer=intent.customer, group=shopper.group, secret=secret)
        opened = {"view": intent.view, "cart_id": cart.id, "shopper": shopper}
        for line in intent.lines:
            checkout.add_line(**opened, sku=line.sku, quantity=line.quantity)
        checkout.set_delivery(
            **opened,
            email=intent.email,
            address={**postal(intent.delivery), "country": intent.delivery.country, "region": "", "phone": ""},
            shipping_method=delivery.STANDARD,
        )
        for card in intent.cards:
            _, saga = place(**opened, source=CARDS.get(card, PAYS), expected_total=None)
            drain("commerce", "logistics")
            _remember(intent, saga, progress)


def _remember(intent: OrderIntent, saga: UUID, progress: Progress) -> None:
    placed = look(saga)
    progress.keep(f"order {intent.id}", placed.order if placed.outcome == "placed" else "", soon=False)
    progress.forget(f"cart {intent.id}")


def _fulfil(intent: OrderIntent, parcels: set[str], progress: Progress) -> None:
    """What became of an order a day later."""
    order = progress.note(f"order {intent.id}")
    if not order or intent.fate in ("open", "abandoned"):
        return
    with clock.travel(intent.placed_at + UNTIL_CHANGE):
        # A load that was broken off may have come as far: then the order no longer takes the step.
        if intent.fate == "cancelled":
            with suppress(IllegalTransition):
                request_cancellation(UUID(order), reason="changed their mind")
        elif any(line.sku in parcels for line in intent.lines):
            number = f"MM{intent.id.int % 10**10:010}"
            with suppress(NotFulfillable):
                fulfilment.pick(fulfilment.Pick(order=UUID(order)))
            # The same parcel again is the same shipment.
            packing.ship(packing.Ship(order=UUID(order), carrier="Moorpost", tracking_number=number))
        drain("commerce", "logistics")


@contextmanager
def _provider() -> Iterator[None]:
    """The sandbox payment provider for the length of the load, without webhooks: nobody could hear them."""
    url = f"http://{LOOPBACK}:{os.environ['SANDBOX_PORT']}"
    child = subprocess.Popen(
        [sys.executable, "-m", "commerce.sandbox"],
        env={**os.environ, "SANDBOX_WEBHOOK_URL": ""},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + PROVIDER_SECONDS
        while not _answers(url):
            if child.poll() is not None or time.monotonic() > end:
                raise LocalError("The payment provider does not start.")
            time.sleep(0.1)
        yield
    finally:
        child.terminate()
        child.wait()


def _answers(url: str) -> bool:
    try:
        httpx.get(url, timeout=1)
    except httpx.HTTPError:
        return False
    return True

"""Staff at work in a real browser, over all processes of the shop: three roles, each with what is theirs.

Their day: an order that a shopper has just placed is picked and sent, a return is approved, taken in and paid back,
the figures are looked at, and an event that nobody could apply is dealt with.
"""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.processes import eventually
from tests.shoppers import Shopper
from tests.stack import Stack

pytestmark = [pytest.mark.processes, pytest.mark.browser, pytest.mark.timeout(900)]

CHROMIUM = Path(shutil.which("chromium") or shutil.which("google-chrome") or "/usr/bin/chromium")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
WORKERS = ("commerce", "catalog", "logistics", "postpurchase", "platform")
PASSWORD = "correct horse battery"
IN_TIME = 20_000
"""Milliseconds in which a page must show what its processes do."""

UNAPPLICABLE = """
import config, django; django.setup()
from chassis.ids import new_id
from chassis.unit_of_work import publish, unit_of_work
from contracts.postpurchase import ReturnReceived
with unit_of_work("postpurchase"):
    event = ReturnReceived(return_request=new_id(), order=new_id(), channel="nowhere", restock=(("MUG", "1"),))
    publish(event, aggregate_id=event.return_request, channel="nowhere")
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Stack]:
    """A shop with two products, three of its staff, and workers of all domains that a day's work touches."""
    _demand_chromium()
    stack = Stack(tmp_path_factory.mktemp("shop"), workers=WORKERS)
    try:
        stack.start()
        stack.run("-m", "tests.seed", "MUG=99", "TENT=99")
        stack.processes.environment["STAFF_PASSWORD"] = PASSWORD
        for role in ("administrator", "fulfilment", "support"):
            stack.run("manage.py", "staff", "create", f"{role}@shop.example", "--role", role)
        yield stack
    finally:
        stack.stop()


def _demand_chromium() -> None:
    if CHROMIUM.exists():
        return
    reason = f"{CHROMIUM} is not there: staff journeys need Debian's package chromium"
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def browser(shop: Stack, request: pytest.FixtureRequest) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        expect.set_options(timeout=IN_TIME)
        yield browser
        _picture(browser, request.node.name)
        browser.close()


def _picture(browser: Browser, name: str) -> None:
    """Where SCREENSHOTS names a folder, the last page of each window goes there, to be looked at."""
    folder = os.environ.get("SCREENSHOTS")
    for number, page in enumerate(page for context in browser.contexts for page in context.pages):
        if folder:
            page.screenshot(path=Path(folder) / f"{name}-{number}.png", full_page=True)


def signed_in(browser: Browser, shop: Stack, role: str) -> Page:
    """A window of its own in which a staff member has just signed in."""
    page = browser.new_context(base_url=shop.base).new_page()
    page.set_default_timeout(IN_TIME)
    page.goto("/admin/")
    page.get_by_label("E-mail").fill(f"{role}@shop.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/admin/$"))
    return page


def press(page: Page, button: str, **fields: str) -> None:
    """Press a transition's button, fill in what it asks for, and confirm."""
    page.locator("[data-transitions]").get_by_role("link", name=button, exact=True).click()
    for label, value in fields.items():
        page.get_by_label(label.replace("_", " ").capitalize(), exact=True).fill(value)
    page.get_by_role("button", name=button, exact=True).click()


def shows(page: Page, text: str | re.Pattern[str]) -> None:
    """Reload until the page says so: other processes work towards it."""

    def told() -> bool:
        page.reload()
        return page.get_by_text(text).first.is_visible()

    eventually(told, f"{page.url} shows {text}")


def an_order(shop: Stack) -> tuple[Shopper, dict[str, Any]]:
    """What a guest has just ordered over REST, once there is enough of the shop to order from."""

    def seeded() -> bool:
        rows = shop.query("commerce", "SELECT 1 FROM commerce_viewcopy WHERE code = 'en'")
        stock = shop.query("catalog", "SELECT 1 FROM catalog_availability WHERE in_stock")
        return bool(rows) and len(stock) == 2

    eventually(seeded, "the shop knows its view and its stock")
    shopper = Shopper.at(shop.base).fill({"MUG": 2, "TENT": 1})
    placed = shopper.place()
    assert placed["outcome"] == "placed", placed

    def paid() -> Any:
        order = shopper.http.get(f"/orders/{placed['order']}").json()
        return order if order["payment_state"] == "paid" else None

    return shopper, eventually(paid, "the order is paid")


def sent(browser: Browser, shop: Stack, order: dict[str, Any]) -> None:
    """The warehouse finds the order by its number, picks it and sends it, and may do nothing else to it."""
    page = signed_in(browser, shop, "fulfilment")
    shows(page, "orders to pick")
    page.get_by_text("orders to pick").click()
    page.get_by_role("link", name=order["number"]).click()
    expect(page.get_by_text("Lindenweg 1")).to_be_visible()
    press(page, "Picked all")
    expect(page.get_by_text("Picked all: done.")).to_be_visible()
    press(page, "Send a parcel", Carrier="DHL", Tracking_number="JD014600")
    expect(page.get_by_text("Send a parcel: done.")).to_be_visible()
    expect(page.get_by_role("link", name="JD014600")).to_be_visible()
    page.locator("a[href*='/commerce/order/']", has_text=order["number"]).click()
    expect(page.get_by_text("34117 Kassel")).to_be_visible()
    shows(page, re.compile("^fulfilled$"))
    expect(page.get_by_text("JD014600")).to_be_visible()
    assert page.locator("[data-transitions]").count() == 0


def test_an_order_goes_from_the_shopper_to_the_shelf_to_the_figures(browser: Browser, shop: Stack) -> None:
    shopper, order = an_order(shop)
    sent(browser, shop, order)

    def fulfilled() -> bool:
        found = shopper.http.get(f"/orders/{order['id']}").json()
        return bool(found["fulfilment_state"] == "fulfilled" and found["state"] == "completed")

    eventually(fulfilled, "the shopper sees the order sent")
    page = signed_in(browser, shop, "administrator")
    page.goto("/admin/platform/channel/")
    shows(page, re.compile(r"orders, 0 cancelled; revenue €[0-9.]+"))
    expect(page.locator("svg[role=img]")).to_be_visible()
    page.goto("/admin/platform/message/")
    shows(page, "a•••@example.org")
    assert page.get_by_text("ada@example.org").count() == 0


def test_a_line_is_cancelled_before_it_is_sent_and_the_rest_completes_the_order(browser: Browser, shop: Stack) -> None:
    shopper, order = an_order(shop)
    mug = next(line for line in order["lines"] if line["sku"] == "MUG")
    page = signed_in(browser, shop, "administrator")
    page.goto(f"/admin/commerce/order/{order['id']}/change/")
    page.locator("[data-transitions]").get_by_role("link", name="Cancel lines", exact=True).click()
    page.locator(f"[name='{mug['id']}']").fill("2")
    page.get_by_label("Reason").fill("ordered twice")
    page.get_by_role("button", name="Cancel lines", exact=True).click()
    expect(page.get_by_text("Cancel lines: done.")).to_be_visible()

    def credited() -> Any:
        documents = shopper.http.get(f"/orders/{order['id']}/documents").json()["items"]
        return next((one for one in documents if one["kind"] == "credit_note"), None)

    note = eventually(credited, "the warehouse has agreed and the money went back")
    assert note["total"] == mug["total"]
    file = shopper.http.get(f"/orders/{order['id']}/documents/{note['number']}.pdf")
    assert file.content.startswith(b"%PDF-")
    sent(browser, shop, order)

    def completed() -> bool:
        return bool(shopper.http.get(f"/orders/{order['id']}").json()["state"] == "completed")

    eventually(completed, "nothing is left to send")


def test_a_return_is_approved_by_support_taken_in_by_the_warehouse_and_paid_back(browser: Browser, shop: Stack) -> None:
    shopper, order = an_order(shop)
    sent(browser, shop, order)
    mug = next(line for line in order["lines"] if line["sku"] == "MUG")
    wanted = {
        "order_number": order["number"],
        "email": "ada@example.org",
        "reason": "too small",
        "lines": [{"line": mug["id"], "quantity": "2"}],
    }
    asked = shopper.http.post("/returns", json=wanted)
    assert asked.status_code == 201, asked.text

    support = signed_in(browser, shop, "support")
    support.get_by_text("returns to decide on").click()
    support.get_by_role("link", name=asked.json()["number"]).click()
    press(support, "Approve")
    expect(support.get_by_text("Approve: done.")).to_be_visible()

    warehouse = signed_in(browser, shop, "fulfilment")
    warehouse.goto(f"/admin/postpurchase/returnrequest/?q={order['number']}")
    warehouse.get_by_role("link", name=asked.json()["number"]).click()
    assert warehouse.get_by_role("link", name="Decline", exact=True).count() == 0
    press(warehouse, "Receive")
    expect(warehouse.get_by_text("Receive: done.")).to_be_visible()

    shows(support, re.compile("^refunded$"))
    expect(support.get_by_text("40.00 EUR").first).to_be_visible()
    support.locator("a[href*='/commerce/order/']", has_text=order["number"]).click()
    shows(support, re.compile("^partially refunded$"))
    returned = "SELECT sum(quantity) FROM logistics_stockmovement WHERE reason = 'returned'"
    eventually(lambda: shop.query("logistics", returned)[0][0] == 2, "the mugs are on the shelf again")


def test_an_event_that_cannot_be_applied_is_seen_tried_again_and_discarded(browser: Browser, shop: Stack) -> None:
    shop.run("-c", UNAPPLICABLE)
    page = signed_in(browser, shop, "administrator")
    page.goto("/admin/logistics/deadletter/")
    shows(page, "postpurchase.return_received")
    page.get_by_role("link", name="postpurchase.return_received").first.click()
    expect(page.get_by_text("No source of channel nowhere can take the return").first).to_be_visible()
    press(page, "Replay")
    expect(page.get_by_text("It failed again")).to_be_visible()
    press(page, "Discard")
    expect(page.get_by_text("Discard: done.")).to_be_visible()
    states = shop.query("logistics", "SELECT state FROM logistics_deadletter")
    assert states == [("discarded",)]
    page.locator("a[href*='/deadletter/'][href$='/history/']").click()
    expect(page.get_by_role("cell", name="discard", exact=True)).to_be_visible()

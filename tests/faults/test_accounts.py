"""The books' own test: a damage of each kind is planted in a shop whose books fit, and must be named."""

import pytest

from tests.accounts import contradictions, missing_effects, settle
from tests.effort import HURRY
from tests.processes import eventually
from tests.shelves import stock
from tests.shoppers import Shopper, customer
from tests.stack import Stack

pytestmark = [pytest.mark.processes, pytest.mark.timeout(900)]
ANOTHER = "overlay({0}::text placing 'f' from 1 for 1)::uuid"
BACK = "overlay({0}::text placing '0' from 1 for 1)::uuid"  # every id here is a UUIDv7, which begin with 0

# Database, damage, repair, what must be said of it.
IN_THE_BOOKS = {
    "another total": (
        "commerce",
        "commerce_order SET total = total + 1",
        "commerce_order SET total = total - 1",
        "has payments of",
    ),
    "less taken": (
        "commerce",
        "commerce_order SET captured = captured - 1",
        "commerce_order SET captured = captured + 1",
        "has taken",
    ),
    "an order's money gone": (
        "commerce",
        f"commerce_payment SET saga = {ANOTHER.format('saga')}",
        f"commerce_payment SET saga = {BACK.format('saga')}",
        "has no money",
    ),
    "money without an order": (
        "commerce",
        f"commerce_payment SET saga = {ANOTHER.format('saga')}",
        f"commerce_payment SET saga = {BACK.format('saga')}",
        "is held without an order",
    ),
    "a ledger that does not add up": (
        "commerce",
        "commerce_transaction SET amount = amount + 1 WHERE kind = 'capture'",
        "commerce_transaction SET amount = amount - 1 WHERE kind = 'capture'",
        "its ledger says",
    ),
    "an order's cart open": (
        "commerce",
        "commerce_cart SET state = 'open', locale = 'x' WHERE state = 'ordered'",
        "commerce_cart SET state = 'ordered', locale = 'en' WHERE locale = 'x'",
        "is ordered without an order",
    ),
    "a frozen cart": (
        "commerce",
        "commerce_cart SET state = 'placing' WHERE state = 'ordered'",
        "commerce_cart SET state = 'ordered' WHERE state = 'placing'",
        "its saga has ended",
    ),
    "more sold than reserved": (
        "commerce",
        "commerce_orderline SET quantity = quantity + 1",
        "commerce_orderline SET quantity = quantity - 1",
        "reserved",
    ),
    "more reserved than there is": (
        "logistics",
        "logistics_stockitem SET on_hand = on_hand - 10000000",
        "logistics_stockitem SET on_hand = on_hand + 10000000",
        "reserved of",
    ),
    "stock that no movement explains": (
        "logistics",
        "logistics_stockmovement SET quantity = quantity + 1",
        "logistics_stockmovement SET quantity = quantity - 1",
        "the ledgers say",
    ),
}
IN_THE_EFFECTS = {
    "no mail": (
        "platform",
        "platform_message SET template = 'lost' WHERE template = 'order_placed'",
        "platform_message SET template = 'order_placed' WHERE template = 'lost'",
        "has no mail",
    ),
    "a figure of no order": (
        "platform",
        f"platform_fact SET subject = {ANOTHER.format('subject')} WHERE kind = 'placed'",
        f"platform_fact SET subject = {BACK.format('subject')} WHERE kind = 'placed'",
        "which is no order",
    ),
    "one figure twice": (
        "platform",
        "platform_fact SET kind = 'placed', message = 'twice' || message WHERE kind = 'paid'",
        "platform_fact SET kind = 'paid', message = substr(message, 6) WHERE message LIKE 'twice%%'",
        "2 times figure of the order",
    ),
    "no points": (  # whose ledger refuses to be damaged: a guest's order becomes somebody's
        "commerce",
        "commerce_order SET customer = id WHERE customer IS NULL",
        "commerce_order SET customer = NULL WHERE customer = id",
        "has no points",
    ),
    "no picking list": (
        "logistics",
        "logistics_fulfilmentorder SET state = 'lost' WHERE state = 'open'",
        "logistics_fulfilmentorder SET state = 'open' WHERE state = 'lost'",
        "has no picking list",
    ),
}


@pytest.fixture(scope="module")
def sold(shop: Stack) -> Stack:
    """A shop with an order of a customer and one of a guest, whose books fit."""
    stock(shop, BOOKED=1000)
    for token in (customer(shop, "books@example.org"), ""):
        assert Shopper.at(shop.base, token=token).fill({"BOOKED": 2}).place()["outcome"] == "placed"
    assert settle(shop, hurry=HURRY) == []
    eventually(lambda: not missing_effects(shop), "all effects of the orders", within=120)
    return shop


@pytest.mark.parametrize("damage", IN_THE_BOOKS)
def test_a_damage_in_the_books_is_named(sold: Stack, damage: str) -> None:
    alias, harm, repair, sentence = IN_THE_BOOKS[damage]
    sold.query(alias, f"UPDATE {harm}")
    try:
        assert [one for one in contradictions(sold) if sentence in one], contradictions(sold)
    finally:
        sold.query(alias, f"UPDATE {repair}")
    assert contradictions(sold) == []


@pytest.mark.parametrize("damage", IN_THE_EFFECTS)
def test_a_missing_effect_is_named(sold: Stack, damage: str) -> None:
    alias, harm, repair, sentence = IN_THE_EFFECTS[damage]
    sold.query(alias, f"UPDATE {harm}")
    try:
        assert [one for one in missing_effects(sold) if sentence in one], missing_effects(sold)
    finally:
        sold.query(alias, f"UPDATE {repair}")
    assert missing_effects(sold) == []

"""The books' own test: a damage of each kind is planted in a shop whose books fit, and must be named."""

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from config.audit import contradictions, lasting
from config.audit.books import opened
from config.audit.effects import ADDED, EFFECTS
from config.domains import audit_variable
from tests.accounts import missing_effects, settle
from tests.effort import HURRY
from tests.processes import ROOT, eventually, free_port
from tests.shelves import promote, stock
from tests.shoppers import Shopper, customer
from tests.stack import Stack

pytestmark = [pytest.mark.processes, pytest.mark.timeout(900)]
ANOTHER = "overlay({0}::text placing 'f' from 1 for 1)::uuid"
BACK = "overlay({0}::text placing '0' from 1 for 1)::uuid"  # every id here is a UUIDv7, which begin with 0

# Database, damage, repair, what must be said of it.
IN_THE_BOOKS = {
    "another total": (
        "commerce",
        "UPDATE commerce_order SET total = total + 1",
        "UPDATE commerce_order SET total = total - 1",
        "has payments of",
    ),
    "less taken": (
        "commerce",
        "UPDATE commerce_order SET captured = captured - 1",
        "UPDATE commerce_order SET captured = captured + 1",
        "has taken",
    ),
    "money that went back unasked": (
        "commerce",
        "UPDATE commerce_payment SET refunded = 1",
        "UPDATE commerce_payment SET refunded = 0",
        "has given back",
    ),
    "money that its provider does not know": (
        "commerce",
        "UPDATE commerce_payment SET reference = 'x' || reference",
        "UPDATE commerce_payment SET reference = substr(reference, 2)",
        "has no money",
    ),
    "another amount than the provider's": (
        "commerce",
        "UPDATE commerce_payment SET amount = amount + 1",
        "UPDATE commerce_payment SET amount = amount - 1",
        "on a card, sandbox",
    ),
    "money without an order": (
        "commerce",
        f"""UPDATE commerce_payment SET "order" = {ANOTHER.format('"order"')}""",
        f"""UPDATE commerce_payment SET "order" = {BACK.format('"order"')}""",
        "without an order",
    ),
    "money of an order that is not there": (
        "commerce",
        f"""UPDATE commerce_payment SET "order" = {ANOTHER.format('"order"')}""",
        f"""UPDATE commerce_payment SET "order" = {BACK.format('"order"')}""",
        "is of an order that is not there",
    ),
    "an order that believes it was paid": (
        "commerce",
        "UPDATE commerce_order SET payment_state = 'authorised' WHERE payment_state = 'paid'",
        "UPDATE commerce_order SET payment_state = 'paid' WHERE payment_state = 'authorised'",
        "is authorised and has taken",
    ),
    "a card that is taken and was let go": (
        "commerce",
        "UPDATE commerce_payment SET captured = 0",
        "UPDATE commerce_payment SET captured = amount",
        "has taken 0.000000 from a card",
    ),
    "a ledger that does not add up": (
        "commerce",
        "UPDATE commerce_transaction SET amount = amount + 1 WHERE kind = 'capture'",
        "UPDATE commerce_transaction SET amount = amount - 1 WHERE kind = 'capture'",
        "its ledger says",
    ),
    "an order's cart open": (
        "commerce",
        "UPDATE commerce_cart SET state = 'open', locale = 'x' WHERE state = 'ordered'",
        "UPDATE commerce_cart SET state = 'ordered', locale = 'en' WHERE locale = 'x'",
        "is ordered without an order",
    ),
    "a frozen cart": (
        "commerce",
        "UPDATE commerce_cart SET state = 'placing' WHERE state = 'ordered'",
        "UPDATE commerce_cart SET state = 'ordered' WHERE state = 'placing'",
        "its saga has ended",
    ),
    "more to send than reserved": (
        "commerce",
        "UPDATE commerce_orderline SET quantity = quantity + 1",
        "UPDATE commerce_orderline SET quantity = quantity - 1",
        "to send",
    ),
    "goods reserved for nobody": (
        "logistics",
        """UPDATE logistics_reservation SET metadata = jsonb_build_object('order', "order"), "order" = NULL
           WHERE "order" IS NOT NULL""",
        """UPDATE logistics_reservation SET "order" = (metadata->>'order')::uuid, metadata = '{}'
           WHERE metadata ? 'order'""",
        "has ended without an order",
    ),
    "stock on hand that nobody moved": (
        "logistics",
        "UPDATE logistics_stockitem SET on_hand = on_hand - 10000000",
        "UPDATE logistics_stockitem SET on_hand = on_hand + 10000000",
        "the ledgers say",
    ),
    "stock that no movement explains": (
        "logistics",
        "UPDATE logistics_stockmovement SET quantity = quantity + 1",
        "UPDATE logistics_stockmovement SET quantity = quantity - 1",
        "the ledgers say",
    ),
    "points that no entry explains": (
        "postpurchase",
        "UPDATE postpurchase_pointsaccount SET balance = balance + 1",
        "UPDATE postpurchase_pointsaccount SET balance = balance - 1",
        "pointsaccount",
    ),
    "points held that no checkout holds": (
        "postpurchase",
        "UPDATE postpurchase_pointsaccount SET balance = balance + 1, held = held + 1",
        "UPDATE postpurchase_pointsaccount SET balance = balance - 1, held = held - 1",
        "with 1.000000 held",
    ),
    "a gift card taken for no order": (
        "postpurchase",
        """WITH held AS (
               INSERT INTO postpurchase_tenderreservation
                   (id, state, channel, currency, order_number, reason, version, created_at)
               VALUES (gen_random_uuid(), 'confirmed', 'planted', 'EUR', '', '', 1, now()) RETURNING id)
           INSERT INTO postpurchase_tenderline
               (payment, reservation_id, tender, account, amount, units, refunded, refunded_units)
           SELECT gen_random_uuid(), id, 'gift_card', gen_random_uuid(), 5, 5, 0, 0 FROM held""",
        """WITH gone AS (
               DELETE FROM postpurchase_tenderline WHERE reservation_id IN
                   (SELECT id FROM postpurchase_tenderreservation WHERE channel = 'planted'))
           DELETE FROM postpurchase_tenderreservation WHERE channel = 'planted'""",
        "is confirmed without an order",
    ),
    "a coupon used for no order": (
        "catalog",
        """INSERT INTO catalog_redemption
               (saga, state, shopper, channel, currency, order_number, reason, version, created_at, changed_at)
           VALUES (gen_random_uuid(), 'confirmed', '', 'planted', 'EUR', '', '', 1, now(), now())""",
        "DELETE FROM catalog_redemption WHERE channel = 'planted'",
        "is confirmed without an order",
    ),
    "a rule counted and used by nobody": (
        "catalog",
        "UPDATE catalog_ruleusage SET used = used + 1",
        "UPDATE catalog_ruleusage SET used = used - 1",
        "rule BOOKED: 1 uses for 0.000000 counted, 0 for 0 redeemed",
    ),
    "a coupon counted and used by nobody": (
        "catalog",
        "UPDATE catalog_coupon SET used = used + 1",
        "UPDATE catalog_coupon SET used = used - 1",
        "coupon BOOKED: 2 uses counted, 1 redeemed",
    ),
    "a customer's share counted and used by nobody": (
        "catalog",
        """INSERT INTO catalog_customerusage (rule_id, shopper, used)
           SELECT id, 'planted', 1 FROM catalog_promotionrule""",
        "DELETE FROM catalog_customerusage WHERE shopper = 'planted'",
        "1 uses of one customer counted, 0 redeemed",
    ),
    "a coupon of an order that was cancelled": (
        "commerce",
        "UPDATE commerce_order SET state = 'cancelled' WHERE coupons <> '[]'",
        "UPDATE commerce_order SET state = 'placed' WHERE coupons <> '[]'",
        "is cancelled and its redemption confirmed",
    ),
    "a coupon ordered with and not used": (
        "commerce",
        """UPDATE commerce_order SET coupons = '["SPRING"]' WHERE coupons = '[]'""",
        """UPDATE commerce_order SET coupons = '[]' WHERE coupons = '["SPRING"]'""",
        "has a coupon whose redemption is None",
    ),
}
ANOTHER_ORDER = """
    INSERT INTO commerce_order SELECT (jsonb_populate_record(o, jsonb_build_object(
        'id', gen_random_uuid(), 'cart', gen_random_uuid(), 'number', 'PLANTED'))).*
    FROM commerce_order o WHERE customer IS NOT NULL"""
NO_OTHER_ORDER = "DELETE FROM commerce_order WHERE number = 'PLANTED'"
AN_ADDITION = """
    INSERT INTO commerce_addition
        (id, order_id, state, wanted, quote, amount, asked_at, expires_at, decided_at, paid_at)
    SELECT gen_random_uuid(), id, 'done', '', '{}', 0, now(), now(), now(), now() FROM commerce_order
    WHERE customer IS NOT NULL"""
NO_ADDITION = "DELETE FROM commerce_addition"
IN_THE_EFFECTS = {
    **{
        f"an order without its {effect}": ("commerce", ANOTHER_ORDER, NO_OTHER_ORDER, f"PLANTED has no {effect}")
        for effect in EFFECTS
    },
    **{
        f"an addition without its {effect}": (
            "commerce",
            AN_ADDITION,
            NO_ADDITION,
            f", an addition to it, has no {effect}",
        )
        for effect in ADDED
    },
    "a figure of no order": (
        "platform",
        f"UPDATE platform_fact SET subject = {ANOTHER.format('subject')} WHERE kind = 'placed'",
        f"UPDATE platform_fact SET subject = {BACK.format('subject')} WHERE kind = 'placed'",
        "which is no order",
    ),
    "one figure twice": (
        "platform",
        "UPDATE platform_fact SET kind = 'placed', message = 'twice' || message WHERE kind = 'paid'",
        "UPDATE platform_fact SET kind = 'paid', message = substr(message, 6) WHERE message LIKE 'twice%%'",
        "2 times figure of the order",
    ),
}


@pytest.fixture(scope="module")
def sold(shop: Stack) -> Stack:
    """A shop with an order of a customer and one of a guest, whose books fit."""
    stock(shop, BOOKED=1000)
    promote(shop, {"code": "BOOKED", "uses_limit": 1000})
    for token in (customer(shop, "books@example.org"), ""):
        shopper = Shopper.at(shop.base, token=token).fill({"BOOKED": 2})
        if token:
            shopper.enter("BOOKED")
        assert shopper.place()["outcome"] == "placed"
    assert settle(shop, hurry=HURRY) == []
    eventually(lambda: not missing_effects(shop), "all effects of the orders", within=120)
    return shop


@pytest.mark.parametrize("damage", IN_THE_BOOKS)
def test_a_damage_in_the_books_is_named(sold: Stack, damage: str) -> None:
    alias, harm, repair, sentence = IN_THE_BOOKS[damage]
    sold.query(alias, harm)
    try:
        assert [one for one in contradictions(sold) if sentence in one], contradictions(sold)
    finally:
        sold.query(alias, repair)
    assert contradictions(sold) == []


@pytest.mark.parametrize("damage", IN_THE_EFFECTS)
def test_a_missing_effect_is_named(sold: Stack, damage: str) -> None:
    alias, harm, repair, sentence = IN_THE_EFFECTS[damage]
    sold.query(alias, harm)
    try:
        assert [one for one in missing_effects(sold) if sentence in one], missing_effects(sold)
    finally:
        sold.query(alias, repair)
    assert missing_effects(sold) == []


def test_the_command_says_what_does_not_fit_and_writes_nothing(sold: Stack) -> None:
    fits = audit(sold)
    assert (fits.returncode, "the books fit" in fits.stdout) == (0, True), fits.stdout + fits.stderr
    sold.query("commerce", "UPDATE commerce_order SET total = total + 1")
    try:
        wrong = audit(sold)
    finally:
        sold.query("commerce", "UPDATE commerce_order SET total = total - 1")
    assert wrong.returncode == 1 and "has payments of" in wrong.stdout and "things do not fit" in wrong.stderr
    since = datetime.now(UTC) - timedelta(days=1)
    with pytest.MonkeyPatch.context() as environment, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        for alias, url in sold.urls.items():
            environment.setenv(audit_variable(alias), url)  # the domain's own role, which may write
        with opened(since=since) as books:
            books.query("commerce", "DELETE FROM commerce_cart RETURNING id")


def test_what_an_audit_lacks_is_one_clear_sentence(sold: Stack) -> None:
    unset = audit(sold, **{audit_variable("catalog"): "", audit_variable("logistics"): ""})
    assert unset.returncode == 2 and unset.stdout == ""
    assert "not set: DATABASE_URL_CATALOG_AUDIT, DATABASE_URL_LOGISTICS_AUDIT" in unset.stderr
    silent = audit(sold, SANDBOX_PUBLIC_URL=f"http://127.0.0.1:{free_port()}")
    assert silent.returncode == 1 and "sandbox does not tell what it has booked" in silent.stdout
    assert "Traceback" not in unset.stderr + silent.stderr


def audit(stack: Stack, **settings: str) -> "subprocess.CompletedProcess[str]":
    """`manage.py audit` without patience, in the environment of a shop."""
    return subprocess.run(
        [sys.executable, "manage.py", "audit", "--patience", "0"],
        cwd=ROOT,
        env=stack.processes.environment | settings,
        capture_output=True,
        text=True,
    )


def test_what_is_wrong_for_a_moment_is_not_told(sold: Stack) -> None:
    """The figures of one thing may move meanwhile, as they do in a shop at work: it is wrong all the same."""
    add = "UPDATE logistics_stockmovement SET quantity = quantity + 1"
    sold.query("logistics", add)
    sold.query("commerce", "UPDATE commerce_order SET total = total + 1")
    total = "UPDATE commerce_order SET total = total - 1"
    mended = threading.Timer(3, lambda: (sold.query("logistics", add), sold.query("commerce", total)))
    mended.start()
    try:
        found = lasting(sold, patience=6)
    finally:
        mended.join()
        sold.query("logistics", "UPDATE logistics_stockmovement SET quantity = quantity - 2")
    assert found and all("the ledgers say" in sentence for sentence in found)


def test_a_checkout_that_is_under_way_is_no_contradiction(sold: Stack) -> None:
    alias, harm, repair, _ = IN_THE_BOOKS["goods reserved for nobody"]
    sold.query(alias, harm)
    try:
        assert contradictions(sold)
        sold.query("commerce", "UPDATE commerce_sagainstance SET state = 'running' WHERE state = 'completed'")
        assert contradictions(sold) == []
    finally:
        sold.query(alias, repair)
        sold.query("commerce", "UPDATE commerce_sagainstance SET state = 'completed' WHERE state = 'running'")


def test_what_staff_must_decide_is_told_and_no_fault(sold: Stack) -> None:
    sold.query("logistics", "UPDATE logistics_stockitem SET reserved = reserved + 10000000")
    try:
        told = audit(sold)
    finally:
        sold.query("logistics", "UPDATE logistics_stockitem SET reserved = reserved - 10000000")
    assert "for staff: BOOKED in" in told.stdout and "reserved of" in told.stdout

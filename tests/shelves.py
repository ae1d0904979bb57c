"""Filling the shelves of a running shop: fresh SKUs and coupons for a test, through the public commands."""

import json
from typing import Any

from tests.processes import eventually
from tests.stack import Stack

BATCH = 50
"""How many rounds' SKUs are made at a time: starting a program for each would take longer than the round."""


def stock(stack: Stack, **units: int) -> None:
    """Products with so many units each, in two sources, and the channel to sell them in."""
    stack.run("-m", "tests.seed", *(f"{sku}={count}" for sku, count in units.items()))

    def known() -> bool:
        copies = (("commerce", "viewcopy"), ("commerce", "channelcopy"), ("logistics", "view"))
        return all(stack.count(alias, f"{alias}_{table}") for alias, table in copies)

    eventually(known, "commerce and logistics knowing the channel and its view", within=60)


def gift_card(stack: Stack, amount: str) -> str:
    """Issue a gift card of so many euros; its code."""
    return stack.run("manage.py", "giftcards", "issue", amount, "EUR").strip()


def promote(stack: Stack, *wanted: dict[str, Any]) -> None:
    """Let rules run, each with a code of its own: two euros off the cart unless told otherwise (`tests.promoting`)."""
    stack.run("-m", "tests.promoting", json.dumps(wanted))

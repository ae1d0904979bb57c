"""What a line of a cart holds: a SKU with what was chosen of it. Two lines of a cart differ by it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import msgspec

from chassis.keyring import keyed_hash
from chassis.messages import encode
from commerce.checkout.models import CartLine
from contracts.shared import Choice

KEY_LENGTH = 24


@dataclass(frozen=True)
class Item:
    """A SKU and the choices for its options, in one order."""

    sku: str
    choices: tuple[Choice, ...] = ()

    @cached_property
    def choice_key(self) -> str:
        """What equal choices have in common; tells nothing of what they are."""
        return keyed_hash(encode(self.choices).decode(), fold=False)[:KEY_LENGTH] if self.choices else ""

    @property
    def key(self) -> str:
        """By which catalog's answer names this line."""
        return key_of(self.sku, self.choice_key)


def key_of(sku: str, choice_key: str) -> str:
    """The key of a line; of one on which nothing is chosen it is the SKU."""
    return f"{sku}#{choice_key}" if choice_key else sku


def item(sku: str, choices: Iterable[Choice]) -> Item:
    """An item whose choices stand in one order, whatever order they were said in."""
    return Item(sku, tuple(sorted(choices, key=lambda choice: (choice.option, choice.value, choice.quantity or 0))))


def items_of(cart: Any) -> dict[Item, Decimal]:
    """The lines of a cart as they are stored."""
    rows = CartLine.objects.filter(cart=cart).values_list("sku", "choices", "quantity")
    return {Item(sku, restored(choices)): quantity for sku, choices, quantity in rows}


def line_ids(cart: Any) -> dict[str, Any]:
    """The id of each line of a cart by its key."""
    rows = CartLine.objects.filter(cart=cart).values_list("sku", "choice_key", "id")
    return {key_of(sku, choice_key): id_ for sku, choice_key, id_ in rows}


def stored(choices: Sequence[Choice]) -> list[dict[str, Any]] | None:
    """Choices as a column keeps them."""
    return msgspec.json.decode(encode(choices)) if choices else None


def restored(choices: list[dict[str, Any]] | None) -> tuple[Choice, ...]:
    """Choices out of a column."""
    return msgspec.convert(choices, tuple[Choice, ...], strict=False) if choices else ()

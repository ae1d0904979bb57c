"""The closed set of what a rule gives, their JSON form and its validation.

Percent is of what a line still costs after the rules before; amounts are in the rule's currency. `target` chooses lines
(all of them unless told), `most` is how many units of a line it is given for, and `step` gives it only for whole steps
of so many units.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from catalog.promotion.conditions import ALWAYS, Condition, check_condition
from catalog.promotion.errors import InvalidRule
from catalog.promotion.numbers import Amount, Percent, converted

Units = Annotated[int, Meta(ge=1, le=10_000)]
MOST_ACTIONS = 10


class Action(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """What a rule gives."""


class PercentOff(Action, tag="percent"):
    """So many percent off each line, and off shipping too if wanted."""

    percent: Percent
    target: Condition = ALWAYS
    most: Amount | None = None
    step: Annotated[int, Meta(ge=0, le=10_000)] = 0
    shipping: bool = False


class AmountOff(Action, tag="amount"):
    """An amount off every unit, or off the cart once, shared by the lines in proportion to what they cost."""

    amount: Amount
    each: Literal["unit", "cart"]
    target: Condition = ALWAYS
    most: Amount | None = None
    step: Annotated[int, Meta(ge=0, le=10_000)] = 0
    shipping: bool = False


class FixedPrice(Action, tag="fixed_price"):
    """Every unit costs this, unless it costs less already."""

    price: Amount
    target: Condition = ALWAYS
    most: Amount | None = None


class BuyGet(Action, tag="buy_get"):
    """Who buys `buy` gets `get` more for less: of one line, or over the lines, the cheapest.

    With `bought` other lines count as bought than those of which something is given. `of_full_price`: off is the price
    before other rules, so that they may make a line cost less still; else what a unit still costs.
    """

    buy: Units
    get: Units = 1
    percent: Percent = Percent(100)
    per: Literal["line", "cart"] = "cart"
    target: Condition = ALWAYS
    bought: Condition | None = None
    of_full_price: bool = False


class CheapestFree(Action, tag="cheapest_free"):
    """Of every so many units the cheapest costs nothing (or less)."""

    of: Annotated[int, Meta(ge=2, le=10_000)]
    free: Units = 1
    percent: Percent = Percent(100)
    target: Condition = ALWAYS


class Tier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From `at_least` on: a percentage or an amount."""

    at_least: Amount
    percent: Percent | None = None
    amount: Amount | None = None


class Tiered(Action, tag="tiered"):
    """The more the better: the highest tier that is reached counts, alone."""

    by: Literal["total", "quantity"]
    tiers: Annotated[tuple[Tier, ...], Meta(min_length=1, max_length=20)]
    target: Condition = ALWAYS


class GiftItem(Action, tag="gift"):
    """A line of its own that costs nothing, while it can be had."""

    sku: Annotated[str, Meta(min_length=1, max_length=200)]
    quantity: Units = 1


class FreeShipping(Action, tag="free_shipping"):
    """Shipping costs nothing."""


Given = PercentOff | AmountOff | FixedPrice | BuyGet | CheapestFree | Tiered | GiftItem | FreeShipping
OF_CATALOG = PercentOff | AmountOff | FixedPrice
"""What a catalog rule can give: it knows a product and no cart."""


def actions_from(data: Any, *, catalog: bool = False) -> tuple[Given, ...]:
    """Actions from their JSON form. Raises InvalidRule, which says where and what."""
    given: tuple[Given, ...] = converted(data, tuple[Given, ...], field="/actions")
    if not 1 <= len(given) <= MOST_ACTIONS:
        raise InvalidRule(f"A rule gives 1 to {MOST_ACTIONS} things.", field="/actions")
    for index, action in enumerate(given):
        _check(action, f"/actions/{index}", catalog=catalog)
    return given


def needs_currency(given: tuple[Given, ...]) -> bool:
    """Whether an amount of money is among what is given."""
    return any(
        isinstance(action, AmountOff | FixedPrice)
        or (isinstance(action, Tiered) and (action.by == "total" or any(t.amount is not None for t in action.tiers)))
        for action in given
    )


def _check(action: Given, field: str, *, catalog: bool) -> None:
    if catalog and not isinstance(action, OF_CATALOG):
        raise InvalidRule("A catalog rule gives percent, amount or fixed_price.", field=f"{field}/type")
    if catalog and isinstance(action, AmountOff) and action.each != "unit":
        raise InvalidRule("A catalog rule knows no cart: each must be unit.", field=f"{field}/each")
    for name in ("target", "bought"):
        condition = getattr(action, name, None)
        if condition is not None:
            check_condition(condition, of="line", field=f"{field}/{name}")
    if isinstance(action, CheapestFree) and action.free >= action.of:
        raise InvalidRule("Fewer units are free than are bought.", field=f"{field}/free")
    if isinstance(action, Tiered):
        for index, tier in enumerate(action.tiers):
            if (tier.percent is None) == (tier.amount is None):
                raise InvalidRule("A tier gives either percent or amount.", field=f"{field}/tiers/{index}")

"""How much an action takes off which line. Pure.

Everything is rounded to the currency's exponent here, so that the parts add up to what is told. What rounding a line
down leaves over is carried to the next line (by key), so that ten percent of a cart is ten percent of its sum.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import singledispatchmethod
from typing import Any

from catalog.promotion import actions as a
from catalog.promotion.checking import matching
from catalog.promotion.facts import ZERO, CartFacts, LineFacts
from chassis.money import Money

HUNDRED = Decimal(100)


@dataclass
class Given:
    """What a rule takes off each line and off shipping, and what it gives as a present."""

    lines: dict[str, Decimal] = field(default_factory=dict)
    shipping: Decimal = ZERO
    gifts: dict[str, int] = field(default_factory=dict)
    frees_shipping: bool = False

    @property
    def anything(self) -> bool:
        """Free shipping counts before a way of delivery is chosen, so that a rule does not come and go with it."""
        return self.frees_shipping or bool(self.gifts) or self.shipping > 0 or any(self.lines.values())

    def amount(self, prices: Any) -> Decimal:
        """All of it in money, gifts at their price."""
        presents = sum((prices[sku] * quantity for sku, quantity in self.gifts.items()), ZERO)
        return sum(self.lines.values(), self.shipping) + presents


class Costs:
    """What every line and the shipping still cost after the rules so far."""

    def __init__(self, cart: CartFacts) -> None:
        self.cart = cart
        self.lines = {line.key: self.rounded(line.total) for line in cart.lines}
        self.shipping = self.rounded(cart.shipping)

    def rounded(self, amount: Decimal) -> Decimal:
        return Money(amount, self.cart.currency).quantized().amount

    def give(self, actions: Iterable[a.Given]) -> Given:
        """What the actions give one after the other, without taking it off yet."""
        lines, shipping, given = dict(self.lines), self.shipping, Given()
        try:
            for action in actions:
                self._give(action, given)
        finally:
            self.lines, self.shipping = lines, shipping
        return given

    def take_off(self, given: Given) -> None:
        """Make it count for the rules to come."""
        for key, amount in given.lines.items():
            self.lines[key] -= amount
        self.shipping -= given.shipping

    @singledispatchmethod
    def _give(self, action: Any, given: Given) -> None:
        raise TypeError(f"{type(action).__name__} is no action")

    @_give.register
    def _(self, action: a.PercentOff, given: Given) -> None:
        off = {
            line.key: self._price(line) * _units(line, action.most, action.step) * action.percent / HUNDRED
            for line in matching(action.target, self.cart)
        }
        self._off(off, given)
        if action.shipping:
            self._off_shipping(self.shipping * action.percent / HUNDRED, given)

    @_give.register
    def _(self, action: a.AmountOff, given: Given) -> None:
        lines = matching(action.target, self.cart)
        if action.each == "cart":
            self._share(action.amount, lines, given, shipping=action.shipping)
            return
        self._off({line.key: action.amount * _units(line, action.most, action.step) for line in lines}, given)
        if action.shipping:
            self._off_shipping(action.amount, given)

    @_give.register
    def _(self, action: a.FixedPrice, given: Given) -> None:
        off = {
            line.key: max(self._price(line) - action.price, ZERO) * _units(line, action.most, 0)
            for line in matching(action.target, self.cart)
        }
        self._off(off, given)

    @_give.register
    def _(self, action: a.BuyGet, given: Given) -> None:
        lines = matching(action.target, self.cart)
        if action.per == "line":
            units = {line.key: _gotten(int(line.quantity), action) for line in lines}
            self._off_units(units, action.percent, given, of_full_price=action.of_full_price)
            return
        here = sum(int(line.quantity) for line in lines)
        if action.bought is None:
            free = _gotten(here, action)
        else:
            keys = {line.key for line in lines}
            others = [line for line in matching(action.bought, self.cart) if line.key not in keys]
            free = sum(int(line.quantity) for line in others) // action.buy * action.get
        self._off_units(self._cheapest(lines, free), action.percent, given, of_full_price=action.of_full_price)

    @_give.register
    def _(self, action: a.CheapestFree, given: Given) -> None:
        lines = matching(action.target, self.cart)
        free = sum(int(line.quantity) for line in lines) // action.of * action.free
        self._off_units(self._cheapest(lines, free), action.percent, given)

    @_give.register
    def _(self, action: a.Tiered, given: Given) -> None:
        lines = matching(action.target, self.cart)
        reached = sum((getattr(line, action.by) for line in lines), ZERO)
        tiers = [tier for tier in action.tiers if tier.at_least <= reached]
        if not tiers:
            return
        tier = max(tiers, key=lambda tier: tier.at_least)
        if tier.percent is not None:
            self._off({line.key: self.lines[line.key] * tier.percent / HUNDRED for line in lines}, given)
        elif tier.amount is not None:
            self._share(tier.amount, lines, given, shipping=False)

    @_give.register
    def _(self, action: a.GiftItem, given: Given) -> None:
        if action.sku in self.cart.gifts:
            given.gifts[action.sku] = given.gifts.get(action.sku, 0) + action.quantity

    @_give.register
    def _(self, action: a.FreeShipping, given: Given) -> None:
        given.frees_shipping = True
        self._off_shipping(self.shipping, given)

    def _price(self, line: LineFacts) -> Decimal:
        """What one unit still costs."""
        return self.lines[line.key] / line.quantity

    def _off(self, exact: dict[str, Decimal], given: Given) -> None:
        over = ZERO
        for key, wanted in exact.items():
            amount = min(max(self.rounded(wanted + over), ZERO), self.lines[key])
            over = wanted + over - amount if amount < self.lines[key] else ZERO
            self.lines[key] -= amount
            given.lines[key] = given.lines.get(key, ZERO) + amount

    def _off_units(self, units: dict[str, int], percent: Decimal, given: Given, *, of_full_price: bool = False) -> None:
        lines = {line.key: line for line in self.cart.lines}
        prices = {key: lines[key].unit_price if of_full_price else self._price(lines[key]) for key in units}
        self._off({key: prices[key] * count * percent / HUNDRED for key, count in units.items()}, given)

    def _off_shipping(self, wanted: Decimal, given: Given) -> None:
        amount = min(self.rounded(wanted), self.shipping)
        self.shipping -= amount
        given.shipping += amount

    def _share(self, amount: Decimal, lines: list[LineFacts], given: Given, *, shipping: bool) -> None:
        weights = [self.lines[line.key] for line in lines] + ([self.shipping] if shipping else [])
        whole = min(amount, sum(weights, ZERO))
        if not whole:
            return
        parts = [part.amount for part in Money(whole, self.cart.currency).split(weights)]
        if shipping:
            self._off_shipping(parts.pop(), given)
        self._off(dict(zip((line.key for line in lines), parts, strict=True)), given)

    def _cheapest(self, lines: list[LineFacts], count: int) -> dict[str, int]:
        """Which units are the cheapest: by line."""
        chosen = {}
        for line in sorted(lines, key=lambda line: (self._price(line), line.key)):
            taken = min(int(line.quantity), count)
            if taken:
                chosen[line.key] = taken
            count -= taken
        return dict(sorted(chosen.items()))


def _units(line: LineFacts, most: Decimal | None, step: int) -> Decimal:
    """How many units of a line something is given for."""
    units = line.quantity if most is None else min(line.quantity, most)
    return units // step * step if step else units


def _gotten(quantity: int, action: a.BuyGet) -> int:
    """Of so many units, those that are given: full rounds, and of a last one what is beyond the bought."""
    rounds, rest = divmod(quantity, action.buy + action.get)
    return rounds * action.get + max(rest - action.buy, 0)

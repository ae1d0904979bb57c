"""Which rules apply to a cart, in which order, what they give, and why each does or does not. Pure.

Rules are looked at by priority, the smallest number first, then by id. One that applies takes its exclusive group for
itself, and with `stop` it is the last. A rule that would give nothing does neither. The same cart and rules give the
same answer in whatever order they come.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from catalog.promotion.actions import Given
from catalog.promotion.checking import check
from catalog.promotion.conditions import ALWAYS, Condition
from catalog.promotion.facts import ZERO, CartFacts
from catalog.promotion.giving import Costs
from catalog.promotion.giving import Given as WhatIsGiven
from catalog.promotion.wording import number, sentence


@dataclass(frozen=True, kw_only=True)
class CartRule:
    """A rule with what is known of its use. An empty set of channels or groups leaves nobody out.

    `coupons` are None where no coupon is needed, else those of the entered codes that are this rule's, each with the
    reason why it cannot be used now or an empty text. `refusal` says why the whole rule cannot. `starts_at` is inside
    the window, `ends_at` is not.
    """

    id: UUID
    name: str
    actions: Sequence[Given]
    condition: Condition = ALWAYS
    label: str = ""
    priority: int = 0
    exclusive_group: str = ""
    stop: bool = False
    currency: str = ""
    channels: frozenset[str] = frozenset()
    customer_groups: frozenset[str] = frozenset()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    coupons: Mapping[str, str] | None = None
    refusal: str = ""
    budget_left: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Discount:
    """What one rule takes off one thing."""

    rule: UUID
    label: str
    code: str
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Gift:
    """A line that a rule adds, free of charge: `amount` is what it would cost."""

    rule: UUID
    label: str
    code: str
    sku: str
    quantity: int
    amount: Decimal

    @property
    def key(self) -> str:
        """Of its line; two rules may give the same."""
        return f"gift:{self.rule}:{self.sku}"


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why a rule was applied or was not, and how much it gave."""

    rule: UUID
    name: str
    applied: bool
    why: str
    code: str = ""
    amount: Decimal = ZERO


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What promotions do to a cart."""

    lines: Mapping[str, tuple[Discount, ...]] = field(default_factory=lambda: MappingProxyType({}))
    shipping: tuple[Discount, ...] = ()
    gifts: tuple[Gift, ...] = ()
    explanations: tuple[Explanation, ...] = ()

    def of(self, key: str) -> tuple[Discount, ...]:
        """What is taken off a line; all of it, of a gift."""
        for gift in self.gifts:
            if gift.key == key:
                return (Discount(rule=gift.rule, label=gift.label, code=gift.code, amount=gift.amount),)
        return self.lines.get(key, ())

    def off(self, key: str) -> Decimal:
        """How much less a line costs."""
        return sum((discount.amount for discount in self.lines.get(key, ())), ZERO)


def evaluate(cart: CartFacts, rules: Iterable[CartRule]) -> Outcome:
    """Apply the rules to the cart."""
    costs = Costs(cart)
    lines: dict[str, list[Discount]] = defaultdict(list)
    shipping: list[Discount] = []
    gifts: list[Gift] = []
    explanations = []
    groups: dict[str, str] = {}
    stopped = ""
    for rule in sorted(rules, key=lambda rule: (rule.priority, rule.id)):
        refusal = _ruled_out(rule, groups, stopped) or _not_for(rule, cart)
        code = "" if refusal else _code(rule)
        verdict = None if refusal else check(rule.condition, cart)
        given = costs.give(rule.actions) if verdict and verdict.holds else WhatIsGiven()
        amount = given.amount(cart.gifts)
        if verdict and not refusal:
            refusal = _in_vain(rule, cart, given, amount) if verdict.holds else verdict.why
        if refusal:
            explanations.append(Explanation(rule=rule.id, name=rule.name, applied=False, why=refusal))
            continue
        costs.take_off(given)
        named = rule.label or rule.name
        for key, off in given.lines.items():
            if off:
                lines[key].append(Discount(rule=rule.id, label=named, code=code, amount=off))
        if given.shipping:
            shipping.append(Discount(rule=rule.id, label=named, code=code, amount=given.shipping))
        for sku, quantity in sorted(given.gifts.items()):
            worth = cart.gifts[sku] * quantity
            gifts.append(Gift(rule=rule.id, label=named, code=code, sku=sku, quantity=quantity, amount=worth))
        gives = "; ".join(sentence(action) for action in rule.actions)
        why = f"{gives}, because {verdict.why}" if verdict else gives
        explanations.append(Explanation(rule=rule.id, name=rule.name, applied=True, why=why, code=code, amount=amount))
        if rule.exclusive_group:
            groups[rule.exclusive_group] = rule.name
        stopped = rule.name if rule.stop else ""
    return Outcome(
        lines={key: tuple(several) for key, several in lines.items()},
        shipping=tuple(shipping),
        gifts=tuple(gifts),
        explanations=tuple(explanations),
    )


def _ruled_out(rule: CartRule, groups: Mapping[str, str], stopped: str) -> str:
    if stopped:
        return f"{stopped} was applied and is the last"
    if rule.exclusive_group in groups:
        return f"{groups[rule.exclusive_group]} of the same group ({rule.exclusive_group}) was applied"
    return rule.refusal


def _not_for(rule: CartRule, cart: CartFacts) -> str:
    """Why a rule is not meant for this cart at all."""
    if rule.starts_at and cart.at < rule.starts_at:
        return f"it begins {rule.starts_at:%Y-%m-%d %H:%M %Z}"
    if rule.ends_at and cart.at >= rule.ends_at:
        return f"it has ended {rule.ends_at:%Y-%m-%d %H:%M %Z}"
    if rule.channels and cart.channel not in rule.channels:
        return f"it is not for the channel {cart.channel}"
    if rule.customer_groups and cart.customer_group not in rule.customer_groups:
        return "it is not for the customer's group"
    if rule.currency and rule.currency != cart.currency:
        return f"it is in {rule.currency}, the cart in {cart.currency}"
    if rule.coupons is None or "" in rule.coupons.values():
        return ""
    return next((rule.coupons[code] for code in sorted(rule.coupons)), "its coupon was not entered")


def _code(rule: CartRule) -> str:
    usable = sorted(code for code, refusal in (rule.coupons or {}).items() if not refusal)
    return usable[0] if usable else ""


def _in_vain(rule: CartRule, cart: CartFacts, given: WhatIsGiven, amount: Decimal) -> str:
    """Why a rule whose condition holds gives nothing after all."""
    if not given.anything:
        return "nothing in the cart is left for it to be given on"
    if rule.budget_left is not None and amount > rule.budget_left:
        return f"its budget has {number(rule.budget_left)} {cart.currency} left and {number(amount)} would be needed"
    return ""

"""Conditions and actions in words, for staff who read a rule and for shoppers' explanations. Pure."""

from collections.abc import Iterator
from decimal import Decimal
from functools import singledispatch
from typing import Any

from catalog.promotion import actions as a
from catalog.promotion import conditions as c

NUMBER_WORDS = {
    "equal": "equal to",
    "not_equal": "other than",
    "at_least": "at least",
    "at_most": "at most",
    "above": "above",
    "below": "below",
}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def said(code: str) -> str:
    """A code as words."""
    return code.replace("_", " ")


def number(value: Decimal) -> str:
    """A number without needless zeros."""
    return f"{value.normalize():f}"


def tree(node: c.Condition, *, depth: int = 0) -> Iterator[str]:
    """A condition as indented lines, one a node."""
    indent = "    " * depth
    if isinstance(node, c.All | c.AnyOf) and node.of:
        yield f"{indent}{'all' if isinstance(node, c.All) else 'any'} of these:"
        for inner in node.of:
            yield from tree(inner, depth=depth + 1)
    elif isinstance(node, c.Not):
        yield f"{indent}not:"
        yield from tree(node.of, depth=depth + 1)
    elif isinstance(node, c.Family):
        yield f"{indent}of the variant or its product:"
        yield from tree(node.of, depth=depth + 1)
    elif isinstance(node, c.Lines):
        yield f"{indent}{_MATCH[node.match]} such that:"
        yield from tree(node.where, depth=depth + 1)
    elif isinstance(node, c.Sum) and node.where != c.ALWAYS:
        yield f"{indent}{node.fact} is {NUMBER_WORDS[node.is_]} {number(node.value)}, over lines such that:"
        yield from tree(node.where, depth=depth + 1)
    else:
        yield indent + sentence(node)


_MATCH = {"some": "there is a line", "none": "there is no line", "every": "every line is"}


@singledispatch
def sentence(node: Any) -> str:
    """A condition or an action as one sentence."""
    raise TypeError(f"{type(node).__name__} has no words")


@sentence.register
def _(node: c.All) -> str:
    return f"({' and '.join(map(sentence, node.of))})" if node.of else "anything"


@sentence.register
def _(node: c.AnyOf) -> str:
    return f"({' or '.join(map(sentence, node.of))})"


@sentence.register
def _(node: c.Not) -> str:
    return f"not {sentence(node.of)}"


@sentence.register
def _(node: c.Cart) -> str:
    return f"the cart's {node.fact} is {NUMBER_WORDS[node.is_]} {number(node.value)}"


@sentence.register
def _(node: c.CustomerGroup) -> str:
    return _texts("the customer's group", node.is_, node.value)


@sentence.register
def _(node: c.SignedIn) -> str:
    return "the customer is signed in"


@sentence.register
def _(node: c.Address) -> str:
    return _texts(f"the delivery's {node.fact}", node.is_, node.value)


@sentence.register
def _(node: c.Shipping) -> str:
    return _texts("the way of delivery", node.is_, node.value)


@sentence.register
def _(node: c.Payment) -> str:
    return _texts("the way of paying", node.is_, node.value)


@sentence.register
def _(node: c.Dates) -> str:
    return (
        " ".join(filter(None, (node.first and f"from {node.first}", node.last and f"until {node.last}"))) or "any day"
    )


@sentence.register
def _(node: c.Weekday) -> str:
    return ", ".join(_DAYS[day - 1] for day in sorted(set(node.value)))


@sentence.register
def _(node: c.Hours) -> str:
    return f"{node.start:%H:%M} to {node.end:%H:%M}"


@sentence.register
def _(node: c.Lines) -> str:
    return f"{_MATCH[node.match]} such that {sentence(node.where)}"


@sentence.register
def _(node: c.Sum) -> str:
    which = "" if node.where == c.ALWAYS else f" of lines such that {sentence(node.where)}"
    return f"the {node.fact}{which} is {NUMBER_WORDS[node.is_]} {number(node.value)}"


@sentence.register
def _(node: c.Line) -> str:
    return f"the line's {said(node.fact)} is {NUMBER_WORDS[node.is_]} {number(node.value)}"


@sentence.register
def _(node: c.Product) -> str:
    return _texts(f"the product's {said(node.fact)}", node.is_, node.value)


@sentence.register
def _(node: c.Reduced) -> str:
    return "its price is reduced"


@sentence.register
def _(node: c.Family) -> str:
    return f"of the variant or its product {sentence(node.of)}"


@sentence.register
def _(node: c.Attribute) -> str:
    return _texts(f"its {node.code}", node.is_, node.value)


@sentence.register
def _(node: c.AttributeNumber) -> str:
    return f"its {node.code} is {NUMBER_WORDS[node.is_]} {number(node.value)}"


@sentence.register
def _(node: a.PercentOff) -> str:
    return f"{number(node.percent)} % off{_limits(node)}{' and off shipping' if node.shipping else ''}"


@sentence.register
def _(node: a.AmountOff) -> str:
    of = "each unit" if node.each == "unit" else "the cart"
    return f"{number(node.amount)} off {of}{_limits(node)}{' and off shipping' if node.shipping else ''}"


@sentence.register
def _(node: a.FixedPrice) -> str:
    return f"{number(node.price)} for each unit{_limits(node)}"


@sentence.register
def _(node: a.BuyGet) -> str:
    bought = f" where {sentence(node.bought)}" if node.bought else ""
    cost = "free" if node.percent == 100 else f"at {number(node.percent)} % off"
    return f"buy {node.buy}{bought}, get {node.get} {cost}, per {node.per}{_limits(node)}"


@sentence.register
def _(node: a.CheapestFree) -> str:
    cost = "free" if node.percent == 100 else f"at {number(node.percent)} % off"
    return f"of every {node.of} the cheapest {node.free} {cost}{_limits(node)}"


@sentence.register
def _(node: a.Tiered) -> str:
    tiers = ", ".join(
        f"from {number(t.at_least)} on {number(t.amount) if t.amount is not None else _percent(t.percent)}"
        for t in sorted(node.tiers, key=lambda t: t.at_least)
    )
    return f"off by {node.by}: {tiers}{_limits(node)}"


@sentence.register
def _(node: a.GiftItem) -> str:
    return f"{node.quantity} of {node.sku} as a gift"


@sentence.register
def _(node: a.FreeShipping) -> str:
    return "free shipping"


def _percent(percent: Decimal | None) -> str:
    return f"{number(percent or Decimal(0))} %"


def _texts(what: str, operator: str, values: tuple[str, ...]) -> str:
    return f"{what} is {said(operator)} {', '.join(values)}".rstrip()


def _limits(node: Any) -> str:
    parts = [
        f", {number(node.most)} units a line at most" if getattr(node, "most", None) is not None else "",
        f", for every {node.step} units" if getattr(node, "step", 0) else "",
        "" if node.target == c.ALWAYS else f", on lines such that {sentence(node.target)}",
    ]
    return "".join(parts)

"""Whether a condition holds, and in words why or why not. Pure."""

from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from functools import singledispatch
from typing import Any, NamedTuple

from catalog.promotion import conditions as c
from catalog.promotion.facts import ZERO, CartFacts, LineFacts
from catalog.promotion.wording import NUMBER_WORDS, number, said, sentence


class Verdict(NamedTuple):
    """Whether it holds, and the fact that decided."""

    holds: bool
    why: str


def check(node: c.Condition, cart: CartFacts, line: LineFacts | None = None) -> Verdict:
    """Look at the cart or, where the node is about one, at a line of it."""
    return _check(node, cart, line)


def matching(target: c.Condition, cart: CartFacts) -> list[LineFacts]:
    """The lines for which a line's condition holds, in the order of their keys."""
    return sorted((line for line in cart.lines if check(target, cart, line).holds), key=lambda line: line.key)


@singledispatch
def _check(node: Any, cart: CartFacts, line: LineFacts | None) -> Verdict:
    raise TypeError(f"{type(node).__name__} is no condition")


@_check.register
def _(node: c.All, cart: CartFacts, line: LineFacts | None) -> Verdict:
    verdicts = [_check(inner, cart, line) for inner in node.of]
    failed = [verdict.why for verdict in verdicts if not verdict.holds]
    if failed:
        return Verdict(False, "; ".join(failed))
    return Verdict(True, "; ".join(verdict.why for verdict in verdicts) or "always")


@_check.register
def _(node: c.AnyOf, cart: CartFacts, line: LineFacts | None) -> Verdict:
    verdicts = [_check(inner, cart, line) for inner in node.of]
    held = next((verdict for verdict in verdicts if verdict.holds), None)
    return held or Verdict(False, "; ".join(verdict.why for verdict in verdicts) or "nothing to choose from")


@_check.register
def _(node: c.Not, cart: CartFacts, line: LineFacts | None) -> Verdict:
    holds, why = _check(node.of, cart, line)
    return Verdict(not holds, why)


@_check.register
def _(node: c.Cart, cart: CartFacts, line: LineFacts | None) -> Verdict:
    figures: dict[str, Callable[[], Decimal]] = {
        "subtotal": lambda: cart.subtotal,
        "quantity": lambda: sum((line.quantity for line in cart.lines), ZERO),
        "lines": lambda: Decimal(len(cart.lines)),
        "weight": lambda: sum((line.weight * line.quantity for line in cart.lines), ZERO),
    }
    return _number(f"the cart's {node.fact}", figures[node.fact](), node.is_, node.value)


@_check.register
def _(node: c.CustomerGroup, cart: CartFacts, line: LineFacts | None) -> Verdict:
    return _text("the customer's group", cart.customer_group, node.is_, node.value)


@_check.register
def _(node: c.SignedIn, cart: CartFacts, line: LineFacts | None) -> Verdict:
    known = cart.customer is not None
    return Verdict(known, "the customer is signed in" if known else "nobody is signed in")


@_check.register
def _(node: c.Address, cart: CartFacts, line: LineFacts | None) -> Verdict:
    return _text(f"the delivery's {node.fact}", getattr(cart, node.fact), node.is_, node.value)


@_check.register
def _(node: c.Shipping, cart: CartFacts, line: LineFacts | None) -> Verdict:
    return _text("the way of delivery", cart.shipping_method, node.is_, node.value)


@_check.register
def _(node: c.Payment, cart: CartFacts, line: LineFacts | None) -> Verdict:
    return _text("the way of paying", cart.payment_method, node.is_, node.value)


@_check.register
def _(node: c.Dates, cart: CartFacts, line: LineFacts | None) -> Verdict:
    today = cart.at.date()
    holds = (node.first is None or node.first <= today) and (node.last is None or today <= node.last)
    return Verdict(holds, f"today is {today}, {'inside' if holds else 'outside'} {sentence(node)}")


@_check.register
def _(node: c.Weekday, cart: CartFacts, line: LineFacts | None) -> Verdict:
    holds = cart.at.isoweekday() in node.value
    return Verdict(holds, f"today is {cart.at:%A}, {'inside' if holds else 'outside'} {sentence(node)}")


@_check.register
def _(node: c.Hours, cart: CartFacts, line: LineFacts | None) -> Verdict:
    now = cart.at.time()
    inside = node.start <= now < node.end if node.start <= node.end else now >= node.start or now < node.end
    return Verdict(inside, f"it is {now:%H:%M}, {'inside' if inside else 'outside'} {sentence(node)}")


@_check.register
def _(node: c.Lines, cart: CartFacts, line: LineFacts | None) -> Verdict:
    such = len(matching(node.where, cart))
    whole = bool(cart.lines) and such == len(cart.lines)
    holds = {"some": such > 0, "none": such == 0, "every": whole}[node.match]
    return Verdict(holds, f"{such} of {len(cart.lines)} lines are such that {sentence(node.where)}")


@_check.register
def _(node: c.Sum, cart: CartFacts, line: LineFacts | None) -> Verdict:
    figure = sum((getattr(such, node.fact) for such in matching(node.where, cart)), ZERO)
    return _number(f"the {node.fact} of lines such that {sentence(node.where)}", figure, node.is_, node.value)


@_check.register
def _(node: c.Line, cart: CartFacts, line: LineFacts | None) -> Verdict:
    assert line is not None
    return _number(f"the line's {said(node.fact)}", getattr(line, node.fact), node.is_, node.value)


@_check.register
def _(node: c.Product, cart: CartFacts, line: LineFacts | None) -> Verdict:
    assert line is not None
    sets = {"category": line.categories, "own_category": line.own_categories}
    value = sets[node.fact] if node.fact in sets else getattr(line, node.fact)
    return _text(f"the product's {said(node.fact)}", value, node.is_, node.value)


@_check.register
def _(node: c.Reduced, cart: CartFacts, line: LineFacts | None) -> Verdict:
    assert line is not None
    holds = line.unit_price < line.regular_unit_price
    return Verdict(holds, "its price is reduced" if holds else "its price is not reduced")


@_check.register
def _(node: c.Family, cart: CartFacts, line: LineFacts | None) -> Verdict:
    assert line is not None
    verdicts = [_check(node.of, cart, member) for member in line.family]
    return next((verdict for verdict in verdicts if verdict.holds), verdicts[-1])


@_check.register
def _(node: c.Attribute, cart: CartFacts, line: LineFacts | None) -> Verdict:
    assert line is not None
    return _text(f"its {node.code}", _as_text(line.attributes.get(node.code, "")), node.is_, node.value)


@_check.register
def _(node: c.AttributeNumber, cart: CartFacts, line: LineFacts | None) -> Verdict:
    assert line is not None
    value = _as_number(line.attributes.get(node.code))
    if value is None:
        return Verdict(False, f"its {node.code} is no number")
    return _number(f"its {node.code}", value, node.is_, node.value)


def _number(what: str, value: Decimal, operator: str, wanted: Decimal) -> Verdict:
    holds = {
        "equal": value == wanted,
        "not_equal": value != wanted,
        "at_least": value >= wanted,
        "at_most": value <= wanted,
        "above": value > wanted,
        "below": value < wanted,
    }[operator]
    return Verdict(
        holds, f"{what}, {number(value)}, is {'' if holds else 'not '}{NUMBER_WORDS[operator]} {number(wanted)}"
    )


def _text(what: str, value: str | frozenset[str], operator: str, wanted: tuple[str, ...]) -> Verdict:
    has = {text.casefold() for text in ([value] if isinstance(value, str) else value) if text}
    asked = [text.casefold() for text in wanted]
    holds = {
        "one_of": bool(has.intersection(asked)),
        "none_of": not has.intersection(asked),
        "contains": _somewhere(has, asked, str.__contains__),
        "contains_not": not _somewhere(has, asked, str.__contains__),
        "starts_with": _somewhere(has, asked, str.startswith),
        "missing": not has,
        "present": bool(has),
    }[operator]
    shown = "not known" if not has else value if isinstance(value, str) else ", ".join(sorted(value))
    if not wanted:
        return Verdict(holds, f"{what} is {shown}")
    return Verdict(holds, f"{what} is {shown}, asked for was {said(operator)} {', '.join(wanted)}")


def _somewhere(has: Iterable[str], asked: list[str], test: Callable[[str, str], bool]) -> bool:
    return any(test(text, part) for text in has for part in asked)


def _as_number(value: Any) -> Decimal | None:
    """Decimals are kept as text, so that a text that is a number is one."""
    if isinstance(value, Decimal):
        return value
    try:
        found = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None


def _as_text(value: Any) -> str | frozenset[str]:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, frozenset):
        return value
    return number(value) if isinstance(value, Decimal) else str(value)

"""Rules as data, and whether a product fits. Pure: no database, no clock.

A rule is {"all": [rule, …]}, {"any": [rule, …]}, {"not": rule}, or a condition:
{"attribute": code, "is": value} (of a list of values, of a variant's too), {"attribute": code, "from": x, "to": y},
{"kind": kind}, {"category": code} (or one below it), {"price": channel, "from": x, "to": y}, {"reduced": channel}.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from catalog.product.errors import InvalidRule

MOST_DEPTH, MOST_PARTS = 6, 50
_CONDITIONS = {"attribute", "kind", "category", "price", "reduced"}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a rule can ask of a product: values by attribute, prices and reductions by channel."""

    kind: str
    values: Mapping[str, Collection[Any]] = field(default_factory=dict)
    categories: Collection[str] = ()
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    reduced: Collection[str] = ()


def checked(rule: Any, *, depth: int = 0) -> dict[str, Any]:
    """The rule, if it is one. Raises InvalidRule."""
    if not isinstance(rule, dict) or depth > MOST_DEPTH:
        raise InvalidRule(f"A rule is an object, nested at most {MOST_DEPTH} deep.", field="/rule")
    for name in ("all", "any"):
        if rule.keys() == {name}:
            parts = rule[name]
            if not isinstance(parts, list) or not 1 <= len(parts) <= MOST_PARTS:
                raise InvalidRule(f"{name} has 1 to {MOST_PARTS} rules.", field="/rule")
            return {name: [checked(part, depth=depth + 1) for part in parts]}
    if rule.keys() == {"not"}:
        return {"not": checked(rule["not"], depth=depth + 1)}
    asked = rule.keys() & _CONDITIONS
    if len(asked) != 1 or not isinstance(rule[next(iter(asked))], str):
        raise InvalidRule(f"A condition asks for one of {', '.join(sorted(_CONDITIONS))}.", field="/rule")
    name = next(iter(asked))
    allowed = {"attribute": {"is", "from", "to"}, "price": {"from", "to"}}.get(name, set())
    if not rule.keys() - {name} <= allowed or (allowed and len(rule) == 1):
        raise InvalidRule(f"{name} takes {', '.join(sorted(allowed)) or 'nothing more'}.", field="/rule")
    if any(_number(rule[bound]) is None for bound in rule.keys() & {"from", "to"}):
        raise InvalidRule("from and to are numbers as text.", field="/rule")
    return dict(rule)


def fits(rule: Mapping[str, Any], facts: Facts) -> bool:
    """Whether a product with these facts is picked."""
    if "all" in rule:
        return all(fits(part, facts) for part in rule["all"])
    if "any" in rule:
        return any(fits(part, facts) for part in rule["any"])
    if "not" in rule:
        return not fits(rule["not"], facts)
    if "kind" in rule:
        return bool(rule["kind"] == facts.kind)
    if "category" in rule:
        return rule["category"] in facts.categories
    if "reduced" in rule:
        return rule["reduced"] in facts.reduced
    if "price" in rule:
        price = facts.prices.get(rule["price"])
        return price is not None and _within(price, rule)
    return _has(facts.values.get(rule["attribute"], ()), rule)


def asks_for_price(rule: Mapping[str, Any]) -> bool:
    """Whether a change of price alone can change what is picked."""
    parts = [*rule.get("all", ()), *rule.get("any", ()), *([rule["not"]] if "not" in rule else [])]
    return "price" in rule or "reduced" in rule or any(asks_for_price(part) for part in parts)


def _has(values: Collection[Any], rule: Mapping[str, Any]) -> bool:
    if "is" in rule:
        wanted = rule["is"] if isinstance(rule["is"], list) else [rule["is"]]
        return any(value in wanted for value in values)
    numbers = [number for value in values if (number := _number(value)) is not None]
    return any(_within(number, rule) for number in numbers)


def _within(number: Decimal, rule: Mapping[str, Any]) -> bool:
    low, high = (_number(rule[name]) if name in rule else None for name in ("from", "to"))
    return (low is None or low <= number) and (high is None or number <= high)


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None

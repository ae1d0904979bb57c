"""The closed set of conditions, their JSON form and its validation.

Every node is an object with a `type`. Nodes under `where`, and those of an action's `target` and of a catalog rule,
look at one line; the others look at the cart. `all`, `any` and `not` stand in both.

    {"type": "all", "of": [
        {"type": "cart", "fact": "subtotal", "is": "at_least", "value": "50"},
        {"type": "lines", "match": "some", "where": {"type": "product", "fact": "category", "is": "one_of",
                                                     "value": ["tents"]}}]}

Where a fact is a set (categories, a multi-select attribute), `one_of` means that it has one of the values.
"""

from collections.abc import Iterator
from datetime import date, time
from typing import Annotated, Any, Literal, Union

import msgspec
from msgspec import Meta

from catalog.promotion.errors import InvalidRule
from catalog.promotion.numbers import Number, converted

DEEPEST, MOST_NODES = 8, 200
NumberOperator = Literal["equal", "not_equal", "at_least", "at_most", "above", "below"]
TextOperator = Literal["one_of", "none_of", "contains", "contains_not", "starts_with", "missing", "present"]
Texts = Annotated[tuple[Annotated[str, Meta(max_length=200)], ...], Meta(max_length=1000)]


class Node(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """A condition. Equal JSON gives equal nodes."""


class All(Node, tag="all"):
    """Every one holds; without any it holds always."""

    of: tuple["Condition", ...] = ()


class AnyOf(Node, tag="any"):
    """At least one holds."""

    of: tuple["Condition", ...]


class Not(Node, tag="not"):
    of: "Condition"


class Cart(Node, tag="cart"):
    """A figure of the whole cart, before promotions."""

    fact: Literal["subtotal", "quantity", "lines", "weight"]
    is_: NumberOperator = msgspec.field(name="is")
    value: Number


class CustomerGroup(Node, tag="customer_group"):
    is_: TextOperator = msgspec.field(name="is")
    value: Texts = ()


class SignedIn(Node, tag="signed_in"):
    """Whoever buys is a signed-in customer."""


class Address(Node, tag="address"):
    """Where the cart is sent to; nothing holds of an address that was not given but `missing`."""

    fact: Literal["country", "region", "postcode", "city"]
    is_: TextOperator = msgspec.field(name="is")
    value: Texts = ()


class Shipping(Node, tag="shipping"):
    """The way of delivery that was chosen."""

    is_: TextOperator = msgspec.field(name="is")
    value: Texts = ()


class Payment(Node, tag="payment"):
    """The way of paying that was chosen."""

    is_: TextOperator = msgspec.field(name="is")
    value: Texts = ()


class Dates(Node, tag="date"):
    """The channel's local day; both ends are inside."""

    first: date | None = None
    last: date | None = None


class Weekday(Node, tag="weekday"):
    """1 is Monday, 7 is Sunday."""

    value: Annotated[tuple[Annotated[int, Meta(ge=1, le=7)], ...], Meta(min_length=1, max_length=7)]


class Hours(Node, tag="hours"):
    """Local time of day from `start` until just before `end`; over midnight if that is earlier."""

    start: time
    end: time


class Lines(Node, tag="lines"):
    """How many lines are such: some, none or every one (of a cart that has any)."""

    where: "Condition"
    match: Literal["some", "none", "every"] = "some"


class Sum(Node, tag="sum"):
    """The total or the quantity of the lines that are such."""

    fact: Literal["total", "quantity"]
    is_: NumberOperator = msgspec.field(name="is")
    value: Number
    where: "Condition" = All()


class Line(Node, tag="line"):
    """A figure of one line."""

    fact: Literal["quantity", "unit_price", "regular_unit_price", "total", "weight"]
    is_: NumberOperator = msgspec.field(name="is")
    value: Number


class Product(Node, tag="product"):
    """A word about one line's product. `parent_sku` is that of a variant's configurable product.

    A product is in a `category` also if it is in one below it, and in an `own_category` only if it was put there.
    """

    fact: Literal["sku", "parent_sku", "kind", "tax_class", "category", "own_category"]
    is_: TextOperator = msgspec.field(name="is")
    value: Texts = ()


class Reduced(Node, tag="reduced"):
    """The line's price is below its regular one."""


class Attribute(Node, tag="attribute"):
    """A product's attribute as text: an option's code, `true` or `false`, a date as YYYY-MM-DD."""

    code: Annotated[str, Meta(min_length=1, max_length=200)]
    is_: TextOperator = msgspec.field(name="is")
    value: Texts = ()


class AttributeNumber(Node, tag="attribute_number"):
    """A product's attribute as a number; one without it holds nothing."""

    code: Annotated[str, Meta(min_length=1, max_length=200)]
    is_: NumberOperator = msgspec.field(name="is")
    value: Number


class Family(Node, tag="family"):
    """Holds of a variant by itself, or of the product that it is a variant of, whichever it is.

    Without it a variant has its parent's values where it lacks its own, and its parent's categories.
    """

    of: "Condition"


BOTH = All | AnyOf | Not
OF_CART = Cart | CustomerGroup | SignedIn | Address | Shipping | Payment | Dates | Weekday | Hours | Lines | Sum
OF_LINE = Line | Product | Reduced | Attribute | AttributeNumber | Family
Condition = Union[BOTH, OF_CART, OF_LINE]  # noqa: UP007 - msgspec resolves the name inside the nodes

ALWAYS = All()


def condition_from(data: Any, *, of: Literal["cart", "line"], field: str = "/condition") -> "Condition":
    """A condition from its JSON form. Raises InvalidRule, which says where and what."""
    node: Condition = converted(data, Condition, field=field)
    check_condition(node, of=of, field=field)
    return node


def check_condition(node: "Condition", *, of: Literal["cart", "line"], field: str) -> None:
    """Raise InvalidRule for a node that does not belong there, for an operator without its values, and for size."""
    for count, (place, found, inside, depth) in enumerate(_walk(node, of, field, 1), start=1):
        if count > MOST_NODES or depth > DEEPEST:
            raise InvalidRule(f"A rule has at most {MOST_NODES} conditions, {DEEPEST} deep.", field=field)
        if isinstance(found, OF_CART if inside == "line" else OF_LINE):
            raise InvalidRule(
                f"{found.__struct_config__.tag} looks at {'the cart' if inside == 'line' else 'one line'} and cannot "
                f"stand here, where {'one line' if inside == 'line' else 'the cart'} is looked at.",
                field=place,
            )
        operator, values = getattr(found, "is_", ""), getattr(found, "value", ())
        if isinstance(values, tuple) and operator and (operator in ("missing", "present")) == bool(values):
            needs = "takes no value" if values else "needs a value"
            raise InvalidRule(f"{operator} {needs}.", field=f"{place}/value")


def nodes_of(node: "Condition") -> Iterator["Condition"]:
    """The node and all that it holds."""
    return (found for _, found, _, _ in _walk(node, "cart", "", 1))


def _walk(node: Any, of: str, field: str, depth: int) -> Iterator[tuple[str, Any, str, int]]:
    yield field, node, of, depth
    if isinstance(node, All | AnyOf):
        for index, inner in enumerate(node.of):
            yield from _walk(inner, of, f"{field}/of/{index}", depth + 1)
    elif isinstance(node, Not | Family):
        yield from _walk(node.of, of, f"{field}/of", depth + 1)
    elif isinstance(node, Lines | Sum):
        yield from _walk(node.where, "line", f"{field}/where", depth + 1)

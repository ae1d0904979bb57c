"""A cart that goes to several places: its further deliveries, each with goods, an address and a way of delivery.

What no further delivery has goes where the cart goes. A further delivery names goods by the key of their line; in
requests and quotes what goes with it is a line of its own, and so it is in the order.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

import msgspec

from chassis.messages import encode
from commerce.checkout.items import Item
from contracts.catalog import QuoteDelivery, QuoteRequestLine

MOST_FURTHER = 9
NOTHING = Decimal(0)
MAIN = ""
"""Of a quote's lines: those that go where the cart goes."""


@dataclass(frozen=True, kw_only=True)
class Further:
    """A further delivery; `lines` are quantities by the key of an item."""

    id: str
    address: dict[str, str]
    shipping_method: str
    lines: dict[str, Decimal]


def further_of(stored: Iterable[dict[str, Any]] | None) -> tuple[Further, ...]:
    """Further deliveries out of a cart's column."""
    return msgspec.convert(list(stored or ()), tuple[Further, ...], strict=False)


def as_json(further: Iterable[Further]) -> list[dict[str, Any]] | None:
    """As the column keeps them; NULL where there are none."""
    stored: list[dict[str, Any]] = msgspec.json.decode(encode([asdict(one) for one in further]))
    return stored or None


def delivery_id(cart: UUID, position: int) -> str:
    """What the further delivery at a position is called: in the cart, in the order that comes of it, in logistics."""
    return str(uuid5(cart, f"delivery:{position}"))


def fitting(further: Iterable[Further], lines: Mapping[Item, Decimal]) -> tuple[Further, ...]:
    """Further deliveries with no more than is in the cart, without those that are left empty by that."""
    left = {one.key: quantity for one, quantity in lines.items()}
    found = []
    for one in further:
        mine = {key: min(quantity, left.get(key, NOTHING)) for key, quantity in one.lines.items()}
        mine = {key: quantity for key, quantity in mine.items() if quantity > 0}
        for key, quantity in mine.items():
            left[key] -= quantity
        if mine:
            found.append(replace(one, lines=mine))
    return tuple(found)


def is_all_taken(further: Iterable[Further], lines: Mapping[Item, Decimal]) -> bool:
    """Whether further deliveries leave nothing for where the cart goes."""
    return bool(lines) and not any(quantity > taken(further, one.key) for one, quantity in lines.items())


def taken(further: Iterable[Further], key: str) -> Decimal:
    """How much of a line goes with further deliveries."""
    return sum((one.lines.get(key, NOTHING) for one in further), NOTHING)


def respelt(further: Iterable[Further], keys: Mapping[str, str]) -> tuple[Further, ...]:
    """The same by the new keys of lines whose SKU is written otherwise."""
    return tuple(replace(one, lines={keys.get(key, key): many for key, many in one.lines.items()}) for one in further)


def request_lines(lines: Mapping[Item, Decimal], further: Iterable[Further]) -> Iterator[QuoteRequestLine]:
    """What catalog is asked for: each line, or what of it goes to each place."""
    further = tuple(further)
    for one, quantity in sorted(lines.items(), key=lambda line: line[0].key):
        if (rest := quantity - taken(further, one.key)) > 0:
            yield QuoteRequestLine(key=one.key, sku=one.sku, quantity=rest, choices=one.choices)
        for part in further:
            if many := part.lines.get(one.key):
                yield QuoteRequestLine(
                    key=f"{one.key}@{part.id}",
                    sku=one.sku,
                    quantity=many,
                    choices=one.choices,
                    delivery=part.id,
                    whole=one.key,
                )


def quote_delivery(one: Further, shipping: Decimal = NOTHING) -> QuoteDelivery:
    """A further delivery as catalog is told of it."""
    where = {name: one.address.get(name, "") for name in ("country", "region", "postcode")}
    return QuoteDelivery(key=one.id, shipping=shipping, **where)


def base_key(line: Mapping[str, Any]) -> str:
    """The key of the cart's line that a stored quote's line is, or is a part of."""
    key: str = line["key"]
    return key.removesuffix(f"@{line['delivery']}") if line.get("delivery") else key


def lines_for(quote: Mapping[str, Any] | None, delivery: str = MAIN) -> list[dict[str, Any]]:
    """The lines of a stored quote that go with one delivery."""
    return [line for line in (quote or {}).get("lines", ()) if line.get("delivery", MAIN) == delivery]


def goods_total(lines: Iterable[Mapping[str, Any]]) -> Decimal:
    """What lines of a stored quote cost together."""
    return sum((Decimal(line["total"]) for line in lines), NOTHING)


def shipping_of(quote: Mapping[str, Any] | None, delivery: str = MAIN) -> Decimal:
    """What of a stored quote's shipping is one delivery's; all of it where there is one."""
    found = (quote or {}).get("deliveries") or [{"key": MAIN, "shipping": (quote or {}).get("shipping", "0")}]
    return sum((Decimal(one["shipping"]) for one in found if one["key"] == delivery), NOTHING)

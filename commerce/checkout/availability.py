"""What can be had of a cart's goods: one call to logistics, in time or not at all.

Advisory: only a reservation decides. No answer means "unknown" and refuses nobody.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from chassis.bounded import within
from chassis.clients import Unavailable, client
from contracts.logistics import Availability, SkuAvailability

SECONDS = 0.25
AVAILABLE, INSUFFICIENT, UNKNOWN = "available", "insufficient", "unknown"
Stock = dict[str, SkuAvailability]
"""By SKU; one that is missing is not known."""


def stock(channel: str, skus: Iterable[str]) -> Stock:
    """What a channel can sell of these SKUs; empty when logistics does not answer within `SECONDS`."""
    wanted = tuple(sorted(set(skus)))
    if not wanted:
        return {}
    logistics = client(Availability)
    try:
        found = within(SECONDS, lambda: logistics.of(channel=channel, skus=wanted))
    except (TimeoutError, Unavailable):
        return {}
    return {item.sku: item for item in found}


def availability(line: dict[str, Any], known: Stock) -> str:
    """Whether a quoted line can be had. What needs no parcel has no shelf."""
    found = [_of_one(sku, quantity, known) for sku, quantity in shelved(line).items()]
    return INSUFFICIENT if INSUFFICIENT in found else UNKNOWN if UNKNOWN in found else AVAILABLE


def most(line: dict[str, Any], known: Stock) -> Decimal | None:
    """How many of a quoted line can be had; None where there is no limit or it is not known."""
    limits = [
        found.available * Decimal(line["quantity"]) // quantity if line.get("components") else found.available
        for sku, quantity in shelved(line).items()
        if (found := known.get(sku)) and found.available is not None
    ]
    return min(limits, default=None)


def shelved(line: dict[str, Any]) -> dict[str, Decimal]:
    """How much of what a quoted line takes off the shelf."""
    parts = line.get("components") or [{**line, "quantity": "1"}]
    found: dict[str, Decimal] = {}
    for part in parts:
        if part["requires_shipping"]:
            quantity = Decimal(part["quantity"]) * Decimal(line["quantity"])
            found[part["sku"]] = found.get(part["sku"], Decimal(0)) + quantity
    return found


def _of_one(sku: str, quantity: Decimal, known: Stock) -> str:
    found = known.get(sku)
    if found is None:
        return UNKNOWN
    enough = found.in_stock and (found.available is None or found.available >= quantity)
    return AVAILABLE if enough else INSUFFICIENT

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
    if not line["requires_shipping"]:
        return AVAILABLE
    found = known.get(line["sku"])
    if found is None:
        return UNKNOWN
    enough = found.in_stock and (found.available is None or found.available >= Decimal(line["quantity"]))
    return AVAILABLE if enough else INSUFFICIENT

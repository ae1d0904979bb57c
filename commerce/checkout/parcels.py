"""What of a quote is sent, as logistics prices it: the lines that need a parcel, bundles as their components."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from contracts.logistics import ParcelLine


def parcel_lines(lines: Iterable[dict[str, Any]]) -> tuple[ParcelLine, ...]:
    """From the lines of a stored quote; one per SKU."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        for sku, quantity in _sent(line):
            sums[sku] = sums.get(sku, Decimal(0)) + quantity
    return tuple(ParcelLine(sku=sku, quantity=sums[sku]) for sku in sorted(sums))


def _sent(line: dict[str, Any]) -> Iterator[tuple[str, Decimal]]:
    for part in line.get("components") or [{**line, "quantity": "1"}]:
        if part.get("requires_shipping", True):
            yield part["sku"], Decimal(line["quantity"]) * Decimal(part["quantity"])

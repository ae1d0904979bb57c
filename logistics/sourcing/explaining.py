"""Why each source of a channel was chosen or passed over, in words that are stored with the reservation."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from logistics.sourcing.planning import Plan


@dataclass(frozen=True, kw_only=True)
class Considered:
    """A source as the claim saw it under its locks: of each SKU (units free, taken from stock, taken beyond it)."""

    source: Any
    code: str
    enabled: bool
    priority: int
    items: Mapping[str, tuple[Decimal, Decimal, Decimal]]


def explain(plan: Plan, considered: Iterable[Considered], *, short: Sequence[str], to: str) -> dict[str, Any]:
    """The explanation as it is stored: JSON with the sources in the order in which they were asked."""
    places = {source: at for at, source in enumerate(plan.order)}
    order = sorted(considered, key=lambda one: (places.get(one.source, len(places)), one.priority, one.code))
    return {
        "strategy": plan.strategy,
        "to": to,
        "sources": [
            {
                "source": one.code,
                "why": plan.why.get(one.source, f"priority {one.priority}"),
                "chosen": not short and any(stock + beyond for _, stock, beyond in one.items.values()),
                "verdict": _verdict(one, short),
            }
            for one in order
        ],
    }


def _verdict(one: Considered, short: Sequence[str]) -> str:
    if not one.enabled:
        return "passed over: it is switched off"
    if not one.items:
        return "passed over: none of it lies here"
    if short:
        free = ", ".join(f"{units.normalize():f} × {sku}" for sku, (units, *_) in sorted(one.items.items()) if units)
        return f"nothing taken: {', '.join(short)} fell short; free here: {free or 'nothing'}"
    taken = [_taken(sku, *units) for sku, units in sorted(one.items.items()) if units[1] + units[2]]
    if taken:
        return "took " + ", ".join(taken)
    if any(free for free, *_ in one.items.values()):
        return "passed over: all was had from sources before it"
    return "passed over: nothing free here"


def _taken(sku: str, free: Decimal, stock: Decimal, beyond: Decimal) -> str:
    parts = [f"{stock.normalize():f} × {sku} of {free.normalize():f} free"] if stock else []
    if beyond:
        parts.append(f"{beyond.normalize():f} × {sku} beyond what is there")
    return " and ".join(parts)

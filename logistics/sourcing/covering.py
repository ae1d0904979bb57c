"""Which few sources together serve a cart: a weighted set cover, exact for few sources and greedy for many."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import combinations

EXACT = 8
"""Up to so many sources that have any of it, all 255 sets of them are compared."""
ZERO = Decimal(0)
Free = Mapping[str, Decimal]


def cover(wanted: Mapping[str, Decimal], free: Sequence[Free], weights: Sequence[Decimal]) -> list[int]:
    """Places of the sources of the lightest set that serves as much of each SKU as all of them could.

    Of equal sets the smaller, then the one that comes first counts. Empty when nothing can be had.
    """
    needs = {sku: min(quantity, sum((one.get(sku, ZERO) for one in free), ZERO)) for sku, quantity in wanted.items()}
    needs = {sku: quantity for sku, quantity in needs.items() if quantity > 0}
    useful = [at for at, one in enumerate(free) if any(one.get(sku, ZERO) > 0 for sku in needs)]
    if not needs:
        return []
    if len(useful) > EXACT:
        return _greedy(needs, free, weights, useful)
    sets = (chosen for size in range(1, len(useful) + 1) for chosen in combinations(useful, size))
    enough = (chosen for chosen in sets if _serves(needs, free, chosen))
    return list(min(enough, key=lambda chosen: (sum(weights[at] for at in chosen), len(chosen), chosen)))


def _serves(needs: Free, free: Sequence[Free], chosen: Sequence[int]) -> bool:
    return all(sum((free[at].get(sku, ZERO) for at in chosen), ZERO) >= need for sku, need in needs.items())


def _greedy(needs: Free, free: Sequence[Free], weights: Sequence[Decimal], useful: list[int]) -> list[int]:
    """Again and again the source that serves most of what is left for its weight."""
    left, chosen = dict(needs), []
    while any(need > 0 for need in left.values()):
        best = max(
            (at for at in useful if at not in chosen),
            key=lambda at: (_share(left, needs, free[at]) / max(weights[at], Decimal("0.0001")), -at),
        )
        chosen.append(best)
        left = {sku: need - min(need, free[best].get(sku, ZERO)) for sku, need in left.items()}
    return chosen


def _share(left: Free, needs: Free, one: Free) -> Decimal:
    """How many lines a source serves, parts counted: 3 kg of flour are no more than 3 tents."""
    return sum((min(need, one.get(sku, ZERO)) / needs[sku] for sku, need in left.items()), ZERO)

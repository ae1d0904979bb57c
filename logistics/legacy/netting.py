"""Stock on hand net of what the old shop has promised, so that what may be sold agrees with it.

Magento computes what may be sold per stock: the sum over the stock's enabled sources, plus the (signed) sum of the
stock's open reservations, minus the threshold `min_qty`. A reservation there belongs to a stock and to no source;
here stock and claims belong to a source. So each stock's balance is given to its sources in the order in which the
old shop itself would have picked from them: by priority, each down to nothing, and what no source has from the
first, which may so become negative. A source that is itself below zero is covered by the others of its stock, since
Magento sums before it looks. A positive balance (more given back than taken) goes to the first source.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Balance:
    """A stock's enabled sources, nearest first, and what is to be added to them: reservations less threshold."""

    sources: Sequence[str]
    amount: Decimal


def net(quantities: Mapping[str, Decimal], balances: Sequence[Balance]) -> dict[str, Decimal]:
    """What may be sold of one SKU from each source: every stock's sum is its sources' sum plus its amount.

    With a source in several stocks each of them takes from it, so that no stock may sell what another promised.
    """
    left = dict(quantities)
    for balance in balances:
        if balance.sources:
            _give(left, balance)
    return left


def _give(left: dict[str, Decimal], balance: Balance) -> None:
    amount = balance.amount
    for code in balance.sources:
        if left.get(code, ZERO) < 0:
            amount += left[code]
            left[code] = ZERO
    stocked = [code for code in balance.sources if code in left]
    for code in stocked if amount < 0 else ():
        taken = min(left[code], -amount)
        left[code] -= taken
        amount += taken
    if amount:
        first = (stocked or balance.sources)[0]
        left[first] = left.get(first, ZERO) + amount

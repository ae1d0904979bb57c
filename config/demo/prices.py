"""Prices in each channel, some of them reduced for a while. Tax is included in all of them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from config.demo.shapes import Price
from config.demo.words import places

_CURRENCY = {row[0]: row[2] for row in places.CHANNELS}
_OFF = (Decimal("0.90"), Decimal("0.85"), Decimal("0.80"), Decimal("0.75"), Decimal("0.70"))
# Days from today: running now, ending soon, over, still to come.
_WINDOWS = ((-9, 12), (-20, 2), (-16, -5), (4, 18))


def priced(euros: int, *, channels: Iterable[str], today: datetime, dice: Random) -> tuple[Price, ...]:
    """One price per channel for goods that cost about `euros`; about every fifth has a special price."""
    reduced = dice.random() < 0.2
    off, window = dice.choice(_OFF), dice.choices(_WINDOWS, weights=(5, 2, 2, 2))[0]
    prices = []
    for channel in channels:
        amount = _retail(euros, currency=_CURRENCY[channel])
        prices.append(
            Price(
                channel=channel,
                currency=_CURRENCY[channel],
                amount=amount,
                special=_reduced(amount, off, ending=amount % 1) if reduced else None,
                special_from=today + timedelta(days=window[0]) if reduced else None,
                special_until=today + timedelta(days=window[1]) if reduced else None,
            )
        )
    return tuple(prices)


def _retail(euros: int, *, currency: str) -> Decimal:
    """A shelf price: just below a round figure; francs are a good tenth more than euros."""
    amount = euros if currency == "EUR" else round(euros * 1.12)
    return Decimal(amount) - (Decimal("0.05") if currency == "EUR" else Decimal("0.10"))


def _reduced(amount: Decimal, off: Decimal, *, ending: Decimal) -> Decimal:
    """About `off` times the amount, ending like other prices do, and lower by a unit at least."""
    return min(Decimal(int(amount * off)) + ending, amount - 1)

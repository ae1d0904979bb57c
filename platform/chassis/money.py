"""Amounts of money: a decimal and an ISO 4217 currency, never a float, never rounded in silence.

Unit prices carry up to six decimals (NUMERIC(20,6)); totals stand at the currency's exponent. Where something
is rounded, `quantized` says so in the code. It never converts between currencies.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

# ISO 4217 list one, the currencies whose minor unit is not 2. CLDR's table (Babel) is not used for it:
# that one says how amounts are shown and has 0 for currencies in which banks still settle hundredths.
_EXPONENTS: dict[str, int] = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}
# Wide enough that no sum or product of NUMERIC(20,6) values loses a digit, whatever the thread's context says.
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
UNIT_EXPONENT = 6


class CurrencyMismatch(ArithmeticError):
    """Two currencies met in one sum: a defect in the caller, hence not a DomainError."""


def exponent(currency: str) -> int:
    """Decimal places of `currency`'s minor unit by ISO 4217: EUR 2, VND 0, KWD 3."""
    return _EXPONENTS.get(currency, 2)


def amount_text(amount: Decimal, currency: str) -> str:
    """An amount for the wire: at least the currency's decimals, never fewer than the amount has."""
    places = exponent(currency)
    normal = amount.normalize()
    if -int(normal.as_tuple().exponent) <= places:
        return f"{amount:.{places}f}"
    return f"{normal:f}"


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` of `currency` (three capital letters). Compares and adds only with its own currency."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"Money takes a Decimal, not {type(self.amount).__name__}.")
        if not self.amount.is_finite():
            raise ValueError("Money takes a finite amount.")
        code = self.currency
        if len(code) != 3 or not (code.isascii() and code.isalpha() and code.isupper()):
            raise ValueError(f"{code!r} is not an ISO 4217 currency code.")

    @classmethod
    def of(cls, amount: str | int | Decimal, currency: str) -> Money:
        """Money of a number's text. Raises ValueError for text that is no number."""
        try:
            return cls(Decimal(amount), currency)
        except InvalidOperation:
            raise ValueError(f"{amount!r} is not an amount.") from None

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(Decimal(0).scaleb(-exponent(currency)), currency)

    @classmethod
    def total(cls, amounts: Iterable[Money], *, currency: str) -> Money:
        """The sum of `amounts`, zero when there are none."""
        result = cls.zero(currency)
        for amount in amounts:
            result += amount
        return result

    def quantized(self, *, rounding: str = ROUND_HALF_UP) -> Money:
        """Rounded to the currency's minor unit, half away from zero unless told otherwise."""
        return self._at(exponent(self.currency), rounding)

    def unit(self) -> Money:
        """Rounded to the six decimals of a unit price."""
        return self._at(UNIT_EXPONENT, ROUND_HALF_UP)

    def split(self, weights: Iterable[Decimal | int]) -> list[Money]:
        """Parts in proportion to `weights`, each at the minor unit, whose sum is exactly this amount rounded.

        Largest remainder first; equal remainders go to the earlier part, so that the answer is always the same.
        Equal weights stand in when all are zero. Raises ValueError for no or negative weights.
        """
        shares = [Decimal(weight) for weight in weights]
        if not shares or min(shares) < 0:
            raise ValueError("Money.split needs at least one weight and none below zero.")
        if not any(shares):
            shares = [Decimal(1)] * len(shares)
        places = exponent(self.currency)
        units = int(_EXACT.scaleb(self.quantized().amount, places))
        whole = _EXACT.create_decimal(sum(shares))
        sign = -1 if units < 0 else 1
        exact = [_EXACT.divide(_EXACT.multiply(Decimal(abs(units)), share), whole) for share in shares]
        parts = [int(part) for part in exact]
        by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
        for index in by_remainder[: abs(units) - sum(parts)]:
            parts[index] += 1
        return [Money(Decimal(sign * part).scaleb(-places), self.currency) for part in parts]

    def __add__(self, other: Money) -> Money:
        return Money(_EXACT.add(self.amount, self._same(other)), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(_EXACT.subtract(self.amount, self._same(other)), self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        if not isinstance(factor, Decimal | int):
            raise TypeError("Money is multiplied by a Decimal or an int.")
        return Money(_EXACT.multiply(self.amount, Decimal(factor)), self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    def _at(self, places: int, rounding: str) -> Money:
        quantum = Decimal(1).scaleb(-places)
        return Money(self.amount.quantize(quantum, rounding=rounding, context=_EXACT), self.currency)

    def _same(self, other: Money) -> Decimal:
        if not isinstance(other, Money):
            raise TypeError("Money meets only Money.")
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be compared or added.")
        return other.amount

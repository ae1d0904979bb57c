"""Tax and totals of a cart, pure: prices in, figures out; no database, no clock, of promotions only their amount.

An amount is rounded half away from zero at the currency's exponent. What is rounded is the method's choice: the tax of
one unit, of a line, or of all lines together (each line then takes what the earlier ones left of a cent). The unit
price as entered is rounded first in every method, so that a line is its quantity times what is shown. These are
Magento's three methods too (in Magento\\Tax\\Model\\Calculation: UnitBaseCalculator, RowBaseCalculator,
TotalBaseCalculator).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum
from itertools import groupby

from chassis.money import exponent

ZERO = Decimal(0)
HUNDRED = Decimal(100)


class Rounding(StrEnum):
    """What tax is rounded on."""

    UNIT = "unit"
    LINE = "line"
    TOTAL = "total"


@dataclass(frozen=True, kw_only=True)
class Tax:
    """A tax that is due. Taxes of one priority add up; those of a higher one are taken on price and lower taxes
    together (compound), unless they are `on_subtotal`: then on the price alone."""

    code: str
    percent: Decimal
    priority: int = 0
    on_subtotal: bool = False


@dataclass(frozen=True, kw_only=True)
class Level:
    """The taxes of one priority, as percent of the price without any tax."""

    code: str
    percent: Decimal


@dataclass(frozen=True, kw_only=True)
class Method:
    """How a channel works out its figures.

    with_tax: prices are entered with tax. after_discount: tax is taken on what is left of a price after its discount.
    """

    currency: str
    with_tax: bool
    rounding: Rounding = Rounding.LINE
    after_discount: bool = True

    def rounded(self, amount: Decimal) -> Decimal:
        return amount.quantize(Decimal(1).scaleb(-exponent(self.currency)), rounding=ROUND_HALF_UP)


@dataclass(frozen=True, kw_only=True)
class Item:
    """A line to be worked out: a unit price as entered, and the discount on the whole line.

    `contained`: the taxes that a price entered with tax contains, where they are others than those due (another
    country's, or all although nothing is due); None if they are the same. `discount` is off the price as entered.
    """

    key: str
    unit: Decimal
    quantity: Decimal
    taxes: tuple[Tax, ...] = ()
    contained: tuple[Tax, ...] | None = None
    discount: Decimal = ZERO


@dataclass(frozen=True, kw_only=True)
class TaxShare:
    """What one level of taxes comes to on a line."""

    code: str
    percent: Decimal
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Worked:
    """A line's figures. Those of unit and total are before the discount; `tax` and `payable` are after it.

    `payable` is what the line adds to what is paid: all taxes in, the discount off.
    """

    key: str
    net_unit: Decimal
    gross_unit: Decimal
    net_total: Decimal
    gross_total: Decimal
    discount: Decimal
    tax: Decimal
    taxes: tuple[TaxShare, ...]
    percent: Decimal
    payable: Decimal


def levels(taxes: Iterable[Tax]) -> tuple[Level, ...]:
    """The taxes by priority, lowest first, each as percent of the price without tax."""
    found: list[Level] = []
    total = ZERO
    for _, several in groupby(sorted(taxes, key=lambda tax: (tax.priority, tax.code)), key=lambda tax: tax.priority):
        same = list(several)
        percent = sum((tax.percent for tax in same), ZERO)
        if not all(tax.on_subtotal for tax in same):
            percent = (HUNDRED + total) * percent / HUNDRED
        total += percent
        found.append(Level(code=" + ".join(tax.code for tax in same), percent=percent))
    return tuple(found)


def percent_of(taxes: Iterable[Tax]) -> Decimal:
    """All taxes together as percent of the price without tax."""
    return sum((level.percent for level in levels(taxes)), ZERO)


def work_out(items: Sequence[Item], method: Method) -> list[Worked]:
    """The figures of all lines. Their order counts only where tax is rounded on the total."""
    left = _Leftover(method)
    with localcontext() as context:
        context.prec = 60
        work = _with_tax if method.with_tax else _without_tax
        return [work(item, method, left) for item in items]


class _Leftover:
    """Rounds; on the total, by rate: each amount takes along what rounding has left of the one before it."""

    def __init__(self, method: Method) -> None:
        self.method = method
        self.deltas: dict[tuple[str, str], Decimal] = {}

    def rounded(self, amount: Decimal, *, code: str, what: str) -> Decimal:
        if self.method.rounding is not Rounding.TOTAL or not amount:
            return self.method.rounded(amount)
        exact = amount + self.deltas.get((code, what), ZERO)
        result = self.method.rounded(exact)
        self.deltas[code, what] = exact - result
        return result


def _with_tax(item: Item, method: Method, left: _Leftover) -> Worked:
    percent = percent_of(item.taxes)
    gross = method.rounded(item.unit)
    contained = percent if item.contained is None else percent_of(item.contained)
    if contained != percent:
        gross = method.rounded(gross * (HUNDRED + percent) / (HUNDRED + contained))
    total = method.rounded(gross * item.quantity)
    after = max(total - item.discount, ZERO)
    if method.rounding is Rounding.UNIT:
        before = _by_unit(_part(gross, percent), item, method)
        due = _by_unit(_part(after / item.quantity, percent), item, method)
        net_unit = gross - method.rounded(_part(gross, percent))
    else:
        code = f"{percent.normalize():f}"
        before = left.rounded(_part(total, percent), code=code, what="before")
        due = left.rounded(_part(after, percent), code=code, what="after")
        net_unit = method.rounded((total - before) / item.quantity)
    tax = due if method.after_discount else before
    return Worked(
        key=item.key,
        net_unit=net_unit,
        gross_unit=gross,
        net_total=total - before,
        gross_total=total,
        discount=method.rounded(item.discount),
        tax=tax,
        taxes=_shares(tax, levels(item.taxes), method),
        percent=percent,
        payable=total - method.rounded(item.discount),
    )


def _without_tax(item: Item, method: Method, left: _Leftover) -> Worked:
    net = method.rounded(item.unit)
    total = method.rounded(net * item.quantity)
    after = max(total - item.discount, ZERO)
    shares, before, unit_taxes = [], ZERO, ZERO
    for level in levels(item.taxes):
        part = level.percent / HUNDRED
        if method.rounding is Rounding.UNIT:
            full = _by_unit(net * part, item, method)
            due = _by_unit(after / item.quantity * part, item, method)
            unit_taxes += method.rounded(net * part)
        else:
            full = left.rounded(total * part, code=level.code, what="before")
            due = left.rounded(after * part, code=level.code, what="after")
        before += full
        amount = due if method.after_discount else full
        shares.append(TaxShare(code=level.code, percent=level.percent, amount=amount))
    tax = sum((share.amount for share in shares), ZERO)
    by_unit = method.rounding is Rounding.UNIT
    return Worked(
        key=item.key,
        net_unit=net,
        gross_unit=net + unit_taxes if by_unit else method.rounded((total + before) / item.quantity),
        net_total=total,
        gross_total=total + before,
        discount=method.rounded(item.discount),
        tax=tax,
        taxes=tuple(shares),
        percent=percent_of(item.taxes),
        payable=total - method.rounded(item.discount) + tax,
    )


def _by_unit(tax: Decimal, item: Item, method: Method) -> Decimal:
    """A line's tax where that of one unit is rounded."""
    return method.rounded(method.rounded(tax) * item.quantity)


def _part(gross: Decimal, percent: Decimal) -> Decimal:
    """The tax in an amount that contains it: amount x percent / (100 + percent)."""
    return gross * percent / (HUNDRED + percent)


def _shares(tax: Decimal, found: Sequence[Level], method: Method) -> tuple[TaxShare, ...]:
    """A line's tax by level, in proportion; the last takes what rounding leaves."""
    whole = sum((level.percent for level in found), ZERO)
    shares, rest = [], tax
    for index, level in enumerate(found):
        last = index == len(found) - 1
        amount = rest if last else method.rounded(tax * level.percent / whole) if whole else ZERO
        rest -= amount
        shares.append(TaxShare(code=level.code, percent=level.percent, amount=amount))
    return tuple(shares)


def taxes_by_code(worked: Iterable[Worked]) -> Mapping[str, Decimal]:
    """What each level of taxes comes to over all lines."""
    found: dict[str, Decimal] = {}
    for line in worked:
        for share in line.taxes:
            found[share.code] = found.get(share.code, ZERO) + share.amount
    return found

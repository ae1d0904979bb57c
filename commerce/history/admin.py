"""Orders of history in the admin: what staff read of them beside what every order shows."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from chassis.admin import Transition, shown
from commerce.history.models import HistoricalOrder, HistoricalPayment
from commerce.order.models import Order

FIGURES = ("subtotal", "discount", "shipping", "tax", "total", "invoiced", "captured", "refunded", "due")
NAMES = ("", "goods", "discount", "delivery", "tax in it", "total", "invoiced", "paid", "refunded", "due")


def ours(transition: Transition) -> Transition:
    """The transition, not offered for an order of history."""
    return replace(transition, when=lambda order: not order.historical and transition.when(order))


def origin(order: Order) -> str:
    """What an order of history is, and the older shop's word for its state."""
    said = "by the shop that was here before; it is looked at, and a return of it is refunded by hand"
    return f"{order.history.status}, {said}"


def figures(order: Order) -> str:
    """Totals in the order's currency, and in that of the older shop's books."""
    history = order.history
    mine = [getattr(order if hasattr(order, name) else history, name) for name in FIGURES]
    books = [_of_books(order, history, name) for name in FIGURES]
    rows = [(order.currency, mine)]
    if (order.currency, mine) != (order.base_currency, books):
        rows.append((order.base_currency, books))
    return shown.table(NAMES, [(code, *(shown.amount(one, code) for one in several)) for code, several in rows])


def _of_books(order: Order, history: HistoricalOrder, name: str) -> Decimal:
    return order.base_total if name == "total" else Decimal(getattr(history, f"base_{name}"))


def quantities(order: Order) -> str:
    """What was invoiced and given back of each line, and what its parts and answers were."""
    return shown.table(
        ("line", "ordered", "invoiced", "shipped", "refunded", "cancelled"),
        [(name, *(shown.quantity(many) for many in counts)) for name, counts in _counts(order)],
    )


def _counts(order: Order) -> Iterator[tuple[str, list[Decimal]]]:
    for line in order.lines.select_related("history"):
        past = line.history
        answers = ", ".join(f"{one['label']}: {one['value']}" for one in past.answers)
        name = f"{line.sku} ({answers})" if answers else line.sku
        yield name, [line.quantity, past.invoiced, line.shipped, past.refunded, line.cancelled]
        for part in past.parts:
            names = ("ordered", "invoiced", "shipped", "refunded", "cancelled")
            yield f"of it {part['sku']}", [Decimal(part[one]) for one in names]


def payments(order: Order) -> str:
    """How it was paid there."""
    rows = HistoricalPayment.objects.filter(order=order)
    return shown.table(
        ("payment", "state", "amount", "captured", "refunded", "details"),
        [
            (
                one.label or one.tender,
                shown.words(one.state),
                *(shown.amount(figure, one.currency) for figure in (one.amount, one.captured, one.refunded)),
                shown.facts(one.details),
            )
            for one in rows
        ],
    )

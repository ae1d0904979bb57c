"""Orders as an older shop had them, written as they are.

One event tells of each, for those who keep a copy: none that anybody acts on.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis.unit_of_work import unit_of_work
from commerce.document.models import Document
from commerce.history.announcing import tell_carried
from commerce.history.models import HistoricalLine, HistoricalOrder, HistoricalPayment
from commerce.history.refunding import worked_on
from commerce.order.models import Order, OrderEvent, OrderLine, OrderShipment


@dataclass(frozen=True, kw_only=True)
class Figures:
    """An order's totals in one currency; subtotal, shipping and total with tax and after discounts."""

    subtotal: Decimal
    shipping: Decimal
    tax: Decimal
    total: Decimal
    captured: Decimal
    refunded: Decimal
    discount: Decimal
    invoiced: Decimal
    due: Decimal


@dataclass(frozen=True, kw_only=True)
class LineFigures:
    """A line's amounts in one currency; all with tax, total after the discount."""

    unit_price: Decimal
    discount: Decimal
    tax: Decimal
    total: Decimal


@dataclass(frozen=True, kw_only=True)
class ImportedLine:
    id: UUID
    external_id: str
    sku: str
    product: UUID
    name: str
    options: str
    kind: str
    quantity: Decimal
    shipped: Decimal
    cancelled: Decimal
    invoiced: Decimal
    refunded: Decimal
    figures: LineFigures
    base: LineFigures
    taxes: Sequence[dict[str, str]]
    requires_shipping: bool
    components: Sequence[dict[str, Any]]
    parts: Sequence[dict[str, str]]
    answers: Sequence[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class PaymentFigures:
    amount: Decimal
    captured: Decimal
    refunded: Decimal


@dataclass(frozen=True, kw_only=True)
class ImportedPayment:
    id: UUID
    external_id: str
    tender: str
    label: str
    state: str
    figures: PaymentFigures
    base: PaymentFigures
    details: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ImportedParcel:
    id: UUID
    external_id: str
    carrier: str
    tracking_number: str
    lines: Sequence[dict[str, str]]
    sent_at: datetime


@dataclass(frozen=True, kw_only=True)
class ImportedDocument:
    """`id` is its cause as well: here nothing else is known that it is for."""

    id: UUID
    external_id: str
    kind: str
    number: str
    corrects: Sequence[str]
    lines: Sequence[dict[str, Any]]
    subtotal: Decimal
    shipping: Decimal
    taxes: Sequence[dict[str, str]]
    tax: Decimal
    total: Decimal
    base_total: Decimal
    dated: date
    issued_at: datetime


@dataclass(frozen=True, kw_only=True)
class ImportedEvent:
    """An entry of the timeline."""

    what: str
    at: datetime
    facts: Mapping[str, Any]
    text: str | None = None
    internal: bool = False


@dataclass(frozen=True, kw_only=True)
class ImportedOrder:
    """An order with all that belongs to it; states are this shop's, `status` is the older one's word."""

    id: UUID
    external_id: str
    number: str
    channel: str
    view: str
    locale: str
    customer: UUID | None
    email: str
    currency: str
    base_currency: str
    base_rate: Decimal
    figures: Figures
    base: Figures
    taxes: Sequence[dict[str, str]]
    coupons: Sequence[str]
    delivery: Mapping[str, str]
    billing: Mapping[str, str]
    vat_number: str
    shipping_method: str
    state: str
    payment_state: str
    fulfilment_state: str
    status: str
    placed_at: datetime
    ordered_on: date
    seller: Mapping[str, str]
    lines: Sequence[ImportedLine] = ()
    payments: Sequence[ImportedPayment] = ()
    parcels: Sequence[ImportedParcel] = ()
    documents: Sequence[ImportedDocument] = ()
    timeline: Sequence[ImportedEvent] = ()


def import_orders(orders: Sequence[ImportedOrder]) -> None:
    """Make these orders, or make them what they are now, in a fixed number of statements, and tell of them.

    One of which money goes back here stays as it is.
    """
    with unit_of_work("commerce"):
        versions, kept = _take_away([order.id for order in orders])
        orders = [order for order in orders if order.id not in kept]
        made = [_order(order, version=versions.get(order.id, 0) + 1) for order in orders]
        Order.objects.bulk_create(made)
        HistoricalOrder.objects.bulk_create(_history(order) for order in orders)
        lines = {order.id: list(_lines(order)) for order in orders}
        OrderLine.objects.bulk_create(row for rows in lines.values() for row in rows)
        HistoricalLine.objects.bulk_create(row for order in orders for row in _line_histories(order))
        HistoricalPayment.objects.bulk_create(row for order in orders for row in _payments(order))
        OrderShipment.objects.bulk_create(row for order in orders for row in _parcels(order))
        Document.objects.bulk_create(row for order in orders for row in _documents(order))
        OrderEvent.objects.bulk_create(row for order in orders for row in _timeline(order))
        for row, order in zip(made, orders, strict=True):
            refunded = {line.id: line.refunded for line in order.lines}
            tell_carried(row, lines[row.id], refunded)


def remove_orders(ids: Collection[UUID]) -> None:
    """Take away orders that are gone where they came from; only those of history."""
    with unit_of_work("commerce"):
        _take_away(ids)


def _take_away(ids: Collection[UUID]) -> tuple[dict[UUID, int], set[UUID]]:
    """Orders of history with all that hangs on them: the version that each had; and those that are kept."""
    found = Order.objects.select_for_update().filter(id__in=ids, historical=True).order_by("id")
    versions = dict(found.values_list("id", "version"))
    kept = worked_on(list(versions))
    versions = {order: version for order, version in versions.items() if order not in kept}
    Document.objects.filter(order__in=versions, historical=True).delete()
    Order.objects.filter(id__in=versions).delete()
    return versions, kept


def _order(order: ImportedOrder, *, version: int) -> Order:
    figures = order.figures
    return Order(
        id=order.id, number=order.number, external_id=order.external_id, historical=True, version=version,
        cart=order.id, saga=order.id,  # neither is there: nobody opens it by them
        channel=order.channel, view=order.view, locale=order.locale, customer=order.customer, email=order.email,
        currency=order.currency, base_currency=order.base_currency, base_rate=order.base_rate,
        subtotal=figures.subtotal, shipping=figures.shipping, tax=figures.tax, total=figures.total,
        captured=figures.captured, refunded=figures.refunded, base_total=order.base.total,
        taxes=list(order.taxes), coupons=list(order.coupons), delivery=dict(order.delivery),
        billing=None if order.billing in ({}, order.delivery) else dict(order.billing),
        vat_number=order.vat_number, shipping_method=order.shipping_method, state=order.state,
        payment_state=order.payment_state, fulfilment_state=order.fulfilment_state, placed_at=order.placed_at,
    )  # fmt: skip


def _history(order: ImportedOrder) -> HistoricalOrder:
    figures = {name: getattr(order.figures, name) for name in ("discount", "invoiced", "due")}
    base = {f"base_{name}": amount for name, amount in asdict(order.base).items() if name != "total"}
    return HistoricalOrder(order_id=order.id, status=order.status, **figures, **base)


def _lines(order: ImportedOrder) -> Iterator[OrderLine]:
    for line in order.lines:
        yield OrderLine(
            id=line.id, external_id=line.external_id, order_id=order.id, sku=line.sku, product=line.product,
            name=line.name, options=line.options, kind=line.kind, quantity=line.quantity, shipped=line.shipped,
            cancelled=line.cancelled, taxes=list(line.taxes), requires_shipping=line.requires_shipping,
            components=list(line.components), **asdict(line.figures),
        )  # fmt: skip


def _line_histories(order: ImportedOrder) -> Iterator[HistoricalLine]:
    for line in order.lines:
        base = {f"base_{name}": amount for name, amount in asdict(line.base).items()}
        yield HistoricalLine(line_id=line.id, invoiced=line.invoiced, refunded=line.refunded,
                             parts=list(line.parts), answers=list(line.answers), **base)  # fmt: skip


def _payments(order: ImportedOrder) -> Iterator[HistoricalPayment]:
    for one in order.payments:
        base = {f"base_{name}": amount for name, amount in asdict(one.base).items()}
        yield HistoricalPayment(
            id=one.id, external_id=one.external_id, order_id=order.id, tender=one.tender, label=one.label,
            state=one.state, currency=order.currency, details=dict(one.details), **asdict(one.figures), **base,
        )  # fmt: skip


def _parcels(order: ImportedOrder) -> Iterator[OrderShipment]:
    for one in order.parcels:
        yield OrderShipment(
            id=one.id, external_id=one.external_id, order_id=order.id, carrier=one.carrier,
            tracking_number=one.tracking_number, lines=list(one.lines), sent_at=one.sent_at,
        )  # fmt: skip


def _documents(order: ImportedOrder) -> Iterator[Document]:
    buyer = {**(order.billing or order.delivery), "email": order.email, "vat_number": order.vat_number}
    for one in order.documents:
        yield Document(
            id=one.id, cause=one.id, external_id=one.external_id, historical=True, order_id=order.id,
            kind=one.kind, number=one.number, corrects=list(one.corrects), locale=order.locale,
            currency=order.currency, seller=dict(order.seller), buyer=buyer, lines=list(one.lines),
            subtotal=one.subtotal, shipping=one.shipping, taxes=list(one.taxes), tax=one.tax, total=one.total,
            base_total=one.base_total, ordered_on=order.ordered_on, dated=one.dated, issued_at=one.issued_at,
        )  # fmt: skip


def _timeline(order: ImportedOrder) -> Iterator[OrderEvent]:
    for one in order.timeline:
        yield OrderEvent(order_id=order.id, what=one.what, facts=dict(one.facts), text=one.text,
                         internal=one.internal, at=one.at)  # fmt: skip

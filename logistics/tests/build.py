"""Builders for this domain's tests: a stocked channel, and a commerce that asks and reads answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis import clock, domains
from chassis.ids import new_id
from chassis.inbox import receive
from chassis.messages import Envelope, Lane, Message, decode_event, decode_message, encode, type_of
from contracts.commerce import (
    CancellationRequested,
    OrderCancelled,
    OrderLine,
    OrderPlaced,
    RequestedLine,
    StockConfirmationRequested,
    StockReleaseRequested,
    StockRequested,
)
from contracts.shared import Amount, PostalAddress
from logistics.warehouse.commands import (
    AdjustStock,
    DefineSource,
    LinkChannel,
    StockChange,
    adjust_stock,
    define_source,
    link_channel,
)
from logistics.warehouse.models import StockItem

CHANNEL = "shop"


def stocked(stock: dict[str, dict[str, int]], *, channel: str = CHANNEL, **flags: bool) -> None:
    """Sources in order of priority, each with units per SKU: {"north": {"A": 5}}."""
    for priority, (code, items) in enumerate(stock.items()):
        define_source(DefineSource(code=code, name=code.title()))
        link_channel(LinkChannel(channel=channel, source=code, priority=priority))
        changes = [StockChange(source=code, sku=sku, on_hand=Decimal(units), **flags) for sku, units in items.items()]
        adjust_stock(AdjustStock(changes=changes, reason="received"))


def deliver(*events: Any, aggregate_version: int = 1) -> None:
    """Put events through JSON and this domain's inbox, as one envelope."""
    messages = [_message(event, aggregate_version) for event in events]
    receive(Envelope(id=new_id(), producer="commerce", subscriber="logistics", lane=Lane.FAST, messages=messages))
    letters = domains.get("logistics").tables.letter._default_manager.using("logistics")
    failures = [letter.reason for letter in letters.filter(event__in=[m.id for m in messages])]
    if failures:
        raise HandlerFailed(failures)


class HandlerFailed(AssertionError):
    """An event ended as a letter."""


def _message(event: Any, version: int) -> Message:
    import msgspec

    kind = type_of(type(event))
    identity = next(getattr(event, n) for n in ("saga", "order", "return_request", "code") if hasattr(event, n))
    return Message(
        id=new_id(),
        type=kind.name,
        version=kind.version,
        occurred_at=clock.now(),
        aggregate_type=kind.aggregate,
        aggregate_id=str(identity),
        aggregate_version=version,
        correlation="test",
        body=msgspec.Raw(encode(event)),
    )


def published(kind: type | None = None) -> list[Any]:
    """Events in this domain's outbox, oldest first, of one type if it is given."""
    rows = domains.get("logistics").tables.outbox._default_manager.using("logistics").order_by("seq")
    events = [decode_event(decode_message(row.message)) for row in rows]
    return [event for event in events if kind is None or isinstance(event, kind)]


def units(sku: str) -> list[tuple[Decimal, Decimal]]:
    """(on hand, reserved) per source, by the sources' code."""
    items = StockItem.objects.filter(sku=sku).order_by("source__code")
    return [(item.on_hand, item.reserved) for item in items]


@dataclass(frozen=True)
class Checkout:
    """The side of commerce in one place-order saga."""

    saga: UUID
    order: UUID

    @classmethod
    def new(cls) -> "Checkout":
        return cls(new_id(), new_id())

    def request(
        self,
        lines: Sequence[tuple[str, int | str]],
        *,
        minutes: int = 15,
        channel: str = CHANNEL,
        digital: Sequence[str] = (),
        **destination: str,
    ) -> StockRequested:
        return StockRequested(
            saga=self.saga,
            cart=new_id(),
            channel=channel,
            lines=tuple(
                RequestedLine(line=new_id(), sku=sku, quantity=Decimal(quantity), requires_shipping=sku not in digital)
                for sku, quantity in lines
            ),
            expires_at=clock.now() + timedelta(minutes=minutes),
            **destination,
        )

    def release(self, reason: str = "declined") -> StockReleaseRequested:
        return StockReleaseRequested(saga=self.saga, reason=reason)

    def confirmation(self) -> StockConfirmationRequested:
        return StockConfirmationRequested(saga=self.saga, order=self.order, order_number="1001")

    def placed(self, lines: Sequence[tuple[str, int]], *, digital: Sequence[str] = ()) -> OrderPlaced:
        return OrderPlaced(
            order=self.order,
            saga=self.saga,
            cart=new_id(),
            number="1001",
            channel=CHANNEL,
            view="shop-en",
            locale="en",
            customer=None,
            email="ann@example.org",
            currency="EUR",
            subtotal=Decimal(10),
            shipping=Decimal(0),
            tax=Decimal(0),
            total=Decimal(10),
            lines=tuple(
                OrderLine(
                    id=new_id(),
                    sku=sku,
                    product=new_id(),
                    name=f"Thing {sku}",
                    quantity=Decimal(quantity),
                    unit_price=Decimal(1),
                    total=Decimal(quantity),
                    requires_shipping=sku not in digital,
                )
                for sku, quantity in lines
            ),
            delivery=PostalAddress(name="Ann", street="Long Lane 1", city="Kiel", postcode="24103", country="DE"),
            shipping_method="flat",
            placed_at=clock.now(),
        )

    def cancellation(self, lines: Sequence[tuple[str, int]] = ()) -> CancellationRequested:
        """Of these quantities, or of the whole order."""
        return CancellationRequested(
            cancellation=new_id(),
            order=self.order,
            order_number="1001",
            channel=CHANNEL,
            saga=self.saga,
            whole=not lines,
            lines=tuple(RequestedLine(line=new_id(), sku=sku, quantity=Decimal(many)) for sku, many in lines),
        )

    def cancelled(self) -> OrderCancelled:
        return OrderCancelled(
            order=self.order,
            number="1001",
            channel=CHANNEL,
            total=Amount(amount=Decimal(10), currency="EUR"),
            reason="changed mind",
        )

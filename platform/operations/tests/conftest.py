"""Other domains' events written by hand, and a mailbox that is a folder."""

import email
import email.policy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from chassis import clock
from chassis.ids import new_id
from chassis.inbox import receive
from chassis.jobs.runner import JobRunner
from chassis.messages import Envelope, Lane, Message, decode_envelope, encode, type_of
from contracts.catalog import ChannelChanged
from contracts.commerce import (
    AdditionOffered,
    AdditionPaid,
    GoodsAdded,
    OfferedLine,
    OrderCancelled,
    OrderLine,
    OrderPaid,
    OrderPlaced,
    OrderRefunded,
)
from contracts.identity import CustomerRegistered
from contracts.logistics import ShipmentSent, ShippedLine
from contracts.postpurchase import ReturnApproved, ReturnDeclined
from contracts.shared import Amount, PostalAddress

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def told(event: Any, *, version: int = 1, **envelope: Any) -> Message:
    """The message that would carry an event."""
    kind = type_of(type(event))
    values: dict[str, Any] = {
        "id": new_id(),
        "type": kind.name,
        "version": kind.version,
        "occurred_at": clock.now(),
        "aggregate_type": kind.aggregate,
        "aggregate_id": str(getattr(event, kind.aggregate, getattr(event, "code", ""))),
        "aggregate_version": version,
        "channel": getattr(event, "channel", ""),
        "body": msgspec.Raw(encode(event)),
    }
    return Message(**{**values, **envelope})


def deliver(*messages: Message) -> int:
    """Hand messages to this domain in one envelope, through JSON; returns how many handlers took effect."""
    envelope = Envelope(
        id=new_id(), producer="elsewhere", subscriber="platform", lane=Lane.FAST, messages=list(messages)
    )
    return receive(decode_envelope(encode(envelope)))


def run_jobs(*, within: timedelta = timedelta(0)) -> int:
    """Run the jobs due now or within a time."""
    return JobRunner("platform").run_due(until=clock.now() + within)


def placed(**changes: Any) -> OrderPlaced:
    """Two mugs for Ann."""
    line = OrderLine(
        id=new_id(),
        sku="MUG",
        product=new_id(),
        name="Mug <blue>",
        quantity=Decimal("2.0000"),
        unit_price=Decimal("617.25"),
        total=Decimal("1234.50"),
    )
    address = PostalAddress(name="Ann Müller", street="Weg 1", city="Bonn", postcode="53111", country="DE")
    values: dict[str, Any] = {
        "order": new_id(),
        "saga": new_id(),
        "cart": new_id(),
        "number": "S100001",
        "channel": "eu",
        "view": "eu-en",
        "locale": "en",
        "customer": None,
        "email": "ann@example.org",
        "currency": "EUR",
        "subtotal": Decimal("1234.50"),
        "shipping": Decimal("5.00"),
        "tax": Decimal("197.90"),
        "total": Decimal("1239.50"),
        "lines": (line,),
        "delivery": address,
        "shipping_method": "parcel",
        "placed_at": NOON,
    }
    return OrderPlaced(**{**values, **changes})


def paid(order: OrderPlaced, *, at: datetime = NOON) -> OrderPaid:
    return OrderPaid(
        order=order.order,
        number=order.number,
        channel=order.channel,
        customer=None,
        total=Amount(amount=order.total, currency=order.currency),
        paid_at=at,
    )


def added(order: OrderPlaced, amount: str, *, addition: UUID | None = None) -> GoodsAdded:
    """A pot came to an order."""
    more = Amount(amount=Decimal(amount), currency=order.currency)
    line = OrderLine(
        id=new_id(),
        sku="POT",
        product=new_id(),
        name="Pot <red>",
        quantity=Decimal(1),
        unit_price=more.amount,
        total=more.amount,
    )
    return GoodsAdded(
        addition=addition or new_id(),
        order=order.order,
        number=order.number,
        channel=order.channel,
        customer=None,
        lines=(line,),
        amount=more,
        total=Amount(amount=order.total + more.amount, currency=order.currency),
        added_at=NOON,
    )


def more_paid(goods: GoodsAdded) -> AdditionPaid:
    return AdditionPaid(
        addition=goods.addition,
        order=goods.order,
        number=goods.number,
        channel=goods.channel,
        customer=None,
        total=goods.amount,
        paid_at=NOON,
    )


def offered(order: OrderPlaced) -> AdditionOffered:
    return AdditionOffered(
        addition=new_id(),
        order=order.order,
        number=order.number,
        channel=order.channel,
        lines=(OfferedLine(name="Pot <red>", quantity=Decimal(2), total=Decimal("31.00")),),
        amount=Amount(amount=Decimal("31.00"), currency=order.currency),
        expires_at=NOON,
        link="https://shop.example/orders/1/additions/2?key=secret",
    )


def cancelled(order: OrderPlaced) -> OrderCancelled:
    total = Amount(amount=order.total, currency=order.currency)
    return OrderCancelled(order=order.order, number=order.number, channel=order.channel, total=total, reason="asked")


def refunded(order: OrderPlaced, amount: str, *, refund: UUID | None = None) -> OrderRefunded:
    return OrderRefunded(
        order=order.order,
        number=order.number,
        channel=order.channel,
        customer=None,
        refund=refund or new_id(),
        amount=Amount(amount=Decimal(amount), currency=order.currency),
    )


def shipped(order: OrderPlaced, *, complete: bool = True) -> ShipmentSent:
    return ShipmentSent(
        shipment=new_id(),
        order=order.order,
        order_number=order.number,
        channel=order.channel,
        carrier="Post",
        tracking_number="T-42",
        lines=(ShippedLine(sku="MUG", quantity=Decimal("2.0000")),),
        complete=complete,
        sent_at=NOON,
    )


def return_approved(order: OrderPlaced) -> ReturnApproved:
    return ReturnApproved(return_request=new_id(), number="S-R000001", order=order.order, channel=order.channel)


def return_declined(order: OrderPlaced, *, reason: str) -> ReturnDeclined:
    return ReturnDeclined(
        return_request=new_id(), number="S-R000002", order=order.order, channel=order.channel, reason=reason
    )


def registered(**changes: Any) -> CustomerRegistered:
    values: dict[str, Any] = {
        "customer": new_id(),
        "channel_group": "main",
        "email": "ben@example.org",
        "name": "Ben",
        "locale": "en",
    }
    return CustomerRegistered(**{**values, **changes})


def channel(code: str, *, currency: str = "EUR", time_zone: str = "UTC") -> ChannelChanged:
    return ChannelChanged(
        code=code, name=code.title(), currency=currency, time_zone=time_zone, countries=("DE",), prices_include_tax=True
    )


@dataclass(frozen=True)
class Mailbox:
    """What the catcher has caught."""

    folder: Path

    def mails(self) -> list[EmailMessage]:
        files = sorted(self.folder.glob("*.eml"))
        return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]

    def only(self) -> EmailMessage:
        [mail] = self.mails()
        return mail


@pytest.fixture(autouse=True)
def long_memory(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Events here are of a fixed day, however long ago that is: the inbox, and a child process's, remembers it."""
    settings.RETENTION = {**settings.RETENTION, "inbox": timedelta(days=36500)}
    monkeypatch.setenv("RETAIN_INBOX_DAYS", "36500")


@pytest.fixture
def mailbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    monkeypatch.setenv("EMAIL_URL", f"file://{tmp_path}/mail")
    monkeypatch.setenv("EMAIL_FROM", "Shop <shop@shop.example>")
    return Mailbox(tmp_path / "mail")


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    """The text or HTML part."""
    part: Callable[..., Any] = mail.get_body
    return str(part((kind,)).get_content())

"""Which events are answered with a message.

Nobody is written to about what came on the bulk lane (imports and rebuilds repeat the past) or from another system
(the old shop writes to its own orders): only what happened here, now.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from chassis.keyring import ring
from chassis.messages import Lane
from chassis.subscriptions import Handler, Received, caused_by
from chassis.unit_of_work import enqueue
from contracts.commerce import (
    AdditionOffered,
    DraftOffered,
    GoodsAdded,
    OfferedLine,
    OrderCancelled,
    OrderLine,
    OrderPlaced,
    OrderRefunded,
)
from contracts.identity import CustomerRegistered
from contracts.logistics import ShipmentSent
from contracts.postpurchase import GiftCardIssued, ReturnApproved, ReturnDeclined
from operations.notification import texts
from operations.notification.models import Message, masked
from operations.notification.projection import contact_of

SEND = "platform.send_message"
E = TypeVar("E")


def _about_here_and_now(handle: Callable[[Received[E]], None]) -> Handler[E]:
    def handler(batch: list[Received[E]]) -> None:
        for received in sorted(batch, key=lambda r: r.message.aggregate_id):
            if received.message.lane is Lane.BULK or received.message.origin != "sixfold":
                continue
            with caused_by(received.message):
                handle(received)

    handler.__module__, handler.__qualname__ = handle.__module__, handle.__qualname__
    return handler


@_about_here_and_now
def confirm_order(received: Received[OrderPlaced]) -> None:
    """Thank for an order, with its lines and totals."""
    event = received.event

    def cost(amount: Any) -> str:
        return texts.money(amount, event.currency, locale=event.locale)

    facts = {
        "name": event.delivery.name,
        "number": event.number,
        "lines": _priced(event.lines, event.currency, locale=event.locale),
        "subtotal": cost(event.subtotal),
        "shipping": cost(event.shipping),
        "tax": cost(event.tax),
        "total": cost(event.total),
        "delivery": event.delivery,
        "further": [
            {
                "delivery": one.delivery,
                "lines": _priced(
                    [line for line in event.lines if line.delivery == one.id], event.currency, locale=event.locale
                ),
            }
            for one in event.deliveries
        ],
    }
    _write("order_placed", received, about=event.order, to=event.email, locale=event.locale, facts=facts)


@_about_here_and_now
def ask_for_payment(received: Received[AdditionOffered]) -> None:
    """Send the link by which goods that are offered for an order are paid."""
    event, contact = received.event, contact_of(received.event.order)
    facts = {
        "name": contact.name,
        "number": contact.number,
        "lines": _priced(event.lines, event.amount.currency, locale=contact.locale),
        "amount": texts.money(event.amount.amount, event.amount.currency, locale=contact.locale),
        "link": event.link,
        "expires_at": texts.moment(event.expires_at, locale=contact.locale),
    }
    # Staff may send it again.
    _write(
        "addition_offered", received, about=received.message.id, to=contact.email, locale=contact.locale, facts=facts
    )


@_about_here_and_now
def offer_draft(received: Received[DraftOffered]) -> None:
    """Send the link by which what staff have put together is ordered."""
    event = received.event
    facts = {
        "name": event.name,
        "lines": _priced(event.lines, event.amount.currency, locale=event.locale),
        "total": texts.money(event.amount.amount, event.amount.currency, locale=event.locale),
        "link": event.link,
    }
    # Each has a link of its own, and the one before opens nothing any more.
    _write("draft_offered", received, about=received.message.id, to=event.email, locale=event.locale, facts=facts)


@_about_here_and_now
def confirm_addition(received: Received[GoodsAdded]) -> None:
    """Tell what came to an order, and what it costs now."""
    event, contact = received.event, contact_of(received.event.order)
    facts = {
        "name": contact.name,
        "number": contact.number,
        "lines": _priced(event.lines, event.amount.currency, locale=contact.locale),
        "amount": texts.money(event.amount.amount, event.amount.currency, locale=contact.locale),
        "total": texts.money(event.total.amount, event.total.currency, locale=contact.locale),
    }
    _write("goods_added", received, about=event.addition, to=contact.email, locale=contact.locale, facts=facts)


@_about_here_and_now
def announce_shipment(received: Received[ShipmentSent]) -> None:
    """Tell what is on its way and how to follow it."""
    event, contact = received.event, contact_of(received.event.order)
    lines = [
        {
            "name": contact.names.get(line.sku, line.sku),
            "quantity": texts.quantity(line.quantity, locale=contact.locale),
        }
        for line in event.lines
    ]
    facts = {
        "name": contact.name,
        "number": contact.number,
        "carrier": event.carrier,
        "tracking_number": event.tracking_number,
        "lines": lines,
        "complete": event.complete,
    }
    _write("shipment_sent", received, about=event.shipment, to=contact.email, locale=contact.locale, facts=facts)


@_about_here_and_now
def confirm_cancellation(received: Received[OrderCancelled]) -> None:
    """Confirm that an order will not be sent."""
    event, contact = received.event, contact_of(received.event.order)
    total = texts.money(event.total.amount, event.total.currency, locale=contact.locale)
    facts = {"name": contact.name, "number": contact.number, "total": total}
    _write("order_cancelled", received, about=event.order, to=contact.email, locale=contact.locale, facts=facts)


@_about_here_and_now
def confirm_refund(received: Received[OrderRefunded]) -> None:
    """Tell how much money went back; each refund of an order has its own message."""
    event, contact = received.event, contact_of(received.event.order)
    amount = texts.money(event.amount.amount, event.amount.currency, locale=contact.locale)
    facts = {"name": contact.name, "number": contact.number, "amount": amount}
    _write("order_refunded", received, about=event.refund, to=contact.email, locale=contact.locale, facts=facts)


@_about_here_and_now
def approve_return(received: Received[ReturnApproved]) -> None:
    """Tell that the goods may be sent back."""
    _answer_return("return_approved", received, facts={})


@_about_here_and_now
def decline_return(received: Received[ReturnDeclined]) -> None:
    """Tell that nothing can be sent back, and why."""
    _answer_return("return_declined", received, facts={"reason": received.event.reason})


@_about_here_and_now
def hand_over_gift_card(received: Received[GiftCardIssued]) -> None:
    """Give a bought gift card to whoever it is for, in the language of its order."""
    event, contact = received.event, contact_of(received.event.order)
    code = ring().decrypt(event.code)
    facts = {
        "name": event.recipient_name,
        "sender": event.sender_name,
        "message": event.message,
        "amount": texts.money(event.amount.amount, event.amount.currency, locale=contact.locale),
        "code": masked(code),
    }
    to, locale = event.recipient_email, contact.locale
    _write("gift_card", received, about=event.gift_card, to=to, locale=locale, facts=facts, secret=code)


@_about_here_and_now
def welcome_customer(received: Received[CustomerRegistered]) -> None:
    """Greet a new customer."""
    event = received.event
    facts = {"name": event.name}
    _write("customer_registered", received, about=event.customer, to=event.email, locale=event.locale, facts=facts)


def _priced(lines: Iterable[OrderLine | OfferedLine], currency: str, *, locale: str) -> list[dict[str, str]]:
    return [
        {
            "name": line.name,
            "quantity": texts.quantity(line.quantity, locale=locale),
            "total": texts.money(line.total, currency, locale=locale),
        }
        for line in lines
    ]


def _answer_return(
    template: str, received: Received[ReturnApproved] | Received[ReturnDeclined], *, facts: dict[str, str]
) -> None:
    event, contact = received.event, contact_of(received.event.order)
    facts = {"name": contact.name, "number": contact.number, "return_number": event.number, **facts}
    _write(template, received, about=event.return_request, to=contact.email, locale=contact.locale, facts=facts)


def _write(
    template: str,
    received: Received[Any],
    *,
    about: UUID,
    to: str,
    locale: str,
    facts: dict[str, Any],
    secret: str = "",
) -> None:
    """`secret` is given masked in the facts, and written out only in the mail; what it opens is news for ever."""
    if not to:  # the personal fields of an erased customer are empty: there is nobody left to write to
        return
    text = texts.render(template, locale=locale, facts=facts)
    message = Message(
        template=template,
        about=about,
        event=received.message.id,
        channel=received.message.channel,
        locale=text.locale,
        recipient=to,
        subject=text.subject,
        text=text.text,
        html=text.html,
        secret=secret,
    )
    # One statement decides who wrote it, also between two workers; bulk_create does not say whether it did.
    Message.objects.bulk_create([message], ignore_conflicts=True)
    if Message.objects.filter(id=message.id).exists():
        request_sending(message, happened_at=None if secret else received.message.occurred_at)


def request_sending(message: Message, *, happened_at: datetime | None = None) -> None:
    """Enqueue sending the present dispatch of a message; `happened_at` is when what it tells of was news."""
    payload = {"message": str(message.id), "dispatch": message.dispatch}
    if happened_at:
        payload["happened_at"] = happened_at.isoformat()
    enqueue(SEND, key=f"{message.id}:{message.dispatch}", payload=payload)

"""Issuing documents: under the order's lock, in the transaction that records the money, at the number's turn.

A number is taken last, since its sequence stays locked until the transaction ends; one that rolls back gives it back.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis import clock
from chassis.ids import new_id
from chassis.money import Money
from chassis.unit_of_work import publish
from commerce.checkout.models import ChannelCopy
from commerce.document.models import CREDIT_NOTE, INVOICE, Document, DocumentSequence, Seller
from commerce.order.models import Order, OrderLine
from contracts.commerce import CreditNoteIssued, InvoiceIssued
from contracts.shared import Amount


def issue_invoice(order: Order, lines: Sequence[OrderLine]) -> Document | None:
    """The invoice over the whole of an order that is paid now; an order that costs nothing gets none."""
    if order.total <= 0:
        return None
    return _invoice(
        order,
        cause=order.id,
        lines=[_line(line) for line in lines],
        subtotal=order.subtotal,
        shipping=order.shipping,
        taxes=taxes_of(order),
        tax=order.tax,
        total=order.total,
    )


def issue_further_invoice(
    order: Order, lines: Sequence[OrderLine], *, cause: UUID, taxes: Iterable[dict[str, Any]]
) -> Document | None:
    """The invoice over lines that were added to an order, with the taxes in them; none over nothing."""
    total = sum((line.total for line in lines), Decimal(0))
    if total <= 0:
        return None
    return _invoice(
        order,
        cause=cause,
        lines=[_line(line) for line in lines],
        subtotal=total,
        shipping=Decimal(0),
        taxes=summed(taxes),
        tax=sum((line.tax for line in lines), Decimal(0)),
        total=total,
    )


def issue_credit_note(
    order: Order,
    *,
    refund: UUID,
    amount: Decimal,
    lines: Sequence[dict[str, Any]] = (),
    together: Collection[str] = (),
) -> Document | None:
    """The credit note over an amount that went back or will not come, with the share of each tax in it.

    None where nothing was invoiced, and none over nothing.

    `lines` are what was cancelled, with the taxes of each, `together` the ids of all refunds for it: where they are
    several, none is for a line alone, and each has its share of the lines' taxes. Without lines the shares are of all
    that was invoiced. Shares are of what was not credited before, so that all together are exact.
    """
    issued = list(Document.objects.filter(order=order).order_by("issued_at", "id"))
    invoices = [one for one in issued if one.kind == INVOICE]
    if not invoices or amount <= 0:
        return None
    earlier = [one for one in issued if one.kind == CREDIT_NOTE]
    invoiced = _Taxed.of(invoices)
    left = invoiced.without(earlier)
    if lines:
        of_lines = _Taxed(
            total=sum((Decimal(line["total"]) for line in lines), Decimal(0)),
            taxes=summed(tax for line in lines for tax in line["taxes"]),
        )
        parts = [one for one in earlier if str(one.cause) in together]
        taxes = left.at_most(of_lines.without(parts).share(amount, order.currency))
        lines = lines if amount == of_lines.total else ()
    else:
        taxes = left.share(amount, order.currency)
    whole = not earlier and amount == invoiced.total
    shipping = sum((one.shipping for one in invoices), Decimal(0)) if whole else Decimal(0)
    return _credit_note(
        order,
        cause=refund,
        corrects=[one.number for one in invoices],
        lines=[line for one in invoices for line in one.lines] if whole else list(lines),
        subtotal=amount - shipping,
        shipping=shipping,
        taxes=taxes,
        tax=sum((Decimal(one["amount"]) for one in taxes), Decimal(0)),
        total=amount,
    )


def _invoice(order: Order, **figures: Any) -> Document:
    document = _issue(order, INVOICE, **figures)
    publish(InvoiceIssued(**_facts(document)), aggregate_id=document.id, aggregate_version=1, channel=order.channel)
    return document


def _credit_note(order: Order, **figures: Any) -> Document:
    document = _issue(order, CREDIT_NOTE, **figures)
    publish(
        CreditNoteIssued(**_facts(document), refund=document.cause, corrects=tuple(document.corrects)),
        aggregate_id=document.id,
        aggregate_version=1,
        channel=order.channel,
    )
    return document


def _issue(order: Order, kind: str, **figures: Any) -> Document:
    now, zone = clock.now(), ChannelCopy.zone(order.channel)
    document = Document(
        id=new_id(),
        order=order,
        kind=kind,
        locale=order.locale,
        currency=order.currency,
        seller=_seller(order.channel),
        buyer=order.buyer,
        note=order.tax_note,
        ordered_on=order.placed_at.astimezone(zone).date(),
        dated=now.astimezone(zone).date(),
        issued_at=now,
        number=DocumentSequence.take(order.channel, kind=kind),
        **figures,
    )
    document.save()
    order.note(f"{kind}.issued", {"number": document.number, "amount": str(document.total)})
    return document


def _facts(document: Document) -> dict[str, Any]:
    order = document.order
    return {
        "document": document.id,
        "number": document.number,
        "order": order.id,
        "order_number": order.number,
        "channel": order.channel,
        "customer": order.customer,
        "total": Amount(amount=document.total, currency=document.currency),
        "tax": document.tax,
        "issued_at": document.issued_at,
    }


def _seller(channel: str) -> dict[str, str]:
    """The seller as it is now; until staff have entered one, the channel's code stands for it."""
    names = ("name", "street", "postcode", "city", "country", "vat_number", "footer")
    found = Seller.objects.filter(channel=channel).values(*names).first()
    return found or {"name": channel}


def _line(line: OrderLine) -> dict[str, Any]:
    return {
        "sku": line.sku,
        "name": line.name,
        "options": line.options,
        "quantity": str(line.quantity),
        "unit_price": str(line.unit_price),
        "discount": str(line.discount),
        "percents": [one["percent"] for one in line.taxes],
        "tax": str(line.tax),
        "total": str(line.total),
    }


def taxes_of(order: Order) -> list[dict[str, str]]:
    """The taxes in an order; as one where it was made before they were kept one by one."""
    one = [{"code": "", "percent": "0", "amount": str(order.tax)}] if order.tax else []
    return order.taxes or one


@dataclass(frozen=True, kw_only=True)
class _Taxed:
    """An amount and the taxes in it: [{code, percent, amount}], each code once."""

    total: Decimal
    taxes: list[dict[str, str]]

    @classmethod
    def of(cls, documents: Iterable[Document]) -> "_Taxed":
        documents = list(documents)
        total = sum((one.total for one in documents), Decimal(0))
        return cls(total=total, taxes=summed(tax for one in documents for tax in one.taxes))

    def without(self, documents: Iterable[Document]) -> "_Taxed":
        """What is left of it when these are taken off."""
        off = _Taxed.of(documents)
        given = {tax["code"]: Decimal(tax["amount"]) for tax in off.taxes}
        taxes = [
            {**tax, "amount": str(Decimal(tax["amount"]) - given.get(tax["code"], Decimal(0)))} for tax in self.taxes
        ]
        return _Taxed(total=self.total - off.total, taxes=taxes)

    def share(self, amount: Decimal, currency: str) -> list[dict[str, str]]:
        """The taxes in a part of it."""
        if not self.total:
            return [{**tax, "amount": "0"} for tax in self.taxes]
        return [
            {**tax, "amount": str(_rounded(Decimal(tax["amount"]) * amount / self.total, currency))}
            for tax in self.taxes
        ]

    def at_most(self, taxes: Iterable[dict[str, str]]) -> list[dict[str, str]]:
        """These taxes, none above what is left of it here: a refund for no line in particular may have had some."""
        left = {tax["code"]: Decimal(tax["amount"]) for tax in self.taxes}
        return [
            {**tax, "amount": str(min(Decimal(tax["amount"]), left.get(tax["code"], Decimal(tax["amount"]))))}
            for tax in taxes
        ]


def summed(taxes: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """Taxes of one code as one."""
    found: dict[str, dict[str, str]] = {}
    for tax in taxes:
        known = found.setdefault(tax["code"], {**tax, "amount": "0"})
        known["amount"] = str(Decimal(known["amount"]) + Decimal(tax["amount"]))
    return list(found.values())


def _rounded(amount: Decimal, currency: str) -> Decimal:
    return Money(amount, currency).quantized().amount

"""What becomes of an order that gift cards were bought with. Payment and cancellation arrive in any order."""

from decimal import ROUND_FLOOR, Decimal
from uuid import UUID

from chassis.money import Money
from contracts.commerce import AdditionPaid, OrderCancelled, OrderLine, OrderPaid, PaymentDisputed
from contracts.postpurchase import GIFT_CARD
from postpurchase.credit import states
from postpurchase.credit.commands import IssueGiftCard, issue_gift_card
from postpurchase.credit.models import GiftCard
from postpurchase.selling import announcing
from postpurchase.selling.commands import withdraw
from postpurchase.selling.models import GiftCardOrder, SoldGiftCard


def issue_sold_cards(event: OrderPaid | AdditionPaid) -> None:
    """A card for each unit, once; of an order that was cancelled meanwhile none, and its price goes back."""
    cause = str(event.addition if isinstance(event, AdditionPaid) else event.order)
    lines = [line for line in event.lines if line.kind == GIFT_CARD]
    if not lines:
        return
    sale = _locked(event.order, number=event.number, channel=event.channel)
    if cause in sale.paid:
        return
    sale.paid.append(cause)
    sale.save(update_fields=["paid"])
    if not sale.cancelled:
        for line in lines:
            _issue(sale, line, event.total.currency)
    elif price := sum((line.total for line in lines), Decimal(0)):
        announcing.withdrawn(sale, price, event.total.currency)


def take_back_cancelled(event: OrderCancelled) -> None:
    """Of a cancelled order no card pays any more; what of them was spent is not given back."""
    sale = _locked(event.order, number=event.number, channel=event.channel)
    if sale.cancelled:
        return
    sale.cancelled = True
    sale.save(update_fields=["cancelled"])
    if sold := list(sale.cards.order_by("card")):
        withdraw(sale, sold)


def block_disputed(event: PaymentDisputed) -> None:
    """Cards whose price a bank asks back pay nothing until staff unblock them; those to come are seen by staff."""
    cards = GiftCard.objects.select_for_update().filter(sold__sale=event.order, state=states.ACTIVE)
    for card in cards.order_by("id"):
        card.transition("block")


def _issue(sale: GiftCardOrder, line: OrderLine, currency: str) -> None:
    """The line's price is spread over its cards so that together they cost just that."""
    said = {choice.option: str(choice.value) for choice in line.choices}
    worth, units = Decimal(said["amount"]), int(line.quantity)
    paid = Decimal(0)
    for unit in range(1, units + 1):
        until = Money(line.total * unit / units, currency).quantized(rounding=ROUND_FLOOR).amount
        note = f"sold with order {sale.number}"
        card, code = issue_gift_card(IssueGiftCard(amount=worth, currency=currency, note=note))
        sold = SoldGiftCard.objects.create(
            card=card,
            sale=sale,
            line=line.id,
            unit=unit,
            worth=worth,
            price=until - paid,
            recipient_name=said.get("recipient_name", ""),
            recipient_email=said["recipient_email"],
        )
        announcing.issued(sold, code, said)
        paid = until


def _locked(order: UUID, *, number: str, channel: str) -> GiftCardOrder:
    """The order's row, made by whichever event comes first."""
    GiftCardOrder.objects.bulk_create([GiftCardOrder(id=order, number=number, channel=channel)], ignore_conflicts=True)
    return GiftCardOrder.objects.select_for_update().get(id=order)

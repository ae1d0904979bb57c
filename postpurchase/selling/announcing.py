"""What other domains are told about gift cards that are bought."""

from collections.abc import Mapping
from decimal import Decimal

from chassis.ids import new_id
from chassis.keyring import ring
from chassis.unit_of_work import publish
from contracts.postpurchase import GiftCardIssued, GiftCardsWithdrawn
from contracts.shared import Amount
from postpurchase.selling.models import GiftCardOrder, SoldGiftCard


def issued(sold: SoldGiftCard, code: str, said: Mapping[str, str]) -> None:
    """It is there. Its code leaves here this once, encrypted; `said` are the choices of its line."""
    event = GiftCardIssued(
        gift_card=sold.card_id,
        order=sold.sale_id,
        order_number=sold.sale.number,
        line=sold.line,
        channel=sold.sale.channel,
        amount=Amount(amount=sold.worth, currency=sold.card.currency),
        label=str(sold.card),
        code=ring().encrypt(code),
        recipient_email=sold.recipient_email,
        recipient_name=sold.recipient_name,
        sender_name=said.get("sender_name", ""),
        message=said.get("message", ""),
    )
    publish(event, aggregate_id=sold.card_id, aggregate_version=1, channel=sold.sale.channel)


def withdrawn(sale: GiftCardOrder, amount: Decimal, currency: str) -> None:
    """So much of what was paid for its cards goes back."""
    event = GiftCardsWithdrawn(
        withdrawal=new_id(),
        order=sale.id,
        order_number=sale.number,
        channel=sale.channel,
        amount=Amount(amount=amount, currency=currency),
    )
    publish(event, aggregate_id=sale.id, channel=sale.channel)

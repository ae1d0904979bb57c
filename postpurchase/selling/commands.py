"""Taking gift cards back: what is unspent of them pays nothing any more, and its share of their price goes back."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis.ids import new_id
from chassis.unit_of_work import unit_of_work
from postpurchase.credit.errors import UnknownGiftCard
from postpurchase.credit.ledger import GIFT_CARDS, WITHDRAWN
from postpurchase.selling import announcing
from postpurchase.selling.errors import NothingLeft
from postpurchase.selling.models import GiftCardOrder, SoldGiftCard


def take_back(card: UUID) -> None:
    """Staff take a sold card back. UnknownGiftCard, or NothingLeft where all of it is spent or held by a checkout.

    What comes to a card later, by the refund of something that it has paid, may be taken back again.
    """
    with unit_of_work("postpurchase"):
        lock_sale_of(card)
        sold = SoldGiftCard.objects.select_related("sale").filter(card=card).first()
        if sold is None:
            raise UnknownGiftCard()
        if withdraw(sold.sale, [sold]) <= 0:
            raise NothingLeft()


def withdraw(sale: GiftCardOrder, several: Sequence[SoldGiftCard]) -> Decimal:
    """Take what is free off cards of one order and ask for its price to go back; that amount. Under the sale's lock."""
    cards: dict[Any, Any] = GIFT_CARDS.lock(sold.card_id for sold in several)
    back, currency = Decimal(0), ""
    for sold in several:
        card = cards[sold.card_id]
        free, currency = card.free, card.currency
        card.transition("withdraw")
        if free > 0:
            facts = {"order": sale.id, "order_number": sale.number}
            GIFT_CARDS.add(card.id, -free, key=f"withdraw:{new_id()}", kind=WITHDRAWN, **facts)
            back += sold.take_off(free, currency)
    if back > 0:
        announcing.withdrawn(sale, back, currency)
    return back


def lock_sale_of(card: Any) -> None:
    """The order's row, ahead of its cards'."""
    sale = SoldGiftCard.objects.filter(card=card).values("sale")
    GiftCardOrder.objects.select_for_update().filter(id__in=sale).first()

"""Answers post-purchase's query protocols. `config/wiring.py` binds these; nothing else imports them."""

from uuid import UUID

from contracts.postpurchase import TenderAsked, TenderFound
from postpurchase.tenders.accounts import Payer
from postpurchase.tenders.queries import found


class TendersProvider:
    """contracts.postpurchase.Tenders: a query or two for each that is asked."""

    def look(
        self, *, channel: str, currency: str, customer: UUID | None, tenders: tuple[TenderAsked, ...]
    ) -> tuple[TenderFound, ...]:
        payer = Payer(channel=channel, currency=currency, customer=customer)
        return tuple(found(asked, payer) for asked in tenders)

"""What a shopper could pay with, asked before anything is reserved."""

from decimal import Decimal
from typing import Any

from contracts.postpurchase import GIFT_CARD, POINTS, TenderAsked, TenderFound
from postpurchase.credit.codes import code_hash
from postpurchase.tenders.accounts import EMPTY, LEDGERS, UNKNOWN, Payer, problem, worth


def found(asked: TenderAsked, payer: Payer) -> TenderFound:
    """An account with what it could pay for somebody now."""
    if asked.tender not in LEDGERS:
        return TenderFound(tender=asked.tender, account=None, label="", available=Decimal(0), problem=UNKNOWN)
    account = _account(asked, payer)
    trouble = problem(asked.tender, account, payer)
    available = Decimal(0) if trouble else worth(asked.tender, account.free, payer)
    return TenderFound(
        tender=asked.tender,
        account=account.pk if account else None,
        label=_label(asked.tender, account),
        available=available,
        problem=trouble or ("" if available else EMPTY),
    )


def _account(asked: TenderAsked, payer: Payer) -> Any:
    rows = LEDGERS[asked.tender].accounts._default_manager
    if asked.account is not None:
        return rows.filter(pk=asked.account).first()
    if asked.tender == GIFT_CARD:
        return rows.filter(code_hash=code_hash(asked.code)).first() if asked.code else None
    if payer.customer is None:
        return None
    of_currency = {} if asked.tender == POINTS else {"currency": payer.currency}
    return rows.filter(customer=payer.customer, **of_currency).first()


def _label(tender: str, account: Any) -> str:
    if account is None:
        return ""
    return str(account) if tender == GIFT_CARD else f"{int(account.free)}" if tender == POINTS else ""

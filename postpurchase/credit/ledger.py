"""The ledgers of gift cards and of store credit."""

from postpurchase.credit.models import GiftCard, GiftCardEntry, StoreCredit, StoreCreditEntry
from postpurchase.ledgers import Ledger

GIFT_CARDS = Ledger(accounts=GiftCard, entries=GiftCardEntry, unit="amount")
STORE_CREDIT = Ledger(accounts=StoreCredit, entries=StoreCreditEntry, unit="amount")
ISSUED, GRANTED, WITHDRAWN = "issued", "granted", "withdrawn"

"""Accounts of value and their ledgers: gift cards, store credit and points are three of a kind.

An account's `balance` is the sum of its entries, `held` what checkouts have reserved of it and not taken yet; what is
free is the rest. Each change is one conditional statement on the account's row, right under any concurrency, with the
entry that explains it beside it in the transaction. Entries are only added: the database refuses anything else, and a
balance below what is held.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from chassis import clock
from chassis.ids import new_id
from chassis.records import Recorded

REDEEMED, REFUNDED = "redeemed", "refunded"
"""Kinds of entry that all ledgers have: a checkout took it, a refund has brought it back."""


def value(**options: Any) -> models.DecimalField:
    """A column for an amount of money or points: NUMERIC(20,6)."""
    return models.DecimalField(max_digits=20, decimal_places=6, **options)


class Account(Recorded):
    """Something that holds value, in its own unit. `version` counts its changes."""

    balance = value(default=0, db_default=0, editable=False)
    held = value(default=0, db_default=0, editable=False)
    version = models.IntegerField(default=0)

    class Meta:
        abstract = True
        constraints = (
            models.CheckConstraint(
                condition=Q(held__gte=0, held__lte=F("balance")), name="%(app_label)s_%(class)s_held"
            ),
        )

    @property
    def free(self) -> Decimal:
        """What nobody has reserved."""
        return self.balance - self.held


class Entry(models.Model):
    """One movement of value, never changed or deleted (the database refuses). `key` makes it happen once."""

    id = models.UUIDField(primary_key=True, default=new_id)
    key = models.TextField(unique=True)
    kind = models.TextField()
    order = models.UUIDField(null=True, db_index=True)
    order_number = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        abstract = True


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Accounts and entries of one kind. `unit` is the entries' column that says how much was moved."""

    accounts: type[Account]
    entries: type[Entry]
    unit: str

    def lock(self, ids: Any) -> dict[Any, Account]:
        """Lock accounts in the order of their ids, as everybody does; those that do not exist are absent."""
        rows = self.accounts._default_manager.select_for_update(no_key=True)
        return {row.pk: row for row in rows.filter(pk__in=set(ids)).order_by("pk")}

    def hold(self, account: UUID, units: Decimal, *, where: Q = Q()) -> bool:  # noqa: B008
        """Reserve what is free; False when there is too little of it, or the account is not as `where` says."""
        return self._change(Q(where, pk=account, balance__gte=F("held") + units), held=F("held") + units)

    def release(self, account: UUID, units: Decimal) -> None:
        """Free what was held."""
        if not self._change(Q(pk=account, held__gte=units), held=F("held") - units):
            raise BrokenLedger(f"{units} are not held of {account}")

    def take(self, account: UUID, units: Decimal, *, key: str, **facts: Any) -> None:
        """Spend what was held."""
        changed = self._change(Q(pk=account, held__gte=units), held=F("held") - units, balance=F("balance") - units)
        if not changed:
            raise BrokenLedger(f"{units} are not held of {account}")
        self._enter(account, -units, key=key, kind=REDEEMED, **facts)

    def add(self, account: UUID, units: Decimal, *, key: str, kind: str, **facts: Any) -> bool:
        """Add (or, below zero, take off) what is not held; False when that key was entered already.

        Call it under the account's lock. BrokenLedger beyond what is free.
        """
        if self.entries._default_manager.filter(key=key).exists():
            return False
        free = Q(balance__gte=F("held") - units) if units < 0 else Q()
        if not self._change(Q(free, pk=account), balance=F("balance") + units):
            raise BrokenLedger(f"{-units} are not free of {account}")
        self._enter(account, units, key=key, kind=kind, **facts)
        return True

    def _change(self, condition: Q, **columns: Any) -> bool:
        rows = self.accounts._default_manager.filter(condition)
        return bool(rows.update(version=F("version") + 1, **columns))

    def _enter(self, account: UUID, units: Decimal, *, key: str, kind: str, **facts: Any) -> None:
        facts |= {self.unit: units, "account_id": account, "key": key, "kind": kind, "created_at": clock.now()}
        self.entries._default_manager.create(**facts)


class BrokenLedger(RuntimeError):
    """More would leave an account than is there: a defect in the caller; the transaction is given up."""

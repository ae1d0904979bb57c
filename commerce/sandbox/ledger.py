"""Payments: what may happen to one, and the only place that changes one.

Every function runs inside one change of the books. It checks everything before it writes anything, so that
a refusal leaves nothing behind and can be kept as the answer of an idempotency key.
"""

import sqlite3
import uuid
from dataclasses import dataclass

from commerce.sandbox.amounts import render
from commerce.sandbox.books import Entry
from commerce.sandbox.cards import DECLINE_CODES, Behaviour, Card
from commerce.sandbox.events import record
from commerce.sandbox.problems import Problem, problem
from commerce.sandbox.reads import capturable, describe, find, status
from commerce.sandbox.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """A payment asked for; ``amount`` in minor units, ``behaviour`` from the card or a script."""

    reference: str
    amount: int
    currency: str
    card: Card
    behaviour: Behaviour
    capture: bool
    return_url: str | None


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """The rules of payments under given settings."""

    settings: Settings

    def open(self, entry: Entry, instruction: Instruction) -> tuple[sqlite3.Row, bool]:
        """Book a payment, or find the one its reference already has; True when it is new."""
        known = entry.row("SELECT * FROM payments WHERE reference = ?", instruction.reference)
        if known is not None:
            return known, False
        payment_id = f"pay_{uuid.uuid4().hex}"
        entry.run(
            "INSERT INTO payments (id, reference, state, currency, amount, capture, last4, behaviour,"
            " return_url, created_at, updated_at) VALUES (?, ?, 'requires_action', ?, ?, ?, ?, ?, ?, ?, ?)",
            payment_id,
            instruction.reference,
            instruction.currency,
            instruction.amount,
            int(instruction.capture),
            instruction.card.last4,
            instruction.behaviour,
            instruction.return_url,
            entry.now,
            entry.now,
        )
        if instruction.behaviour in DECLINE_CODES:
            self._decline(entry, payment_id, code=DECLINE_CODES[instruction.behaviour])
        elif instruction.behaviour is Behaviour.CHALLENGE:
            self._tell(entry, payment_id, "payment.requires_action")
        else:
            self._authorise(entry, payment_id)
        return find(entry.connection, payment_id), True

    def challenge(self, entry: Entry, payment_id: str, *, passed: bool) -> sqlite3.Row:
        """Settle a 3-D Secure challenge; 409 challenge_settled when none is open."""
        row = find(entry.connection, payment_id)
        if row["state"] != "requires_action":
            raise problem(409, code="challenge_settled", detail=f"No challenge is open: it is {status(row)}.")
        self._book(entry, row, "challenge", row["amount"])
        if passed:
            self._authorise(entry, payment_id)
        else:
            self._decline(entry, payment_id, code="authentication_failed")
        return find(entry.connection, payment_id)

    def capture(self, entry: Entry, payment_id: str, *, amount: int | None) -> sqlite3.Row:
        """Take ``amount`` minor units (all that is left when None); 409 over what was authorised."""
        row = self._authorised(entry, payment_id)
        amount = self._allowed(row, amount, most=capturable(row), word="capture")
        if row["behaviour"] == Behaviour.LATE_CAPTURE:
            due_at = entry.now + self.settings.late_seconds
            entry.run("UPDATE payments SET pending = pending + ? WHERE id = ?", amount, payment_id)
            entry.run(
                "INSERT INTO late_captures (payment_id, amount, due_at) VALUES (?, ?, ?)",
                payment_id,
                amount,
                due_at,
            )
        else:
            self._capture(entry, row, amount)
        return find(entry.connection, payment_id)

    def settle(self, entry: Entry) -> int:
        """Book the late captures that are due; returns how many."""
        due = entry.run("SELECT * FROM late_captures WHERE due_at <= ? ORDER BY seq", entry.now).fetchall()
        for late in due:
            entry.run("DELETE FROM late_captures WHERE seq = ?", late["seq"])
            entry.run("UPDATE payments SET pending = pending - ? WHERE id = ?", late["amount"], late["payment_id"])
            self._capture(entry, find(entry.connection, late["payment_id"]), late["amount"])
        return len(due)

    def void(self, entry: Entry, payment_id: str, *, amount: int | None) -> sqlite3.Row:
        """Release ``amount`` minor units (all that is left when None) of the authorisation.

        A payment whose challenge is still open is cancelled as a whole: the challenge can no longer be passed.
        """
        if find(entry.connection, payment_id)["state"] == "requires_action":
            return self._cancel(entry, payment_id)
        row = self._authorised(entry, payment_id)
        amount = self._allowed(row, amount, most=capturable(row), word="void")
        self._book(entry, row, "void", amount)
        entry.run(
            "UPDATE payments SET voided = voided + ?, updated_at = ? WHERE id = ?",
            amount,
            entry.now,
            payment_id,
        )
        self._tell(entry, payment_id, "payment.voided")
        return find(entry.connection, payment_id)

    def refund(self, entry: Entry, payment_id: str, *, amount: int, reference: str) -> tuple[sqlite3.Row, bool]:
        """Give back ``amount`` minor units of what was captured, once per reference; True when it is new."""
        row = self._authorised(entry, payment_id)
        query = "SELECT * FROM transactions WHERE payment_id = ? AND kind = 'refund' AND reference = ?"
        known = entry.row(query, payment_id, reference)
        if known is not None:
            return known, False
        self._allowed(row, amount, most=row["captured"] - row["refunded"], word="refund")
        self._book(entry, row, "refund", amount, reference=reference)
        entry.run(
            "UPDATE payments SET refunded = refunded + ?, updated_at = ? WHERE id = ?",
            *(amount, entry.now, payment_id),
        )
        self._tell(entry, payment_id, "refund.succeeded")
        made = entry.row(query, payment_id, reference)
        assert made is not None
        return made, True

    def _authorised(self, entry: Entry, payment_id: str) -> sqlite3.Row:
        row = find(entry.connection, payment_id)
        if row["state"] != "authorised":
            raise problem(409, code="payment_not_authorised", detail=f"The payment is {row['state']}.")
        return row

    def _allowed(self, row: sqlite3.Row, amount: int | None, *, most: int, word: str) -> int:
        wanted = most if amount is None else amount
        if 0 < wanted <= most:
            return wanted
        raise _too_much(word, left=render(most, currency=row["currency"]), currency=row["currency"])

    def _authorise(self, entry: Entry, payment_id: str) -> None:
        row = find(entry.connection, payment_id)
        self._book(entry, row, "authorise", row["amount"])
        entry.run(
            "UPDATE payments SET state = 'authorised', authorised = amount, updated_at = ? WHERE id = ?",
            entry.now,
            payment_id,
        )
        self._tell(entry, payment_id, "payment.authorised")
        if row["capture"]:
            self.capture(entry, payment_id, amount=None)

    def _decline(self, entry: Entry, payment_id: str, *, code: str) -> None:
        row = find(entry.connection, payment_id)
        self._book(entry, row, "decline", row["amount"])
        entry.run(
            "UPDATE payments SET state = 'declined', decline_code = ?, updated_at = ? WHERE id = ?",
            code,
            entry.now,
            payment_id,
        )
        self._tell(entry, payment_id, "payment.declined")

    def _cancel(self, entry: Entry, payment_id: str) -> sqlite3.Row:
        # An authorisation of nothing, all of which is released: its status is voided and no rule needs a special case.
        self._book(entry, find(entry.connection, payment_id), "void", 0)
        entry.run("UPDATE payments SET state = 'authorised', updated_at = ? WHERE id = ?", entry.now, payment_id)
        self._tell(entry, payment_id, "payment.voided")
        return find(entry.connection, payment_id)

    def _capture(self, entry: Entry, row: sqlite3.Row, amount: int) -> None:
        self._book(entry, row, "capture", amount)
        entry.run(
            "UPDATE payments SET captured = captured + ?, updated_at = ? WHERE id = ?",
            amount,
            entry.now,
            row["id"],
        )
        self._tell(entry, row["id"], "payment.captured")

    def _book(self, entry: Entry, row: sqlite3.Row, kind: str, amount: int, *, reference: str | None = None) -> None:
        entry.run(
            "INSERT INTO transactions (id, payment_id, kind, amount, reference, created_at) VALUES (?, ?, ?, ?, ?, ?)",
            f"txn_{uuid.uuid4().hex}",
            row["id"],
            kind,
            amount,
            reference,
            entry.now,
        )

    def _tell(self, entry: Entry, payment_id: str, type: str) -> None:
        row = find(entry.connection, payment_id)
        payment = describe(entry.connection, row, address=self.settings.address)
        record(entry, settings=self.settings, type=type, payment=payment, behaviour=row["behaviour"])


def _too_much(word: str, *, left: str, currency: str) -> Problem:
    code = {
        "capture": "capture_exceeds_authorised",
        "void": "void_exceeds_authorised",
        "refund": "refund_exceeds_captured",
    }[word]
    return problem(409, code=code, detail=f"{left} {currency} are left to {word}.", field="amount")

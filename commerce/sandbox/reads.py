"""Payments as callers see them: looking one up, its status, its JSON form, the whole books. Never writes."""

import json
import sqlite3
from collections.abc import Iterator
from typing import Any, Protocol

from commerce.sandbox.amounts import render
from commerce.sandbox.events import moment
from commerce.sandbox.problems import problem


class Reads(Protocol):
    """What a connection and an entry of the books have in common, as far as reading needs it."""

    def execute(self, sql: str, values: tuple[Any, ...], /) -> sqlite3.Cursor: ...


def find(source: Reads, payment_id: str) -> sqlite3.Row:
    """The row of a payment; raises 404 payment_unknown."""
    row: sqlite3.Row | None = source.execute("SELECT * FROM payments WHERE id = ?", (payment_id,)).fetchone()
    if row is None:
        raise problem(404, code="payment_unknown", detail="There is no payment with this id.", field="id")
    return row


def status(row: sqlite3.Row) -> str:
    """One of requires_action, declined, authorised, partially_captured, captured, voided; refunds aside."""
    if row["state"] != "authorised":
        return str(row["state"])
    if row["captured"]:
        return "captured" if row["captured"] + row["voided"] == row["authorised"] else "partially_captured"
    return "voided" if row["voided"] == row["authorised"] else "authorised"


def capturable(row: sqlite3.Row) -> int:
    """Minor units that may still be captured or voided."""
    return int(row["authorised"] - row["captured"] - row["pending"] - row["voided"])


def describe(source: Reads, row: sqlite3.Row, *, address: str) -> dict[str, Any]:
    """The JSON form of a payment with its transactions."""

    def money(minor: int) -> str:
        return render(minor, currency=row["currency"])

    moves = source.execute("SELECT * FROM transactions WHERE payment_id = ? ORDER BY seq", (row["id"],))
    challenge = {"type": "redirect", "url": f"{address}/v1/challenge/{row['id']}"}
    return {
        "id": row["id"],
        "reference": row["reference"],
        "status": status(row),
        "amount": money(row["amount"]),
        "currency": row["currency"],
        "capture": bool(row["capture"]),
        "card": {"last4": row["last4"]},
        "amount_authorised": money(row["authorised"]),
        "amount_captured": money(row["captured"]),
        "amount_capture_pending": money(row["pending"]),
        "amount_voided": money(row["voided"]),
        "amount_refunded": money(row["refunded"]),
        "amount_capturable": money(capturable(row)),
        "amount_refundable": money(row["captured"] - row["refunded"]),
        "decline_code": row["decline_code"],
        "next_action": challenge if row["state"] == "requires_action" else None,
        "return_url": row["return_url"],
        "transactions": [move(one, currency=row["currency"]) for one in moves],
        "created_at": moment(row["created_at"]),
        "updated_at": moment(row["updated_at"]),
    }


def move(row: sqlite3.Row, *, currency: str) -> dict[str, Any]:
    """The JSON form of one transaction."""
    return {
        "id": row["id"],
        "payment": row["payment_id"],
        "kind": row["kind"],
        "amount": render(row["amount"], currency=currency),
        "currency": currency,
        "reference": row["reference"],
        "created_at": moment(row["created_at"]),
    }


def whole_books(connection: sqlite3.Connection, *, address: str) -> Iterator[bytes]:
    """The JSON of everything, in pieces, as ``connection`` sees it; closes the connection at the end."""
    try:
        yield b'{"payments":['
        comma = b""
        for row in connection.execute("SELECT * FROM payments ORDER BY seq"):
            yield (comma + json.dumps(describe(connection, row, address=address), separators=(",", ":")).encode())
            comma = b",\n"
        yield b'],\n"events":['
        comma = b""
        for row in connection.execute("SELECT id, payment_id, type, created_at FROM events ORDER BY seq"):
            sent = connection.execute(
                "SELECT state, attempts, answer FROM deliveries WHERE event_id = ? ORDER BY seq", (row["id"],)
            )
            event = {
                "id": row["id"],
                "payment": row["payment_id"],
                "type": row["type"],
                "created_at": moment(row["created_at"]),
                "deliveries": [dict(one) for one in sent],
            }
            yield comma + json.dumps(event, separators=(",", ":")).encode()
            comma = b",\n"
        yield b"]}"
    finally:
        connection.close()

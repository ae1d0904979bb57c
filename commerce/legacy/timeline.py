"""What happened to an order, as its timeline tells: documents, parcels, and what staff and shopper wrote."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from chassis.mirrors import Row, Rows
from commerce.history.importing import ImportedDocument, ImportedEvent, ImportedParcel
from commerce.legacy.values import by_id, moment, text
from commerce.order.notes import NOTE

GREETING = "gift_message"


def make_timeline(
    order: Row,
    rows: Rows,
    *,
    placed_at: datetime,
    documents: Sequence[ImportedDocument],
    parcels: Sequence[ImportedParcel],
    shipments: Sequence[Rows],
    others: Sequence[Rows],
    greetings: Sequence[Row],
) -> list[ImportedEvent]:
    """Oldest first; what bears no date stands where the order does."""
    events = [
        ImportedEvent(what="placed", at=placed_at, facts={"total": order["grand_total"] or "0",
                                                          "currency": order["order_currency_code"] or ""}),
        *(ImportedEvent(what=f"{one.kind}.issued", at=one.issued_at,
                        facts={"number": one.number, "amount": str(one.total)}) for one in documents),
        *_shipped(parcels, shipments),
        *_comments(rows.all("sales_order_status_history"), placed_at),
        *(one for paper in (*others, *shipments) for one in _of_document(paper, placed_at)),
        *(_greeting(row, placed_at) for row in greetings),
    ]  # fmt: skip
    note = text(order, "customer_note")
    if note and not any(event.text == note for event in events):
        events.append(ImportedEvent(what=NOTE, at=placed_at, facts={}, text=note))
    return sorted(events, key=lambda event: event.at)


def _shipped(parcels: Sequence[ImportedParcel], shipments: Sequence[Rows]) -> Iterator[ImportedEvent]:
    for parcel, rows in zip(parcels, shipments, strict=True):
        facts = {"number": text(rows.one("sales_shipment"), "increment_id"), "carrier": parcel.carrier,
                 "tracking": parcel.tracking_number}  # fmt: skip
        if place := rows.one("inventory_shipment_source"):
            facts["source"] = text(place, "source_code")
        yield ImportedEvent(what="shipped", at=parcel.sent_at, facts=facts)


def _comments(rows: Sequence[Row], placed_at: datetime) -> Iterator[ImportedEvent]:
    """States as they were noted, with what staff or the system wrote beside them."""
    for row in sorted(rows, key=by_id):
        facts = {"status": text(row, "status"), "about": text(row, "entity_name")}
        told = text(row, "comment")
        yield ImportedEvent(
            what=NOTE if told else "status", at=moment(row) or placed_at, text=told or None,
            facts={name: value for name, value in facts.items() if value},
            internal=row["is_visible_on_front"] != "1",
        )  # fmt: skip


def _of_document(rows: Rows, placed_at: datetime) -> Iterator[ImportedEvent]:
    for table in ("sales_invoice_comment", "sales_shipment_comment", "sales_creditmemo_comment"):
        about = table.removeprefix("sales_").removesuffix("_comment")
        for row in sorted(rows.all(table), key=by_id):
            yield ImportedEvent(what=NOTE, at=moment(row) or placed_at, facts={"about": about},
                                text=text(row, "comment"), internal=row["is_visible_on_front"] != "1")  # fmt: skip


def _greeting(row: Row, placed_at: datetime) -> ImportedEvent:
    """Of the shopper to whom it was given, on a card."""
    told = f"{text(row, 'sender')} → {text(row, 'recipient')}: {text(row, 'message')}"
    return ImportedEvent(what=GREETING, at=placed_at, facts={}, text=told)

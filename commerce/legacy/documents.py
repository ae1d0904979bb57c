"""Invoices and credit memos under their own numbers, and shipments as parcels."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from chassis.ids import migrated_id
from chassis.mirrors import Row, Rows
from commerce.document.models import CREDIT_NOTE, INVOICE
from commerce.history.importing import ImportedDocument, ImportedParcel
from commerce.legacy.lines import IN_ORDER, Item, Note, line_figures, taxes_of
from commerce.legacy.values import ZERO, by_id, moment, number, text, wire

CANCELLED_INVOICE, CANCELLED_MEMO = "3", "3"
# Magento's own words for what is given or kept back beside the goods.
_ADJUSTMENTS = (("Adjustment Refund", "adjustment_positive", 1), ("Adjustment Fee", "adjustment_negative", -1))


@dataclass(frozen=True, kw_only=True)
class Papers:
    """What documents of one order are made with."""

    source: str
    items: Sequence[Item]
    currency: str
    zone: ZoneInfo
    placed_at: datetime
    note: Note

    @property
    def by_item(self) -> dict[str, Row]:
        """The order's rows by id, those of parts included."""
        rows = [row for item in self.items for row in (item.row, *item.parts)]
        return {str(row["item_id"]): row for row in rows}


def make_documents(papers: Papers, invoices: Sequence[Rows], memos: Sequence[Rows]) -> Iterator[ImportedDocument]:
    """All of an order. A credit memo is about one invoice, or about all that the order had."""
    numbers = {}
    for rows in invoices:
        row = rows.all("sales_invoice")[0]
        numbers[str(row["entity_id"])] = text(row, "increment_id")
        if row["state"] == CANCELLED_INVOICE:
            papers.note("invoice_cancelled", f"{text(row, 'increment_id')} is carried all the same")
        yield _document(papers, INVOICE, "invoice", row, rows.all("sales_invoice_item"))
    for rows in memos:
        row = rows.all("sales_creditmemo")[0]
        if row["state"] == CANCELLED_MEMO:
            papers.note("credit_memo_cancelled", f"{text(row, 'increment_id')} is carried all the same")
        about = [numbers[row["invoice_id"]]] if row["invoice_id"] in numbers else list(numbers.values())
        yield _document(papers, CREDIT_NOTE, "creditmemo", row, rows.all("sales_creditmemo_item"), corrects=about)


def _document(
    papers: Papers, kind: str, entity: str, row: Row, rows: Sequence[Row], *, corrects: Sequence[str] = ()
) -> ImportedDocument:
    total = number(row, "grand_total")
    lines = list(_lines(papers, rows))
    goods = sum((Decimal(line["total"]) for line in lines), ZERO)
    adjusted = [_adjustment(name, sign * number(row, column), papers.currency)
                for name, column, sign in _ADJUSTMENTS if number(row, column)]  # fmt: skip
    shipping = number(row, "shipping_amount") + number(row, "shipping_tax_amount")
    shipping += number(row, "shipping_discount_tax_compensation_amount") - _off_shipping(row, rows)
    beside = sum((Decimal(line["total"]) for line in adjusted), ZERO)
    if goods + shipping + beside != total:
        papers.note("document_does_not_add_up",
                    f"{text(row, 'increment_id')}: {goods} + {shipping} + {beside} is not {total}")  # fmt: skip
    issued = moment(row) or papers.placed_at
    return ImportedDocument(
        id=migrated_id(papers.source, entity, row["entity_id"] or ""),
        external_id=f"{papers.source}:{entity}:{row['entity_id']}",
        kind=kind,
        number=text(row, "increment_id"),
        corrects=corrects,
        lines=[*lines, *adjusted],
        subtotal=total - shipping,
        shipping=shipping,
        taxes=_taxes(papers, row, rows),
        tax=number(row, "tax_amount"),
        total=total,
        base_total=number(row, "base_grand_total"),
        dated=issued.astimezone(papers.zone).date(),
        issued_at=issued,
    )


def _lines(papers: Papers, rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """Line by line of the order; what of a line is not on the document has no row, or one of no pieces."""
    mine = {str(row["order_item_id"]): row for row in rows}
    for item in papers.items:
        priced = [mine[str(row["item_id"])] for row in item.priced if str(row["item_id"]) in mine]
        shown = mine.get(item.id) or next(iter(priced), None)
        if shown is None:
            continue
        quantity = number(shown, "qty") if item.id in mine else _of_parts(item, mine)
        figures = line_figures(shown, priced, quantity, IN_ORDER)
        if quantity or figures.total:
            percents = sorted({number(row, "tax_percent") for row in item.priced} - {ZERO})
            yield _line(papers.currency, shown, quantity, percents, figures)
    known = papers.by_item
    for row in rows:
        if str(row["order_item_id"]) not in known:
            figures = line_figures(row, [row], number(row, "qty"), IN_ORDER)
            yield _line(papers.currency, row, number(row, "qty"), [], figures)


def _line(currency: str, row: Row, quantity: Decimal, percents: Sequence[Decimal], figures: Any) -> dict[str, Any]:
    return {
        "sku": text(row, "sku"),
        "name": text(row, "name"),
        "options": "",
        "quantity": str(quantity),
        "unit_price": wire(figures.unit_price, currency),
        "discount": wire(figures.discount, currency),
        "percents": [f"{percent.normalize():f}" for percent in percents],
        "tax": wire(figures.tax, currency),
        "total": wire(figures.total, currency),
    }


def _of_parts(item: Item, mine: Mapping[str, Row]) -> Decimal:
    counts = [number(mine.get(str(part["item_id"])), "qty") / item.each(part) for part in item.parts if item.each(part)]
    return min(counts, default=ZERO)


def _adjustment(name: str, amount: Decimal, currency: str) -> dict[str, Any]:
    paid = wire(amount, currency)
    return {"sku": "", "name": name, "options": "", "quantity": "1", "unit_price": paid, "discount": "0",
            "percents": [], "tax": "0", "total": paid}  # fmt: skip


def _off_shipping(row: Row, rows: Sequence[Row]) -> Decimal:
    """A document's discount is of its lines and of what delivery cost: what is not on a line is on that."""
    lines = sum((number(one, "discount_amount") for one in rows), ZERO)
    return max(abs(number(row, "discount_amount")) - lines, ZERO)


def _taxes(papers: Papers, row: Row, rows: Sequence[Row]) -> list[dict[str, str]]:
    known = papers.by_item
    counted = {str(one["item_id"]) for item in papers.items for one in item.priced}
    mine = [one for one in rows if str(one["order_item_id"]) in counted]
    taxes = taxes_of(
        mine, currency=papers.currency, of=lambda one: number(known[str(one["order_item_id"])], "tax_percent")
    )
    rest = number(row, "tax_amount") - sum((Decimal(tax["amount"]) for tax in taxes), ZERO)
    return taxes + ([{"code": "", "percent": "0", "amount": wire(rest, papers.currency)}] if rest else [])


def make_parcels(papers: Papers, shipments: Sequence[Rows]) -> Iterator[ImportedParcel]:
    """A parcel for each shipment: Magento does not say which of its tracks has which goods."""
    parents = {str(part["item_id"]): item.id for item in papers.items for part in item.parts}
    for rows in shipments:
        row = rows.all("sales_shipment")[0]
        tracks = sorted(rows.all("sales_shipment_track"), key=by_id)
        if len(tracks) > 1:
            papers.note("several_tracks", f"shipment {text(row, 'increment_id')}: {len(tracks)} numbers of one parcel")
        sent = rows.all("sales_shipment_item")
        named = {str(one["order_item_id"]) for one in sent}
        carriers = dict.fromkeys(text(track, "title") or text(track, "carrier_code") for track in tracks)
        yield ImportedParcel(
            id=migrated_id(papers.source, "shipment", row["entity_id"] or ""),
            external_id=f"{papers.source}:shipment:{row['entity_id']}",
            carrier=", ".join(carriers),
            tracking_number=", ".join(text(track, "track_number") for track in tracks),
            # Where line and parts are both named, the line says it.
            lines=[{"sku": text(one, "sku"), "quantity": str(number(one, "qty"))} for one in sorted(sent, key=by_id)
                   if parents.get(str(one["order_item_id"])) not in named],
            sent_at=moment(row) or papers.placed_at,
        )  # fmt: skip

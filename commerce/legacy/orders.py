"""Orders, made from all of their kept rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from chassis import failpoints
from chassis.fields import keyed_hash
from chassis.ids import migrated_id
from chassis.mirrors import Found, Row, Rows
from commerce.history.importing import (
    Figures,
    ImportedOrder,
    ImportedPayment,
    PaymentFigures,
    import_orders,
    remove_orders,
)
from commerce.history.refunding import worked_on
from commerce.legacy.documents import Papers, make_documents, make_parcels
from commerce.legacy.lines import IN_BASE, IN_ORDER, Item, items_of, make_lines, payable
from commerce.legacy.models import CarriedOrder
from commerce.legacy.passing import MAIN
from commerce.legacy.rows import MIRROR
from commerce.legacy.shop import Place, Shop, read_shop
from commerce.legacy.states import STATES, fulfilment_state, payment_state, tender_state
from commerce.legacy.timeline import make_timeline
from commerce.legacy.values import ZERO, by_id, moment, number, summed, text, wire

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
# Columns that Adobe Commerce adds: tenders that its grand total is already without.
_OTHER_TENDERS = ("customer_balance_amount", "gift_cards_amount", "reward_currency_amount")
_NAME = ("prefix", "firstname", "middlename", "lastname", "suffix")


@dataclass
class Sale:
    """An order while it is made: its rows and those of its documents, what it comes to, and what was noticed."""

    owner: str
    rows: Rows
    papers: Mapping[str, list[Rows]]
    greetings: Sequence[Row]
    found: list[Found] = field(default_factory=list)

    @property
    def row(self) -> Row | None:
        return self.rows.one("sales_order")

    def note(self, code: str, detail: str = "", *, whole: bool = False) -> None:
        """Details name things by id or number: findings are no place for personal data."""
        self.found.append(Found(owner=self.owner, code=code, detail=detail, whole=whole))


def make_orders(source: str, owners: list[str]) -> None:
    """Make these orders what the old shop says now, writing only those that differ from the last time."""
    shop, sales = read_shop(source), _read(source, owners)
    wanted = {sale.owner: order for sale in sales if (order := _wanted(source, shop, sale))}
    digests = {owner: _digest(order) for owner, order in wanted.items()}
    carried = dict(CarriedOrder.objects.filter(source=source, owner__in=owners).values_list("owner", "digest"))
    ours = _worked_on(source, owners)
    gone = carried.keys() - wanted.keys() - ours
    changed = [owner for owner, digest in digests.items() if carried.get(owner) != digest and owner not in ours]
    for sale in sales:
        if sale.owner in ours and digests.get(sale.owner) != carried.get(sale.owner):
            sale.note("given_back_here", "its money goes back here: it stays as it is")
    remove_orders([migrated_id(source, "order", owner) for owner in gone])
    import_orders([wanted[owner] for owner in changed])
    failpoints.hit("commerce.legacy.carried")
    CarriedOrder.objects.filter(source=source, owner__in=[*gone, *changed]).delete()
    CarriedOrder.objects.bulk_create(
        CarriedOrder(source=source, owner=owner, digest=digests[owner]) for owner in changed
    )
    MIRROR.replace_findings(source, "order", owners, [found for sale in sales for found in sale.found])


def _worked_on(source: str, owners: Iterable[str]) -> set[str]:
    ids = {migrated_id(source, "order", owner): owner for owner in owners}
    return {ids[order] for order in worked_on(list(ids))}


def _read(source: str, owners: list[str]) -> list[Sale]:
    """The rows of these orders, of their documents and of their greetings, in a fixed number of statements."""
    rows = MIRROR.rows_of(source, "order", owners)
    near = MIRROR.touching(source, "order", owners)
    papers: dict[str, dict[str, Rows]] = {}
    for kind, table in MAIN.items():
        ids = {str(row["entity_id"]) for found in near.values() for name, row in found if name == table}
        papers[kind] = MIRROR.rows_of(source, kind, ids) if ids else {}
    named = {owner: _greeted(mine) for owner, mine in rows.items()}
    cards = MIRROR.rows_of(source, "gift_message", {id_ for ids in named.values() for id_ in ids})
    return [
        Sale(
            owner=owner,
            rows=mine,
            papers={
                kind: [
                    papers[kind][str(row["entity_id"])]
                    for name, row in sorted(near[owner], key=lambda one: by_id(one[1]))
                    if name == table
                ]
                for kind, table in MAIN.items()
            },
            greetings=[card for id_ in named[owner] if (card := cards[id_].one("gift_message"))],
        )
        for owner, mine in rows.items()
    ]


def _greeted(rows: Rows) -> list[str]:
    naming = (*rows.all("sales_order"), *rows.all("sales_order_item"))
    return sorted({id_ for row in naming if (id_ := row["gift_message_id"])}, key=int)


def _wanted(source: str, shop: Shop, sale: Sale) -> ImportedOrder | None:
    row = sale.row
    if row is None:
        if sale.rows or any(sale.papers.values()):
            sale.note("no_such_order", "rows of one that is not there", whole=True)
        return None
    place = shop.place(str(row["store_id"] or ""))
    if place is None:
        sale.note("no_shop", "no website with a store view has come yet", whole=True)
        return None
    return _order(source, shop, sale, row, place)


def _order(source: str, shop: Shop, sale: Sale, row: Row, place: Place) -> ImportedOrder:
    items, currency = items_of(sale.rows.all("sales_order_item")), text(row, "order_currency_code")
    placed_at = moment(row) or moment(row, "updated_at") or NEVER
    figures, base = _figures(row, IN_ORDER), _figures(row, IN_BASE)
    _remarks(sale, row, place, items, figures)
    papers = Papers(source=source, items=items, currency=currency, zone=place.zone, placed_at=placed_at,
                    note=sale.note)  # fmt: skip
    documents = list(make_documents(papers, sale.papers["invoice"], sale.papers["credit_memo"]))
    parcels = list(make_parcels(papers, sale.papers["shipment"]))
    billing = _address(sale, "billing")
    return ImportedOrder(
        id=migrated_id(source, "order", sale.owner),
        external_id=f"{source}:order:{sale.owner}",
        number=text(row, "increment_id") or sale.owner,
        channel=place.channel,
        view=place.view,
        locale=place.locale,
        customer=migrated_id(source, "customer", row["customer_id"]) if row["customer_id"] else None,
        email=text(row, "customer_email"),
        currency=currency,
        base_currency=text(row, "base_currency_code") or currency,
        base_rate=number(row, "base_to_order_rate") or Decimal(1),
        figures=figures,
        base=base,
        taxes=_taxes(sale, row, currency),
        coupons=[code] if (code := text(row, "coupon_code")) else [],
        delivery=_address(sale, "shipping"),
        billing=billing,
        vat_number=_vat_number(sale) or text(row, "customer_taxvat"),
        shipping_method=text(row, "shipping_description") or text(row, "shipping_method"),
        state=STATES.get(text(row, "state"), "placed"),
        payment_state=payment_state(row, figures),
        fulfilment_state=fulfilment_state(row, items),
        status=shop.status(text(row, "status"), place),
        placed_at=placed_at,
        ordered_on=placed_at.astimezone(place.zone).date(),
        seller=shop.seller(place),
        lines=list(make_lines(source, items, currency=currency, note=sale.note)),
        payments=[_payment(source, shop, place, row, one, sale.rows.all("sales_payment_transaction"))
                  for one in sale.rows.all("sales_order_payment")],
        parcels=parcels,
        documents=documents,
        timeline=make_timeline(
            row, sale.rows, placed_at=placed_at, documents=documents, parcels=parcels,
            shipments=sale.papers["shipment"], others=[*sale.papers["invoice"], *sale.papers["credit_memo"]],
            greetings=sale.greetings,
        ),
    )  # fmt: skip


def _figures(row: Row, money: str) -> Figures:
    """What delivery cost with its tax and without its discount; what is left of the total is goods."""
    short = "base_shipping_discount_tax_compensation_amnt" if money else "shipping_discount_tax_compensation_amount"
    shipping = number(row, f"{money}shipping_amount") + number(row, f"{money}shipping_tax_amount")
    shipping += number(row, short) - number(row, f"{money}shipping_discount_amount")
    total, captured = number(row, f"{money}grand_total"), number(row, f"{money}total_paid")
    return Figures(
        subtotal=total - shipping,
        shipping=shipping,
        tax=number(row, f"{money}tax_amount"),
        total=total,
        captured=captured,
        refunded=number(row, f"{money}total_refunded"),
        discount=-number(row, f"{money}discount_amount"),
        invoiced=number(row, f"{money}total_invoiced"),
        due=max(total - captured, ZERO),  # as Magento itself answers; its column is not always kept up
    )


def _remarks(sale: Sale, row: Row, place: Place, items: Sequence[Item], figures: Figures) -> None:
    """What is not here as it is there."""
    if place.guessed:
        sale.note("no_such_store", f"store view {row['store_id'] or 'none'}: shown in {place.view}")
    if text(row, "state") not in STATES:
        sale.note("state_not_known", f"{text(row, 'state') or 'none'}: shown as placed")
    if moment(row) is None:
        sale.note("no_date", "when it was placed is not known")
    if row["customer_id"] is None and row["customer_is_guest"] == "0":
        sale.note("customer_deleted", "of a customer who is not there any more: nobody's")
    for column in _OTHER_TENDERS:
        if paid := number(row, column):
            sale.note("other_tender", f"{column} {paid}: the total is without it")
    if row.get("relation_parent_real_id"):
        sale.note("edited_order", f"takes the place of {row['relation_parent_real_id']}; both are carried")
    if (due := number(row, "total_due")) != figures.due:
        sale.note("due_not_kept_up", f"{due} in the column, {figures.due} by total and payment")
    if sale.rows.one("inventory_pickup_location_order"):
        sale.note("collected", "fetched from a source; shown as sent")
    goods = sum((payable(one, IN_ORDER) for item in items for one in item.priced), ZERO)
    if goods != figures.subtotal:
        sale.note("lines_do_not_add_up", f"{goods} of lines, {figures.subtotal} of the total without delivery")


def _taxes(sale: Sale, row: Row, currency: str) -> list[dict[str, str]]:
    """As the old shop summed them by rate; where that is not the order's tax, the tax as one."""
    rows = sale.rows.all("sales_order_tax")
    whole = number(row, "tax_amount")
    if summed(rows, "amount") == whole:
        return [{"code": text(one, "code"), "percent": f"{number(one, 'percent').normalize():f}",
                 "amount": wire(number(one, "amount"), currency)} for one in rows]  # fmt: skip
    sale.note("taxes_do_not_add_up", f"{summed(rows, 'amount')} by rate, {whole} in all")
    return [{"code": "", "percent": "0", "amount": wire(whole, currency)}] if whole else []


def _payment(
    source: str, shop: Shop, place: Place, order: Row, row: Row, transactions: Iterable[Row]
) -> ImportedPayment:
    figures, base = (
        PaymentFigures(
            amount=number(row, f"{money}amount_ordered"),
            captured=number(row, f"{money}amount_paid"),
            refunded=number(row, f"{money}amount_refunded"),
        )
        for money in (IN_ORDER, IN_BASE)
    )
    method, last = text(row, "method"), text(row, "cc_last_4")
    title = shop.payment(method, place)
    details = {
        "purchase_order": text(row, "po_number"),
        "reference": text(row, "last_trans_id"),
        "transactions": [f"{text(one, 'txn_type')} {text(one, 'txn_id')}" for one in transactions
                         if one["payment_id"] == row["entity_id"]],
    }  # fmt: skip
    return ImportedPayment(
        id=migrated_id(source, "payment", row["entity_id"] or ""),
        external_id=f"{source}:payment:{row['entity_id']}",
        tender=method,
        label=f"{title} •••• {last}" if last.isdigit() and len(last) == 4 else title,
        state=tender_state(
            order, captured=figures.captured, refunded=figures.refunded, authorised=number(row, "amount_authorized")
        ),
        figures=figures,
        base=base,
        details={name: value for name, value in details.items() if value},
    )


def _address(sale: Sale, kind: str) -> dict[str, str]:
    """The address of a kind; empty where there is none."""
    row = _address_row(sale, kind)
    if row is None:
        return {}
    return {
        "name": " ".join(part for column in _NAME if (part := text(row, column))),
        "street": text(row, "street"),
        "city": text(row, "city"),
        "postcode": text(row, "postcode"),
        "country": text(row, "country_id"),
        "region": text(row, "region"),
        "company": text(row, "company"),
        "phone": text(row, "telephone"),
    }


def _vat_number(sale: Sale) -> str:
    return text(_address_row(sale, "billing"), "vat_id")


def _address_row(sale: Sale, kind: str) -> Row | None:
    rows = sorted(sale.rows.all("sales_order_address"), key=by_id)
    return next((row for row in rows if row["address_type"] == kind), None)


def _digest(order: ImportedOrder) -> str:
    return keyed_hash(msgspec.json.encode(order, order="deterministic").decode(), fold=False)

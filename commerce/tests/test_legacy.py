"""What rows of a Magento shop come to: orders of history with documents and parcels, and findings for the rest."""

import json
import random
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connections, transaction

from chassis.ids import migrated_id
from chassis.unit_of_work import unit_of_work
from commerce.cancellation.commands import request_cancellation
from commerce.delivery.commands import request_delivery
from commerce.delivery.errors import DeliveryFixed
from commerce.document.models import Document
from commerce.document.pdf import pdf
from commerce.document.queries import document_of
from commerce.history import queries as history
from commerce.legacy.models import CarriedOrder, LegacyFinding, LegacyRow, LegacyTouched
from commerce.models import HistoricalPayment, Order, OrderEvent, OrderLine, OrderShipment, OutboxEvent
from commerce.order.commands import hold_order, refund_order, release_order
from commerce.order.errors import OrderOfHistory
from commerce.order.notes import add_note
from commerce.republish import REPUBLISH
from commerce.tests.legacy_rows import (
    SHOP,
    WHOLE,
    carry,
    comment,
    invoice,
    invoice_item,
    item,
    keep,
    make,
    memo,
    memo_item,
    order,
    payment,
    row,
    setting,
    store,
    track,
    website,
)
from contracts.commerce import OrderHeld, OrderPlaced

pytestmark = pytest.mark.django_db(databases=["commerce"])
TAX = row("sales_order_tax", tax_id=71, order_id=1, code="JP", percent="12.0000", amount="300.0000")
MODELS = (Order, OrderLine, OrderShipment, HistoricalPayment, Document)


def one(id_: int = 1) -> Order:
    return Order.objects.get(external_id=f"shop:order:{id_}")


def codes() -> set[tuple[str, str]]:
    assert not LegacyTouched.objects.exclude(error="").exists()
    return set(LegacyFinding.objects.values_list("owner", "code"))


def picture() -> Any:
    """All that orders come to, without the numbers of their timelines' rows."""
    rows: list[Any] = [list(model._default_manager.order_by("id").values()) for model in MODELS]
    events = OrderEvent.objects.order_by("order", "id").values_list("order", "what", "facts", "text", "internal", "at")
    for row_ in rows[0]:
        del row_["version"]
    histories = [(o.history.status, o.billing, o.history.base_captured) for o in Order.objects.order_by("id")]
    lines = OrderLine.objects.order_by("id").select_related("history")
    return [*rows, list(events), histories, [(line.history.invoiced, line.history.parts) for line in lines], codes()]


def test_an_order_keeps_its_number_date_states_and_money_in_both_currencies() -> None:
    carry(*WHOLE)
    found = one()
    assert (found.id, found.number) == (migrated_id("shop", "order", 1), "000000001")
    assert (found.channel, found.view, found.locale, found.historical) == ("nippon", "ja", "ja-JP", True)
    assert (found.customer, found.email) == (migrated_id("shop", "customer", 5), "old@example.org")
    assert (found.subtotal, found.shipping, found.tax, found.total) == (2800, 500, 300, 3300)
    assert (found.captured, found.refunded, found.base_total, found.base_rate) == (3300, 0, Decimal("20.63"), 160)
    assert (found.history.base_subtotal, found.history.base_shipping) == (Decimal("17.51"), Decimal("3.12"))
    assert (found.state, found.payment_state, found.fulfilment_state) == ("placed", "paid", "partially_fulfilled")
    assert (found.history.status, found.delivery["name"], found.vat_number) == ("In Arbeit", "Ōe Ken", "JP1")
    (line,) = found.lines.all()
    assert (line.sku, line.quantity, line.shipped, line.unit_price, line.total) == ("碗", 2, 1, 1400, 2800)
    assert (line.history.invoiced, line.history.base_total) == (2, Decimal("17.51"))
    assert codes() == set()


def test_documents_have_their_own_numbers_and_the_day_where_it_was_sold() -> None:
    carry(*WHOLE, memo(increment_id="000000001", adjustment_positive="100.0000", grand_total="3400.0000"), memo_item())
    bill, note = Document.objects.order_by("-kind")
    assert (bill.kind, bill.number, bill.total, bill.base_total) == ("invoice", "000000001", 3300, Decimal("20.63"))
    assert (bill.ordered_on, bill.dated) == (date(2022, 1, 1), date(2022, 1, 1)), "Tokyo is ahead of the server"
    assert (note.number, note.corrects, note.subtotal) == ("000000001", ["000000001"], 2900)
    assert [line["name"] for line in note.lines] == ["Bowl", "Adjustment Refund"]
    assert document_of(one().id, "000000001") == bill and document_of(one().id, str(note.id)) == note
    assert pdf(note).startswith(b"%PDF")
    assert [(refund.amount, refund.payment.label) for refund in history.refunds_of(one())] == [
        (3400, "Check / Money order")
    ]


def test_a_parcel_has_its_tracks_and_the_timeline_what_was_written() -> None:
    carry(*WHOLE, track(64, "T-2"), comment(83, "It broke", of="invoice", parent=41))
    (parcel,) = OrderShipment.objects.all()
    assert (parcel.carrier, parcel.tracking_number) == ("Yamato", "T-1, T-2")
    assert parcel.lines == [{"sku": "碗", "quantity": "1.0000"}]
    told = [(event.what, event.text, event.internal) for event in one().timeline.all()]
    assert told == [
        ("placed", None, False), ("invoice.issued", None, False), ("note", "Ring twice", False),
        ("note", "Beware", True), ("note", "It broke", True), ("shipped", None, False),
    ]  # fmt: skip
    sent = one().timeline.get(what="shipped")
    assert sent.facts == {"number": "000000001", "carrier": "Yamato", "tracking": "T-1, T-2", "source": "tokyo"}
    assert codes() == {("1", "several_tracks")}


@pytest.mark.parametrize("seed", range(4))
def test_rows_in_any_order_repeated_and_in_pieces_give_the_same_orders(seed: int) -> None:
    rows = [*WHOLE, memo(), memo_item(), order(2, increment_id="000000002"), item(12, 2), payment(32, 2)]
    carry(*rows)
    wanted = picture()
    for model in (Document, Order, LegacyRow, LegacyFinding, CarriedOrder):
        model._default_manager.all().delete()
    mixed = [*rows, *rows]
    random.Random(seed).shuffle(mixed)
    while mixed:
        size = random.Random(seed + len(mixed)).randint(1, 12)
        keep(*mixed[:size])
        if size % 2:
            make()
        mixed = mixed[size:]
    make()
    assert picture() == wanted


def test_the_same_again_changes_nothing_and_a_newer_row_changes_what_it_says() -> None:
    carry(*WHOLE)
    before = (one().version, list(OrderEvent.objects.values_list("id", flat=True)))
    carry(*WHOLE)
    assert (one().version, list(OrderEvent.objects.values_list("id", flat=True))) == before
    carry(order(position=2, state="complete", total_refunded="100.0000"), order(state="new"))
    found = one()
    assert (found.state, found.payment_state, found.version) == ("completed", "partially_refunded", 2)
    assert found.timeline.count() == len(before[1])


def test_an_order_that_is_gone_there_goes_here_with_its_documents() -> None:
    carry(*WHOLE)
    carry(order(position=2, gone=True))
    assert not Order.objects.exists() and not Document.objects.exists()
    assert ("1", "no_such_order") in codes()


def test_nobody_is_told_to_act_on_an_order_of_history_now_or_later() -> None:
    carry(*SHOP, order(state="holded"), item(), payment())
    assert one().state == "held"
    assert set(OutboxEvent.objects.values_list("type", flat=True)) == {"commerce.order_carried"}
    assert not list(REPUBLISH[OrderPlaced]()) and not list(REPUBLISH[OrderHeld]())


def test_no_command_works_on_an_order_of_history() -> None:
    carry(*WHOLE)
    id_: UUID = one().id
    for command in (
        lambda: hold_order(id_), lambda: release_order(id_), lambda: refund_order(id_, amount=Decimal(1)),
        lambda: request_cancellation(id_, reason="x"), lambda: add_note(id_, text="x", internal=True),
    ):  # fmt: skip
        with pytest.raises(OrderOfHistory):
            command()
    with pytest.raises(DeliveryFixed):
        request_delivery(id_, address={}, shipping_method="x")


def test_a_document_of_ours_stays_unchangeable_also_by_calling_it_historical() -> None:
    carry(*WHOLE)
    bill = Document.objects.get()
    bill.pk, bill.historical, bill.number, bill.cause = migrated_id("x", "y", 1), False, "OURS-1", one().id
    Document.objects.bulk_create([bill])
    for statement in ("UPDATE commerce_document SET historical = true WHERE number = 'OURS-1'",
                      "DELETE FROM commerce_document WHERE number = 'OURS-1'"):  # fmt: skip
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic("commerce"):
            connections["commerce"].cursor().execute(statement)


def test_a_configurable_line_is_one_and_names_its_variant() -> None:
    options = json.dumps({"attributes_info": [{"label": "Size", "value": "S"}],
                          "options": [{"label": "Engraving", "value": "For Ōe"}]})  # fmt: skip
    carry(
        *SHOP,
        order(),
        item(product_type="configurable", product_id=80, product_options=options),
        item(12, parent_item_id=11, product_id=81, price="0", row_total="0", tax_amount="0", qty_shipped="0"),
        TAX,
    )
    (line,) = one().lines.select_related("history")
    assert (line.product, line.kind, line.options) == (migrated_id("shop", "product", 81), "variant", "Size: S")
    assert (line.total, line.shipped) == (2800, 1)
    assert line.history.answers == [{"label": "Engraving", "value": "For Ōe"}]
    assert codes() == set()


def test_a_bundle_is_priced_by_its_parts_where_they_have_prices_and_counted_by_either() -> None:
    parts = {"parent_item_id": 11, "qty_ordered": "4", "price": "300", "row_total": "1250", "tax_amount": "150",
             "row_total_incl_tax": "1400", "discount_amount": "100", "qty_canceled": "2",
             "qty_shipped": "2"}  # fmt: skip
    carry(
        *SHOP,
        order(grand_total="3100.0000", total_paid="0", total_due="3100.0000"),
        item(product_type="bundle", qty_shipped="0"),
        item(12, sku="A", **parts),
        item(13, sku="B", **parts),
    )
    (line,) = one().lines.select_related("history")
    assert (line.quantity, line.shipped, line.cancelled) == (2, 1, 1)
    assert (line.total, line.tax, line.discount, line.unit_price) == (2600, 300, 200, 1400)
    assert [part["sku"] for part in line.components] == ["A", "B"] and line.components[0]["quantity"] == "2"
    assert [part["cancelled"] for part in line.history.parts] == ["2", "2"]
    assert codes() == {("1", "taxes_do_not_add_up")}


def test_what_is_odd_is_carried_and_named() -> None:
    carry(
        *SHOP, order(store_id=None, state="weird", customer_id=None, total_paid="9999", total_refunded="10000",
                     gift_cards_amount="5.0000", created_at="0000-00-00 00:00:00"),
        item(product_id=None, qty_canceled="7", product_options="a:1:{s:1}"),
        invoice(), invoice_item(tax_amount="299.0000"), row("sales_invoice_item", entity_id=99, parent_id=98),
        comment(7, "lost", of="shipment", parent=97), item(77, 66), memo(order_id=66),
    )  # fmt: skip
    found = one()
    assert (found.view, found.state, found.customer, found.refunded) == ("ja", "placed", None, 10000)
    assert found.lines.get().cancelled == 2
    assert codes() == {
        ("1", code) for code in (
            "no_such_store", "state_not_known", "customer_deleted", "other_tender", "no_date", "line_without_product",
            "more_cancelled_than_ordered", "options_not_understood", "document_does_not_add_up",
            "taxes_do_not_add_up",
        )
    } | {("98", "no_such_invoice"), ("97", "no_such_shipment"), ("66", "no_such_order")}  # fmt: skip


def test_two_views_may_have_counted_from_one() -> None:
    carry(*WHOLE, order(2, store_id=22), item(12, 2), invoice(45, order_id=2), invoice_item(46, 45, order_item_id=12))
    assert [found.number for found in Order.objects.all()] == ["000000001", "000000001"]
    assert Document.objects.filter(number="000000001").count() == 2
    assert one(2).view == "en_jp" and one(2).locale == "ja-JP"


def test_an_order_comes_before_its_shop_and_follows_it() -> None:
    carry(order(), item())
    assert not Order.objects.exists() and codes() == {("1", "no_shop")}
    carry(website(7, "later"), store(30, "late", 7))
    assert one().view == "late" and ("1", "no_such_store") in codes()
    carry(*SHOP, setting(9, "payment/checkmo/title", "Scheck"), payment())
    assert (one().view, HistoricalPayment.objects.get().label) == ("ja", "Scheck")


def test_a_greeting_stands_in_the_timeline_and_secrets_are_not_kept() -> None:
    card = row("gift_message", gift_message_id=4, sender="Ōe", recipient="Ken", message="Live long")
    carry(*SHOP, setting(3, "payment/stripe/api_key", "sk_live"), order(), item(gift_message_id=4), payment(), card)
    assert one().timeline.get(what="gift_message").text == "Ōe → Ken: Live long"
    assert not LegacyRow.objects.filter(table="core_config_data", key='["3"]').exists()
    with unit_of_work("commerce"), connections["commerce"].cursor() as cursor:
        cursor.execute("SELECT after FROM commerce_legacyrow WHERE kind = 'order'")
        assert all("old@example.org" not in after for (after,) in cursor.fetchall())


def test_a_virtual_order_needs_no_parcel_and_one_that_was_cancelled_holds_no_money() -> None:
    unpaid = {"total_paid": None, "base_total_paid": None}
    carry(
        *SHOP,
        order(is_virtual="1"),
        item(is_virtual="1"),
        order(2, state="canceled", **unpaid),
        item(12, 2, qty_canceled="2", qty_shipped="0"),
        payment(32, 2, amount_paid=None),
        order(3, state="new", **unpaid),
        item(13, 3, qty_shipped="0"),
        payment(33, 3, amount_paid=None),
    )
    assert [(found.state, found.payment_state, found.fulfilment_state) for found in (one(), one(2), one(3))] == [
        ("placed", "paid", "not_needed"), ("cancelled", "voided", "cancelled"), ("placed", "pending", "unfulfilled"),
    ]  # fmt: skip
    assert sorted(HistoricalPayment.objects.values_list("state", flat=True)) == ["requested", "voided"]
    assert one().ships_to is None

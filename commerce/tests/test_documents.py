"""Invoices and credit notes: issued with the money, numbered without gaps, never changed, readable in every script."""

import threading
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.db import DatabaseError, connections, transaction
from django.test import Client
from pypdf import PdfReader
from rest_framework.test import APIClient

from chassis import clock
from chassis.admin.testing import sign_in_as
from chassis.ids import new_id
from chassis.messages import decode_event, decode_message
from chassis.unit_of_work import unit_of_work
from commerce.document.errors import DocumentIssued
from commerce.document.issuing import issue_credit_note, issue_invoice
from commerce.document.models import CREDIT_NOTE, INVOICE
from commerce.document.pdf import pdf
from commerce.models import ChannelCopy, Document, DocumentSequence, Order, OrderLine, OutboxEvent, Seller
from commerce.order.commands import refund_order
from commerce.tests.books import Books, cancel, published, run_jobs
from commerce.tests.conftest import ADDRESS
from commerce.tests.test_admin import an_order as a_row
from commerce.tests.test_orders_api import an_order, as_customer
from contracts.commerce import CreditNoteIssued, InvoiceIssued

pytestmark = pytest.mark.django_db(databases=["commerce"])
SELLER = {"name": "Moor & Söhne", "street": "Hafen 1", "postcode": "20457", "city": "Hamburg", "country": "DE"}


def text_of(document: Document) -> str:
    pages = PdfReader(BytesIO(pdf(document))).pages
    return "\n".join(page.extract_text() for page in pages).replace("\xa0", " ").replace("\u202f", " ")


def taxed(order: Order, *taxes: tuple[str, str]) -> Order:
    """The order with these taxes, as (percent, amount)."""
    order.taxes = [{"code": f"VAT {percent}", "percent": percent, "amount": amount} for percent, amount in taxes]
    order.tax = sum((Decimal(amount) for _, amount in taxes), Decimal(0))
    order.save()
    return order


def invoiced(order: Order) -> Document:
    with unit_of_work("commerce"):
        document = issue_invoice(order, list(order.lines.all()))
    assert document is not None
    return document


def credited(order: Order, amount: str) -> Document:
    with unit_of_work("commerce"):
        document = issue_credit_note(order, refund=new_id(), amount=Decimal(amount))
    assert document is not None
    return document


def test_a_paid_order_has_its_invoice_with_lines_taxes_and_both_parties(shop: str, books: Books) -> None:
    Seller.objects.create(channel="home", vat_number="DE136695976", **SELLER)
    order, _ = an_order()
    invoice = Document.objects.get()
    assert (invoice.kind, invoice.number, invoice.order_id) == (INVOICE, "HOME-INV-100001", order.id)
    assert (invoice.subtotal, invoice.shipping, invoice.total) == (Decimal(20), Decimal("4.90"), Decimal("24.90"))
    assert invoice.seller["city"] == "Hamburg" and invoice.buyer["city"] == ADDRESS["city"]
    assert [(line["sku"], Decimal(line["quantity"])) for line in invoice.lines] == [("MUG", 2)]
    text = text_of(invoice)
    for shown in (
        "Invoice",
        invoice.number,
        order.number,
        "Moor & Söhne",
        "DE136695976",
        "Ada Example",
        "Germany",
        "€24.90",
    ):
        assert shown in text
    told = decode_event(decode_message(OutboxEvent.objects.get(type="commerce.invoice_issued").message))
    assert isinstance(told, InvoiceIssued)
    assert (told.number, told.order, told.total.amount) == (invoice.number, order.id, invoice.total)


def test_a_refund_has_its_credit_note_once_the_money_went_back(shop: str, books: Books) -> None:
    order, _ = an_order()
    [refund] = refund_order(order.id, amount=Decimal("5.00"))
    assert not Document.objects.filter(kind=CREDIT_NOTE).exists()
    run_jobs()
    run_jobs()
    note = Document.objects.get(kind=CREDIT_NOTE)
    assert (note.number, note.cause, note.total) == ("HOME-CN-100001", refund, Decimal(5))
    assert note.corrects == ["HOME-INV-100001"] and note.lines == []
    assert "HOME-INV-100001" in text_of(note) and "Amount given back" in text_of(note)
    told = decode_event(decode_message(OutboxEvent.objects.get(type="commerce.credit_note_issued").message))
    assert isinstance(told, CreditNoteIssued) and told.refund == refund


def test_a_whole_refund_is_credited_line_by_line(shop: str, books: Books) -> None:
    order, _ = an_order()
    refund_order(order.id, amount=order.total)
    run_jobs()
    note = Document.objects.get(kind=CREDIT_NOTE)
    assert [line["sku"] for line in note.lines] == ["MUG"] and note.shipping == Decimal("4.90")


def test_an_order_that_was_cancelled_before_its_money_was_taken_is_never_invoiced(shop: str, books: Books) -> None:
    books.capture_only = Decimal(1)  # the capture is not complete yet
    order, _ = an_order()
    cancel(order.id)
    run_jobs()
    assert not Document.objects.exists() and "commerce.invoice_issued" not in published()


def test_refunds_in_parts_credit_each_tax_to_the_last_cent(shop: str) -> None:
    order = taxed(a_row(), ("19", "1.00"), ("7", "0.05"))
    invoiced(order)
    notes = [credited(order, amount) for amount in ("6.67", "6.67", "6.66")]
    sums = [sum(Decimal(note.taxes[place]["amount"]) for note in notes) for place in (0, 1)]
    assert sums == [Decimal("1.00"), Decimal("0.05")]
    assert [note.taxes[0]["amount"] for note in notes] == ["0.33", "0.34", "0.33"]
    assert sum(note.tax for note in notes) == order.tax


def test_an_issued_document_is_never_changed_or_removed(shop: str) -> None:
    document = invoiced(a_row())
    document.total = Decimal(1)
    with pytest.raises(DocumentIssued):
        document.save()
    with pytest.raises(DocumentIssued):
        document.delete()
    for change in (lambda rows: rows.update(total=1), lambda rows: rows._raw_delete("commerce")):
        with pytest.raises(DatabaseError, match="never changed or removed"), transaction.atomic("commerce"):
            change(Document.objects.all())


def test_a_later_change_of_the_seller_leaves_what_was_issued_alone(shop: str) -> None:
    Seller.objects.create(channel="home", **SELLER)
    before = pdf(invoiced(a_row()))
    Seller.objects.update(name="Somebody Else", city="Bremen")
    assert pdf(Document.objects.get()) == before
    assert "Somebody Else" in text_of(invoiced(a_row("HOME-2")))


def a_book_and_a_device() -> tuple[Order, dict[str, Any]]:
    """An invoiced order of 226: a book of 107 with 7 %, a device of 119 with 19 %; and the device as cancelled."""
    order = taxed(a_row(), ("7", "7.00"), ("19", "19.00"))
    Order.objects.filter(id=order.id).update(subtotal=226, shipping=0, total=226)
    order.refresh_from_db()
    invoiced(order)
    tax = {"code": "VAT 19", "percent": "19", "amount": "19.00"}
    names = {"sku": "DEVICE", "name": "Device", "options": "", "quantity": "1", "unit_price": "119", "discount": "0"}
    return order, {**names, "percents": ["19"], "taxes": [tax], "tax": "19.00", "total": "119.00"}


def vat(document: Document) -> dict[str, Decimal]:
    return {tax["code"]: Decimal(tax["amount"]) for tax in document.taxes}


def test_a_line_that_goes_back_in_two_refunds_is_credited_its_own_tax_and_no_other(shop: str) -> None:
    order, device = a_book_and_a_device()
    refunds = [new_id(), new_id()]
    together = [str(refund) for refund in refunds]
    found = []
    for refund, amount in zip(refunds, (Decimal(100), Decimal(19)), strict=True):
        with unit_of_work("commerce"):
            note = issue_credit_note(order, refund=refund, amount=amount, lines=[device], together=together)
        assert note is not None and note.lines == []
        found.append(vat(note))
    assert found == [{"VAT 19": Decimal("15.97")}, {"VAT 19": Decimal("3.03")}]


def test_no_more_of_a_tax_is_credited_than_was_invoiced(shop: str) -> None:
    order, device = a_book_and_a_device()
    assert vat(credited(order, "50.00")) == {"VAT 7": Decimal("1.55"), "VAT 19": Decimal("4.20")}
    with unit_of_work("commerce"):
        note = issue_credit_note(order, refund=new_id(), amount=Decimal(119), lines=[device])
    assert note is not None and vat(note) == {"VAT 19": Decimal("14.80")}


def test_a_transaction_that_fails_gives_its_number_back(shop: str) -> None:
    first, second = a_row(), a_row("HOME-2")
    with pytest.raises(ZeroDivisionError), unit_of_work("commerce"):
        issue_invoice(first, [])
        raise ZeroDivisionError
    assert invoiced(second).number == "HOME-INV-100001"
    assert invoiced(first).number == "HOME-INV-100002"


def test_each_channel_and_kind_counts_for_itself(shop: str) -> None:
    order = a_row()
    Order.objects.filter(number=a_row("OTHER-1").number).update(channel="other")
    numbers = [
        invoiced(order).number,
        credited(order, "1.00").number,
        invoiced(Order.objects.get(channel="other")).number,
    ]
    assert numbers == ["HOME-INV-100001", "HOME-CN-100001", "OTHER-INV-100001"]
    assert set(DocumentSequence.objects.values_list("channel", "kind", "next")) == {
        ("home", "invoice", 100002),
        ("home", "credit_note", 100002),
        ("other", "invoice", 100002),
    }


@pytest.mark.django_db(databases=["commerce"], transaction=True)
def test_documents_issued_at_once_are_numbered_without_gap_or_repetition(shop: str) -> None:
    orders = [a_row(f"HOME-{number}") for number in range(8)]

    def issue(order: Order) -> None:
        try:
            with unit_of_work("commerce"):
                issue_invoice(order, [])
                if order.number.endswith("3"):
                    raise ZeroDivisionError
        except ZeroDivisionError:
            pass
        finally:
            connections["commerce"].close()

    threads = [threading.Thread(target=issue, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = sorted(Document.objects.values_list("number", flat=True))
    assert numbers == [f"HOME-INV-{100001 + place}" for place in range(7)]


NAMES = (
    "Nguyễn Thị Phượng Hằng",
    "Jörg Weißenböck-Müller",
    "Zażółć Gęślą Jaźń",
    "Ελένη Παπαδοπούλου",
    "Олександр Ґедзь Їжакевич",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_read_out_of_the_document_in_its_own_script(shop: str, name: str) -> None:
    order = a_row()
    order.delivery = {**ADDRESS, "name": name}
    order.save()
    assert name in text_of(invoiced(order))


def test_a_name_of_decomposed_accents_or_with_markup_is_printed_as_it_is_meant(shop: str) -> None:
    order = a_row()
    order.delivery = {**ADDRESS, "name": "Ngu\u0079e\u0302\u0303n <b>& Co"}
    order.save()
    assert "Nguyễn <b>& Co" in text_of(invoiced(order))


@pytest.mark.parametrize(
    ("locale", "title", "total", "day"),
    [
        ("de_AT", "Rechnung", "€ 1.234,50", "01.12.2026"),
        ("de", "Rechnung", "1.234,50 €", "01.12.2026"),
        ("vi", "Hóa đơn", "1.234,50 €", "1 thg 12, 2026"),
        ("pl", "Faktura", "1 234,50 €", "1 gru 2026"),
        ("en-US", "Invoice", "€1,234.50", "Dec 1, 2026"),
        ("xx", "Invoice", "€1,234.50", "Dec 1, 2026"),
    ],
)
def test_a_document_is_written_as_its_locale_writes(shop: str, locale: str, title: str, total: str, day: str) -> None:
    ChannelCopy.objects.filter(code="home").update(time_zone="Europe/Berlin")
    order = a_row()
    order.locale, order.total, order.captured = locale, Decimal("1234.50"), Decimal(0)
    late = clock.now().replace(year=2026, month=11, day=30, hour=23, minute=30)
    with clock.travel(late):
        text = text_of(invoiced(order))
    assert title in text and total in text and day in text


def test_a_long_order_goes_on_over_pages_with_the_heads_of_its_columns(shop: str) -> None:
    order = a_row(lines=90)
    pages = PdfReader(BytesIO(pdf(invoiced(order)))).pages
    assert len(pages) > 2
    assert all("Unit price" in page.extract_text() for page in pages[:-1])


def test_who_may_read_the_order_reads_its_documents_and_nobody_else(shop: str, books: Books) -> None:
    customer = new_id()
    order, shopper = an_order(customer)
    other, _ = an_order(new_id())
    address = f"/api/v1/{shop}/orders/{order.id}/documents"
    http = as_customer(customer)
    (listed,) = http.get(address).json()["items"]
    assert (listed["kind"], listed["total"], listed["corrects"]) == ("invoice", "24.90", [])
    file = http.get(f"{address}/{listed['number']}.pdf", headers={"Accept": "application/pdf"})
    assert (file.status_code, file["Content-Type"], file.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert file["Cache-Control"] == "private, no-store" and listed["number"] in file["Content-Disposition"]
    guest = {"X-Cart-Secret": shopper.secret}
    assert APIClient().get(address).status_code == 404
    assert APIClient().get(address, headers=guest).status_code == 404  # a customer's cart is not opened by a secret
    assert as_customer(new_id()).get(f"{address}/{listed['number']}.pdf").status_code == 404
    theirs = Document.objects.get(order=other.id).number
    refused = http.get(f"{address}/{theirs}.pdf")
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_document")


def test_a_guest_reads_the_documents_with_the_carts_secret(shop: str, books: Books) -> None:
    order, shopper = an_order()
    address = f"/api/v1/{shop}/orders/{order.id}/documents"
    guest = {"X-Cart-Secret": shopper.secret}
    (listed,) = APIClient().get(address, headers=guest).json()["items"]
    assert APIClient().get(f"{address}/{listed['number']}.pdf", headers=guest).status_code == 200
    assert APIClient().get(f"{address}/{listed['number']}.pdf").status_code == 404


def test_staff_look_at_a_document_and_download_it_and_change_nothing(
    client: Client, shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = sign_in_as(monkeypatch, "commerce.*")
    document = invoiced(a_row())
    page = f"/admin/commerce/document/{document.pk}"
    assert document.number in client.get("/admin/commerce/document/?q=HOME-1").content.decode()
    text = client.get(f"{page}/change/").content.decode()
    assert "Download PDF" in text and "20.00 EUR" in text and "Lindenweg 1" in text
    assert client.get(f"{page}/pdf/").content[:5] == b"%PDF-"
    assert client.post(f"{page}/change/", {"total": "1"}).status_code == 403
    assert client.post(f"{page}/delete/", {"post": "yes"}).status_code == 403
    held.clear()
    held.add("commerce.cart.view")
    assert client.get(f"{page}/pdf/").status_code == 403


def test_staff_enter_who_sells(client: Client, shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in_as(monkeypatch, "commerce.*")
    answer: Any = client.post("/admin/commerce/seller/add/", {"channel": "home", "metadata": "{}", **SELLER})
    assert answer.status_code == 302 and Seller.objects.get().name == "Moor & Söhne"


def test_a_line_shows_its_discount_and_its_taxes(shop: str) -> None:
    order = taxed(a_row(), ("19", "2.39"))
    OrderLine.objects.update(discount=Decimal("1.5"), taxes=order.taxes, options="blue, large")
    text = text_of(invoiced(order))
    for shown in ("blue, large", "Discount: -€1.50", "19 %", "€2.39", "€17.61"):
        assert shown in text

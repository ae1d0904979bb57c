"""Documents in the admin: looked at and downloaded, never changed; and who issues them."""

from functools import update_wrapper
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from chassis.admin import DomainAdmin, LookOnly, shown
from chassis.admin.finding import FoundByKey
from commerce.document.api import sent
from commerce.document.links import pdf_link
from commerce.document.models import KINDS, Document


class DocumentAdmin(FoundByKey, LookOnly):
    """Invoices and credit notes, newest first."""

    search_fields = ("number", "order__number")
    search_help_text = "A document's or an order's number or a part of it, or an id"
    list_display = ("number", "kind_shown", "dated", "order_link", "total_shown", "tax_shown", "file")
    list_filter = (shown.one_of("kind", KINDS), "issued_at")
    list_select_related = ("order",)
    ordering = ("-issued_at", "-id")
    fieldsets = (
        (None, {"fields": (("number", "kind_shown"), ("dated", "issued_at"), ("order_link", "file"), "corrected")}),
        ("Parties", {"fields": (("seller_shown", "buyer_shown"),)}),
        ("Figures", {"fields": ("lines_shown", "figures", "note")}),
    )
    readonly_fields = (
        *("kind_shown", "order_link", "file", "corrected", "seller_shown", "buyer_shown"),
        *("lines_shown", "figures"),
    )

    def get_urls(self) -> list[Any]:
        view = update_wrapper(self.admin_site.admin_view(self.download), self.download.__func__)
        return [path("<path:object_id>/pdf/", view, name="commerce_document_pdf"), *super().get_urls()]

    def download(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The document's file, for who may look at it."""
        document = self.get_object(request, object_id)
        if document is None:
            raise Http404
        if not self.has_view_permission(request, document):
            raise PermissionDenied
        return sent(document)

    @admin.display(description="kind", ordering="kind")
    def kind_shown(self, document: Document) -> str:
        return shown.words(document.kind)

    @admin.display(description="order")
    def order_link(self, document: Document) -> str:
        return shown.link("commerce", "order", document.order_id, document.order.number)

    @admin.display(description="total", ordering="total")
    def total_shown(self, document: Document) -> str:
        return shown.amount(document.total, document.currency)

    @admin.display(description="tax in it")
    def tax_shown(self, document: Document) -> str:
        return shown.amount(document.tax, document.currency)

    @admin.display(description="file")
    def file(self, document: Document) -> str:
        return pdf_link(document, "Download PDF")

    @admin.display(description="for invoice")
    def corrected(self, document: Document) -> str:
        return ", ".join(document.corrects) or shown.NOTHING

    @admin.display(description="seller")
    def seller_shown(self, document: Document) -> str:
        return shown.postal(document.seller)

    @admin.display(description="buyer")
    def buyer_shown(self, document: Document) -> str:
        return shown.postal(document.buyer)

    @admin.display(description="lines")
    def lines_shown(self, document: Document) -> str:
        names = ("sku", "name", "quantity", "discount", "tax", "total")
        return shown.table(names, [[line[name] for name in names] for line in document.lines])

    @admin.display(description="figures")
    def figures(self, document: Document) -> str:
        figures = (document.subtotal, document.shipping, document.tax, document.total)
        row = [shown.amount(figure, document.currency) for figure in figures]
        return shown.table(("goods", "delivery", "tax in it", "total"), [row])


class SellerAdmin(DomainAdmin):
    """Who sells in a channel. A change is for documents that are issued from now on."""

    list_display = ("channel", "name", "city", "country", "vat_number")
    search_fields = ("channel", "name")
    ordering = ("channel",)
    fieldsets = (
        (None, {"fields": ("channel", "name", "street", ("postcode", "city", "country"))}),
        ("On documents", {"fields": ("vat_number", "footer")}),
        ("Notes", {"fields": ("metadata",)}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        found = super().get_readonly_fields(request, obj)
        return found if obj is None else [*found, "channel"]


class DocumentSequenceAdmin(LookOnly):
    """The next number of each channel's documents. Setting one by hand would leave a gap, or give a number twice."""

    list_display = ("channel", "kind", "prefix", "next")
    search_fields = ("channel",)
    ordering = ("channel", "kind")

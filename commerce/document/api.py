"""An order's documents over REST, for whoever may read the order."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chassis.web.pages import CursorPages, page_of
from commerce.checkout.api import SECRET
from commerce.document.models import Document
from commerce.document.pdf import pdf
from commerce.document.queries import document_of, documents_of
from commerce.document.serializers import DocumentBody
from commerce.order.api import readable_order

PDF = "application/pdf"
FILE = {(200, PDF): OpenApiResponse(bytes, description="The document.")}


class PdfRenderer(BaseRenderer):
    """Lets a caller ask for `Accept: application/pdf`; the view writes the answer itself."""

    media_type, format, charset = PDF, "pdf", None

    def render(self, data: Any, media_type: Any = None, context: Any = None) -> Any:
        return data


class OrderDocuments(APIView):
    pagination_class = CursorPages
    page_order = ("-issued_at",)

    @extend_schema(
        operation_id="order_documents", parameters=[SECRET], responses=DocumentBody(many=True), tags=["orders"]
    )
    def get(self, request: Request, view: str, order: UUID) -> Response:
        """The invoices and credit notes of an order.

        For its customer, or for whoever holds the secret of its cart. An invoice is there once the order is paid.
        """
        found = readable_order(request, view=view, order=order)
        return page_of(self, request, documents_of(found.id), DocumentBody)


class OrderDocument(APIView):
    renderer_classes = (JSONRenderer, PdfRenderer)

    @extend_schema(operation_id="order_document", parameters=[SECRET], responses=FILE, tags=["orders"])
    def get(self, request: Request, view: str, order: UUID, number: str) -> HttpResponse:
        """An invoice or a credit note as PDF, by its number or its id.

        It is in the language of the order.
        """
        found = readable_order(request, view=view, order=order)
        return sent(document_of(found.id, number))


def sent(document: Document) -> HttpResponse:
    """The document's file. It holds an address: no cache keeps it."""
    response = HttpResponse(pdf(document), content_type=PDF)
    response["Content-Disposition"] = content_disposition_header(False, f"{document.number}.pdf")
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response

"""Reads of documents."""

from uuid import UUID

from django.db.models import QuerySet

from commerce.document.errors import DocumentUnknown
from commerce.document.models import Document


def documents_of(order: UUID) -> QuerySet[Document]:
    """An order's documents."""
    return Document.objects.filter(order=order)


def document_of(order: UUID, number: str) -> Document:
    """One document of an order by its number, whatever case it is written in; raises DocumentUnknown."""
    found = documents_of(order).select_related("order").filter(number=number.upper()).first()
    if found is None:
        raise DocumentUnknown()
    return found

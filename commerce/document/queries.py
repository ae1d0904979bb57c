"""Reads of documents."""

from uuid import UUID

from django.db.models import QuerySet

from commerce.document.errors import DocumentUnknown
from commerce.document.models import Document


def documents_of(order: UUID) -> QuerySet[Document]:
    """An order's documents."""
    return Document.objects.filter(order=order)


def document_of(order: UUID, number: str) -> Document:
    """One document of an order by its number, whatever case it is written in, or by its id; raises DocumentUnknown.

    An older shop may have given an invoice and a credit note of one order the same number: that is the invoice's.
    """
    mine = documents_of(order).select_related("order")
    found = mine.filter(number__iexact=number).order_by("-kind", "id").first() or mine.filter(id=_id(number)).first()
    if found is None:
        raise DocumentUnknown()
    return found


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

"""Links to documents' files in the admin."""

from django.urls import reverse
from django.utils.html import format_html

from commerce.document.models import Document


def pdf_link(document: Document, text: str = "PDF") -> str:
    """A link to the document's file."""
    address = reverse("admin:commerce_document_pdf", args=[document.pk])
    return format_html('<a href="{}" class="text-primary-700 underline dark:text-primary-400">{}</a>', address, text)

"""What can be refused about a document."""

from chassis.errors import DomainError


class DocumentUnknown(DomainError):
    code, status, title = "unknown_document", 404, "There is no such document."


class DocumentIssued(DomainError):
    code, status, title = "document_issued", 409, "A document that was issued is never changed or removed."

"""Documents on the wire."""

from rest_framework import serializers

from chassis.web.amounts import AmountField
from commerce.document.models import KINDS, Document


class DocumentBody(serializers.ModelSerializer[Document]):
    """An invoice or a credit note. `total` of a credit note is what went back."""

    kind = serializers.ChoiceField(choices=list(KINDS))
    total = AmountField()
    tax = AmountField(help_text="in total already")
    corrects = serializers.ListField(
        child=serializers.CharField(), help_text="numbers of the invoices that a credit note is about"
    )

    historical = serializers.BooleanField(help_text="issued by the shop that was here before")

    class Meta:
        model = Document
        fields = ("id", "number", "kind", "issued_at", "currency", "total", "tax", "corrects", "historical")

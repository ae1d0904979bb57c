"""What staff fill in about gift cards and store credit; the commands decide."""

from decimal import Decimal

from django import forms
from django.forms import ModelForm

from postpurchase.credit.models import GiftCard, StoreCredit

UTC = "UTC, as 2027-12-31 23:59; empty: never"


class IssueForm(ModelForm):  # type: ignore[type-arg]
    """A new card: its code is shown once, after it was issued."""

    amount = forms.DecimalField(min_value=Decimal(0), max_digits=18, decimal_places=4)

    class Meta:
        model = GiftCard
        fields = ("currency", "expires_at", "note")


class ExtendForm(forms.Form):
    """Until when it pays from now on."""

    expires_at = forms.DateTimeField(required=False, help_text=UTC)


class OpenForm(ModelForm):  # type: ignore[type-arg]
    """The first credit of a customer in a currency; who has some already gets more of it."""

    holder = forms.UUIDField(label="Customer", help_text="Their id.")
    amount = forms.DecimalField(min_value=Decimal(0), max_digits=18, decimal_places=4)
    why = forms.CharField(max_length=200)

    class Meta:
        model = StoreCredit
        fields = ("currency",)


class GrantForm(forms.Form):
    """More, or less where the amount is below zero."""

    amount = forms.DecimalField(max_digits=18, decimal_places=4, help_text="Below zero it is taken off.")
    why = forms.CharField(max_length=200)

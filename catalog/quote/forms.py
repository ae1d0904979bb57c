"""What staff fill in to try a rule."""

from decimal import Decimal
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget

from catalog.product.models import View
from catalog.promotion.errors import InvalidRule
from catalog.quote.trying import Example, lines_from
from contracts.catalog import Buyer


class ExampleForm(forms.Form):
    """A cart to try a rule on."""

    view = forms.ChoiceField(
        choices=lambda: [(code, code) for code in View.objects.order_by("code").values_list("code", flat=True)]
    )
    lines = forms.CharField(
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}), help_text="a line each: SKU, a blank, quantity"
    )
    country = forms.RegexField(r"^[A-Z]{2}$", required=False, help_text="two capitals; empty: the channel's first")
    city = forms.CharField(max_length=200, required=False)
    customer_group = forms.CharField(max_length=100, required=False)
    codes = forms.CharField(max_length=400, required=False, help_text="coupons, with commas between")
    shipping = forms.DecimalField(min_value=0, max_value=100_000, decimal_places=4, required=False)
    shipping_method = forms.CharField(max_length=100, required=False)
    payment_method = forms.CharField(max_length=100, required=False)
    at = forms.DateTimeField(required=False, help_text="UTC; empty: now")

    def clean_lines(self) -> Any:
        try:
            return lines_from(self.cleaned_data["lines"])
        except InvalidRule as refusal:
            raise forms.ValidationError(refusal.detail) from None

    def example(self) -> Example:
        """The cart as it was filled in."""
        data = self.cleaned_data
        return Example(
            channel=View.objects.values_list("channel__code", flat=True).get(code=data["view"]),
            view=data["view"],
            lines=data["lines"],
            country=data["country"],
            customer_group=data["customer_group"],
            shipping=data["shipping"] or Decimal(0),
            buyer=Buyer(
                codes=tuple(filter(None, (code.strip() for code in data["codes"].split(",")))),
                city=data["city"],
                shipping_method=data["shipping_method"],
                payment_method=data["payment_method"],
            ),
            at=data["at"],
        )

"""What staff fill in: a rule with its conditions as JSON, an example to try it on, coupons."""

import json
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget

from catalog.catalog.models import Channel, View
from catalog.promotion.commands import SaveRule, checked
from catalog.promotion.errors import InvalidRule
from catalog.promotion.models import PromotionRule
from catalog.promotion.trying import Example, lines_from
from contracts.catalog import Buyer

WRITTEN = (
    *("name", "labels", "priority", "exclusive_group", "stop", "currency", "channels", "customer_groups"),
    *("starts_at", "ends_at", "condition", "actions"),
    *("needs_coupon", "uses_limit", "uses_per_customer", "budget"),
)


class WideJSONField(forms.JSONField):
    """JSON on many lines, indented: a tree is to be read."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 16, "spellcheck": "false", "style": "font-family: monospace"})

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str):
            return value  # as it was typed, so that a mistake can be mended
        return json.dumps(value, indent=2, ensure_ascii=False)


class RuleForm(forms.ModelForm):
    """A rule; whether it makes sense is said by the command that writes it, at the place that does not."""

    condition = WideJSONField(
        initial={"type": "all", "of": []},
        help_text="{type: all | any | not | cart | customer_group | signed_in | address | shipping | payment | date | "
        "weekday | hours | lines | sum}; under where and target: {type: line | product | reduced | attribute | "
        "attribute_number}. See the guide of catalog for all of them with examples.",
    )
    actions = WideJSONField(
        initial=[{"type": "percent", "percent": "10"}],
        help_text="[{type: percent | amount | fixed_price | buy_get | cheapest_free | tiered | gift | free_shipping}]",
    )
    channels = forms.MultipleChoiceField(
        required=False,
        choices=lambda: [(code, code) for code in Channel.objects.order_by("code").values_list("code", flat=True)],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="none: all",
    )

    class Meta:
        model = PromotionRule
        fields = ("kind", *WRITTEN)

    def clean(self) -> Any:
        cleaned = super().clean()
        if not self.errors:
            try:
                checked(self.command())
            except InvalidRule as refusal:
                name, _, place = (refusal.field or "").removeprefix("/").partition("/")
                where = f"At {place}: " if place else ""
                self.add_error(name if name in self.fields else None, f"{where}{refusal.detail}")
        return cleaned

    def command(self) -> SaveRule:
        """The rule as it was filled in."""
        data = self.cleaned_data
        lists = {name: tuple(data.get(name) or ()) for name in ("channels", "customer_groups")}
        return SaveRule(
            **{name: data[name] for name in WRITTEN if name in data and name not in lists},
            **lists,
            kind=data.get("kind") or self.instance.kind,
            id=self.instance.id,
        )


class CouponForm(forms.Form):
    """A code of its own."""

    code = forms.CharField(max_length=60)
    uses_limit = forms.IntegerField(min_value=1, required=False, help_text="how often it can be used; empty: always")
    ends_at = forms.DateTimeField(required=False, help_text="UTC, as 2026-12-31 23:59")


class BatchForm(forms.Form):
    """Many random codes, made in the background."""

    wanted = forms.IntegerField(min_value=1, label="how many")
    prefix = forms.CharField(max_length=20, required=False)
    length = forms.IntegerField(min_value=8, max_value=32, initial=10, help_text="random characters after the prefix")
    uses_limit = forms.IntegerField(min_value=1, required=False, initial=1, help_text="of each code; empty: always")
    ends_at = forms.DateTimeField(required=False, help_text="UTC, as 2026-12-31 23:59")


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
            shipping=data["shipping"] or 0,
            buyer=Buyer(
                codes=tuple(filter(None, (code.strip() for code in data["codes"].split(",")))),
                city=data["city"],
                shipping_method=data["shipping_method"],
                payment_method=data["payment_method"],
            ),
            at=data["at"],
        )

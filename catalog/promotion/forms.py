"""What staff fill in: a rule with its conditions as JSON, coupons."""

import json
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget

from catalog.product.models import Channel
from catalog.promotion.commands import SaveRule, checked
from catalog.promotion.errors import InvalidRule
from catalog.promotion.models import PromotionRule

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

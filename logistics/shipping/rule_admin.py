"""What single products do to delivery, and days without work, in the admin. No copy is kept: forms may edit it."""

from typing import Any

from django import forms
from django.contrib import admin

from chassis.admin import DomainAdmin, shown
from logistics.shipping.models import ShippingRule
from logistics.warehouse.queries import channels


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """A rule that does something, for a method of its own channel."""

    def clean(self) -> dict[str, Any]:
        """Its method belongs to its channel."""
        data = super().clean() or {}
        method = data.get("method")
        if method is not None and method.channel != data.get("channel"):
            self.add_error("method", "This method is another channel's.")
        if not data.get("refused") and not data.get("surcharge"):
            raise forms.ValidationError("A rule adds a surcharge or refuses the product.")
        return data


class RuleAdmin(DomainAdmin):
    """Products that cost more to deliver, or are not sent by a method."""

    form = RuleForm
    list_display = ("sku", "channel", "by", "surcharge_shown", "refused")
    list_select_related = ("method",)
    list_filter = (shown.one_of("channel", channels), "refused")
    search_fields = ("sku",)
    ordering = ("channel", "sku")
    fields = (("channel", "sku"), "method", ("surcharge", "per_unit"), "refused", "metadata")

    @admin.display(description="method")
    def by(self, rule: ShippingRule) -> str:
        return rule.method.name if rule.method else "all"

    @admin.display(description="surcharge", ordering="surcharge")
    def surcharge_shown(self, rule: ShippingRule) -> str:
        each = " a unit" if rule.per_unit else ""
        return f"{rule.surcharge.normalize():f}{each}" if rule.surcharge else shown.NOTHING


class ClosedDayAdmin(DomainAdmin):
    """Days on which a channel's parcels neither leave nor arrive, beside Saturdays and Sundays."""

    list_display = ("day", "name", "channel")
    list_filter = (shown.one_of("channel", channels),)
    ordering = ("-day",)
    fields = ("channel", "day", "name", "metadata")

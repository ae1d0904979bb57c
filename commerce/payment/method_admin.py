"""Ways to pay in the admin. Orders keep what they need of one, so that it may be edited and deleted."""

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from chassis.admin import DomainAdmin, DomainTabularInline
from commerce.payment.models import CARD, PaymentMethod, PaymentMethodText
from commerce.payment.providers.registry import PROVIDERS, chosen, usable


class MethodForm(forms.ModelForm):  # type: ignore[type-arg]
    """A method whose countries are a list of codes, and whose provider, of a card, is one that is set up."""

    def clean_countries(self) -> list[str]:
        """ISO 3166-1 alpha-2 codes, in order, each once."""
        given = self.cleaned_data["countries"] or []
        known = isinstance(given, list) and all(re.fullmatch("[A-Z]{2}", str(code)) for code in given)
        if not known:
            raise forms.ValidationError('A list of ISO 3166-1 alpha-2 codes: ["DE", "AT"].')
        return sorted(set(given))

    def clean(self) -> Any:
        data = super().clean() or self.cleaned_data
        least, most = data.get("least"), data.get("most")
        if least is not None and most is not None and least > most:
            self.add_error("most", "It is less than the least.")
        provider, code = data.get("provider"), data.get("code") or self.instance.code
        if provider and code != CARD:
            self.add_error("provider", "Only the card has a provider.")
        elif provider and not usable(provider):
            names = ", ".join(sorted(name for name in PROVIDERS if usable(name)))
            self.add_error("provider", f"It is not set up here; these are: {names}. Empty is {chosen()}.")
        return data


class TextInline(DomainTabularInline):
    model = PaymentMethodText
    verbose_name_plural = "texts of views that have their own"
    fields = ("view", "name", "instructions")
    extra = 0


class PaymentMethodAdmin(DomainAdmin):
    """Ways to pay by hand, and for what the card is offered."""

    form = MethodForm
    list_display = ("name", "code", "channel", "reach", "provider", "goods_first", "active")
    list_filter = ("active", "goods_first")
    search_fields = ("code", "name", "channel")
    ordering = ("channel", "position", "code")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("channel", "code"),
                    ("name", "position"),
                    "instructions",
                    ("active", "goods_first"),
                    "provider",
                )
            },
        ),
        ("Offered for", {"fields": ("countries", ("least", "most"))}),
        ("Notes", {"fields": ("metadata",)}),
    )
    inlines = (TextInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        found = super().get_readonly_fields(request, obj)
        return found if obj is None else [*found, "channel", "code"]

    @admin.display(description="countries")
    def reach(self, method: PaymentMethod) -> str:
        return ", ".join(method.countries) or "all"

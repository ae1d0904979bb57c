"""Zones and delivery methods with their rates in the admin. Nothing keeps a copy of them, so forms may edit them."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from chassis.admin import DomainAdmin, DomainTabularInline, shown
from logistics.shipping.checking import problem_of_countries, problem_of_method, problem_of_postcodes
from logistics.shipping.models import (
    DELIVERY,
    PICKUP,
    ShippingRate,
    ShippingZone,
)
from logistics.shipping.rates import BASES, problem_of
from logistics.warehouse.queries import channels


class ZoneForm(forms.ModelForm):  # type: ignore[type-arg]
    """A zone whose countries are a list of codes."""

    def clean_countries(self) -> list[str]:
        """ISO 3166-1 alpha-2 codes, in order, each once."""
        given = self.cleaned_data["countries"] or []
        if wrong := problem_of_countries(given):
            raise forms.ValidationError(wrong)
        return sorted(set(given))

    def clean_postcodes(self) -> list[str]:
        """Beginnings of postcodes, in order, each once."""
        given = self.cleaned_data["postcodes"] or []
        if wrong := problem_of_postcodes(given, self.cleaned_data.get("countries") or []):
            raise forms.ValidationError(wrong)
        return sorted(set(given))


class ZoneAdmin(DomainAdmin):
    """Countries of a channel that share rates."""

    form = ZoneForm
    list_display = ("code", "name", "channel", "reach")
    list_filter = (shown.one_of("channel", channels),)
    search_fields = ("code", "name")
    ordering = ("channel", "code")
    fields = ("channel", "code", "name", "countries", "postcodes", "metadata")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        for name in {"countries", "postcodes"} & form.base_fields.keys():
            form.base_fields[name].required = False  # none: every country that no other zone names, all of it
        return form

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # rates point here

    @admin.display(description="countries")
    def reach(self, zone: ShippingZone) -> str:
        where = ", ".join(zone.countries) or "everywhere else"
        return f"{where} {', '.join(zone.postcodes)}…" if zone.postcodes else where


class StepsField(forms.CharField):
    """A table of prices: a line per step, from what on and for how much."""

    widget = forms.Textarea(attrs={"rows": 3, "cols": 18})

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(f"{start} {price}" for start, price in value)

    def clean(self, value: Any) -> list[list[str]]:
        steps = []
        for line in super().clean(value).splitlines():
            try:
                start, price = map(Decimal, line.split())
            except (InvalidOperation, ValueError):
                raise forms.ValidationError("A line each: from what on, a blank, the price.") from None
            steps.append([str(start), str(price)])
        return steps


class RateForm(forms.ModelForm):  # type: ignore[type-arg]
    """A rate whose table fits what it goes by."""

    basis = forms.ChoiceField(choices=[(basis, basis) for basis in BASES])
    steps = StepsField(required=False)

    def clean(self) -> dict[str, Any]:
        """The whole table, once each field is one."""
        data = super().clean() or {}
        if "steps" in data and "basis" in data and "most" in data:
            steps = [(Decimal(start), Decimal(price)) for start, price in data["steps"]]
            if wrong := problem_of(basis=data["basis"], steps=steps, most=data["most"]):
                self.add_error("steps", wrong)
        return data


class RateInline(DomainTabularInline):
    model = ShippingRate
    form = RateForm
    hide_title = True
    fields = ("zone", "basis", "price", "steps", "most", "currency", "free_from")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("zone", "method")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "free_from":
            field.required = False
        if db_field.name == "currency":
            field.validators.append(forms.fields.validators.RegexValidator("^[A-Z]{3}$", "Three capital letters."))
        return field


class MethodForm(forms.ModelForm):  # type: ignore[type-arg]
    """A method whose parts fit each other."""

    kind = forms.ChoiceField(choices=[(DELIVERY, "delivered"), (PICKUP, "collected at a source")])

    def clean(self) -> dict[str, Any]:
        """Kind and source, and days in order."""
        data = super().clean() or {}
        wrong = problem_of_method(
            kind=data.get("kind", DELIVERY),
            has_source=data.get("pickup_source") is not None,
            handling=data.get("handling_days") or 0,
            least=data.get("days_least"),
            most=data.get("days_most"),
        )
        if wrong:
            raise forms.ValidationError(wrong)
        return data


class MethodAdmin(DomainAdmin):
    """Ways to deliver in a channel, and to collect."""

    form = MethodForm
    list_display = ("code", "name", "channel", "kind", "position", "active")
    list_filter = (shown.one_of("channel", channels), shown.one_of("kind", (DELIVERY, PICKUP)), "active")
    search_fields = ("code", "name")
    ordering = ("channel", "position", "code")
    fields = (
        ("channel", "code"),
        ("name", "carrier"),
        ("kind", "pickup_source"),
        ("handling_days", "days_least", "days_most", "cut_off"),
        ("position", "active"),
        "metadata",
    )
    inlines = (RateInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *(["channel", "code"] if obj else [])]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # orders keep its code: switch it off instead

"""Zones and delivery methods with their rates in the admin. Nothing keeps a copy of them, so forms may edit them."""

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from chassis.admin import DomainAdmin, DomainTabularInline, shown
from logistics.shipping.errors import BadCountry
from logistics.shipping.models import ShippingRate, ShippingZone
from logistics.warehouse.admin import channels


class ZoneForm(forms.ModelForm):  # type: ignore[type-arg]
    """A zone whose countries are a list of codes."""

    def clean_countries(self) -> list[str]:
        """ISO 3166-1 alpha-2 codes, in order, each once."""
        given = self.cleaned_data["countries"] or []
        if not isinstance(given, list) or not all(re.fullmatch("[A-Z]{2}", str(code)) for code in given):
            raise forms.ValidationError(BadCountry.title)
        return sorted(set(given))


class ZoneAdmin(DomainAdmin):
    """Countries of a channel that share rates."""

    form = ZoneForm
    list_display = ("code", "name", "channel", "reach")
    list_filter = (shown.one_of("channel", channels),)
    search_fields = ("code", "name")
    ordering = ("channel", "code")
    fields = ("channel", "code", "name", "countries", "metadata")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if "countries" in form.base_fields:
            form.base_fields["countries"].required = False  # none: every country that no other zone names
        return form

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # rates point here

    @admin.display(description="countries")
    def reach(self, zone: ShippingZone) -> str:
        return ", ".join(zone.countries) or "everywhere else"


class RateInline(DomainTabularInline):
    model = ShippingRate
    hide_title = True
    fields = ("zone", "price", "currency", "free_from")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("zone", "method")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "free_from":
            field.required = False
        if db_field.name == "currency":
            field.validators.append(forms.fields.validators.RegexValidator("^[A-Z]{3}$", "Three capital letters."))
        return field


class MethodAdmin(DomainAdmin):
    """Ways to deliver in a channel."""

    list_display = ("code", "name", "channel", "position", "active")
    list_filter = (shown.one_of("channel", channels), "active")
    search_fields = ("code", "name")
    ordering = ("channel", "position", "code")
    fields = ("channel", "code", "name", "position", "active", "metadata")
    inlines = (RateInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *(["channel", "code"] if obj else [])]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # orders keep its code: switch it off instead

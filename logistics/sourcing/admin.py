"""How channels choose among sources, where postcodes lie and what parcels cost. No copy is kept: forms may edit it."""

import re
from typing import Any

from django import forms

from chassis.admin import DomainAdmin, shown
from logistics.sourcing.strategies import STRATEGIES
from logistics.warehouse.queries import channels


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """The strategies that there are, and channels that there are."""

    strategy = forms.ChoiceField(choices=[(code, one.title) for code, one in STRATEGIES.items()])

    def clean_channel(self) -> str:
        """A channel is one that catalog has told of."""
        channel = str(self.cleaned_data["channel"])
        if channel not in channels():
            raise forms.ValidationError("There is no channel of this code.")
        return channel


class CountryForm(forms.ModelForm):  # type: ignore[type-arg]
    """A row about a country."""

    def clean_country(self) -> str:
        """ISO 3166-1 alpha-2, or nothing where the field may be empty."""
        country = str(self.cleaned_data["country"])
        if country and not re.fullmatch("[A-Z]{2}", country):
            raise forms.ValidationError("A country is two capital letters (ISO 3166-1).")
        return country

    def clean_area(self) -> str:
        """Postcodes are compared in capitals."""
        return str(self.cleaned_data["area"]).upper()


class SourcingAdmin(DomainAdmin):
    """Which source a channel's reservations are taken from. Priorities are set at the sources."""

    form = PolicyForm
    list_display = ("channel", "strategy_shown")
    ordering = ("channel",)
    fields = ("channel", "strategy", "metadata")

    def strategy_shown(self, policy: Any) -> str:
        return shown.words(policy.strategy)

    strategy_shown.short_description = "strategy"  # type: ignore[attr-defined]


class PlaceAdmin(DomainAdmin):
    """Where postcodes lie. Of a country without any its middle counts."""

    form = CountryForm
    list_display = ("country", "area", "latitude", "longitude")
    list_filter = ("country",)
    search_fields = ("country", "area")
    ordering = ("country", "area")
    fields = ("country", "area", ("latitude", "longitude"), "metadata")


class ParcelCostAdmin(DomainAdmin):
    """What a parcel costs the shop, by source and country."""

    form = CountryForm
    list_display = ("source", "country_shown", "amount")
    list_select_related = ("source",)
    list_filter = ("source",)
    ordering = ("source__code", "country")
    fields = ("source", "country", "amount", "metadata")

    def country_shown(self, cost: Any) -> str:
        return cost.country or "everywhere else"

    country_shown.short_description = "country"  # type: ignore[attr-defined]

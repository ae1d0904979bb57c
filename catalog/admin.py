"""Catalog in the admin. What has rules beyond its own row is changed by commands, offered as buttons."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest

from catalog.catalog.commands import channel_changed, view_changed
from catalog.catalog.models import Attribute, AttributeOption, Category, Channel, Media, Product, View
from catalog.catalog.products import PublishProduct, publish_product
from catalog.catalog.rebuilding import rebuild_all
from catalog.pricing.commands import PriceInput, SetPrice, set_price
from catalog.pricing.models import Price, TaxRate
from chassis.admin import DomainAdmin, DomainTabularInline, Transition, register_messaging, site
from chassis.unit_of_work import publish


class PublishForm(forms.Form):
    """Where a product shall be sold."""

    channels = forms.CharField(help_text="Codes of channels, separated by commas.")


class PriceForm(forms.Form):
    """A new base price; special prices of the channel end with it."""

    channel = forms.CharField()
    amount = forms.DecimalField(min_value=Decimal(0), max_digits=20, decimal_places=6)


def _publish(product: Product, data: Mapping[str, Any]) -> None:
    channels = tuple(code.strip() for code in data["channels"].split(",") if code.strip())
    publish_product(PublishProduct(sku=product.sku, channels=channels))


def _withdraw(product: Product, _: Mapping[str, Any]) -> None:
    publish_product(PublishProduct(sku=product.sku, channels=()))


def _price(product: Product, data: Mapping[str, Any]) -> None:
    set_price(SetPrice(sku=product.sku, price=PriceInput(channel=data["channel"], amount=data["amount"])))


class Shown(DomainTabularInline):
    """Rows that are looked at here and written by commands."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PriceInline(Shown):
    model = Price
    fields = ("channel", "currency", "kind", "amount", "starts_at", "ends_at")


class MediaInline(Shown):
    model = Media
    fields = ("path", "roles", "position", "hidden")


class OptionInline(Shown):
    model = AttributeOption
    fields = ("code", "labels", "swatch", "position")


class Defined(DomainAdmin):
    """Made by commands (importers, the demo shop); never added or deleted by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ChannelAdmin(Defined):
    list_display = ("code", "name", "currency", "time_zone", "active")
    fields = ("code", "name", "currency", "time_zone", "countries", "prices_include_tax", "active", "metadata")
    state_fields = ("code", "currency", "time_zone", "countries", "prices_include_tax")

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        publish(channel_changed(obj), aggregate_id=obj.id, aggregate_version=obj.version, channel=obj.code)
        rebuild_all()


class ViewAdmin(Defined):
    list_display = ("code", "name", "channel", "locale", "active")
    list_select_related = ("channel",)
    fields = ("code", "name", "channel", "locale", "root", "active", "metadata")
    state_fields = ("code", "channel", "locale", "root")

    def save_model(self, request: HttpRequest, obj: View, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        event = view_changed(obj, channel=obj.channel.code)
        publish(event, aggregate_id=obj.id, aggregate_version=obj.version, channel=obj.channel.code)
        rebuild_all()


class AttributeAdmin(Defined):
    list_display = ("code", "kind", "scope", "filterable", "searchable", "position")
    list_filter = ("kind", "filterable", "searchable")
    search_fields = ("code",)
    fields = (
        *("code", "kind", "scope", "labels", "unit", "required"),
        *("filterable", "searchable", "visible", "position", "metadata"),
    )
    state_fields = ("code", "kind", "scope", "labels")
    inlines = (OptionInline,)

    def save_model(self, request: HttpRequest, obj: Attribute, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        rebuild_all()


class CategoryAdmin(Defined):
    list_display = ("code", "parent", "position", "active")
    list_select_related = ("parent",)
    search_fields = ("code",)
    fields = ("code", "parent", "texts", "position", "active", "metadata")
    state_fields = ("code", "parent", "texts", "position", "active")


class ProductAdmin(Defined):
    list_display = ("sku", "kind", "channels", "tax_class", "changed_at")
    list_filter = ("kind", "tax_class")
    search_fields = ("sku", "sku_key")
    fields = ("sku", "kind", "parent", "texts", "values", "axes", "channels", "tax_class", "metadata")
    state_fields = ("sku", "kind", "parent", "texts", "values", "axes", "channels", "tax_class")
    inlines = (PriceInline, MediaInline)
    transitions = (
        Transition(
            name="publish",
            title="Publish",
            run=_publish,
            form=PublishForm,
            when=lambda product: product.parent_id is None,
            explanation="Sold in exactly these channels from now on.",
        ),
        Transition(
            name="withdraw",
            title="Take off sale",
            run=_withdraw,
            when=lambda product: product.parent_id is None and bool(product.channels),
            dangerous=True,
            explanation="Its page disappears from every channel.",
        ),
        Transition(
            name="price", title="Set price", run=_price, form=PriceForm, explanation="Shown and charged at once."
        ),
    )


class TaxRateAdmin(DomainAdmin):
    list_display = ("channel", "country", "tax_class", "rate")
    list_filter = ("channel", "country")


site.register(Channel, ChannelAdmin)
site.register(View, ViewAdmin)
site.register(Attribute, AttributeAdmin)
site.register(Category, CategoryAdmin)
site.register(Product, ProductAdmin)
site.register(TaxRate, TaxRateAdmin)
register_messaging("catalog")

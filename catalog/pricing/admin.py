"""Prices, price lists and taxes in the admin. Histories are looked at; what has rules is done by buttons."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from catalog.pricing.commands import PriceInput, SetPrice, set_price
from catalog.pricing.lists import (
    ListPriceInput,
    SetListPrices,
    clear_list_prices,
    follow,
    known_groups,
    reprice,
    set_list_prices,
)
from catalog.pricing.models import Price, PriceList, PricePoint, TaxArea, TaxPolicy, TaxRate
from chassis import clock
from chassis.admin import DomainAdmin, DomainTabularInline, LookOnly, ShownInline, Transition, shown


def channels() -> Iterable[str]:
    """Codes of the channels, for list filters."""
    from catalog.product.models import Channel

    return Channel.objects.order_by("code").values_list("code", flat=True)


def tax_classes() -> Iterable[str]:
    """Classes that have a rate, for list filters."""
    return TaxRate.objects.order_by("tax_class").values_list("tax_class", flat=True).distinct()


class PriceForm(forms.Form):
    """A new base price; special prices of the channel end with it, those of price lists stay."""

    channel = forms.ChoiceField(choices=lambda: [(code, code) for code in channels()])
    amount = forms.DecimalField(min_value=Decimal(0), max_digits=20, decimal_places=6)


def price_button(product: Any, data: Mapping[str, Any]) -> None:
    """Set the base price of a product."""
    set_price(SetPrice(sku=product.sku, price=PriceInput(channel=data["channel"], amount=data["amount"])))


class PriceInline(ShownInline):
    """All prices of a product."""

    model = Price
    ordering = ("channel", "kind", "price_list__code", "min_quantity", "starts_at")
    fields = ("channel", "kind", "price_list", "min_quantity_shown", "amount_shown", "starts_at", "ends_at")
    readonly_fields = ("min_quantity_shown", "amount_shown")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("price_list")

    @admin.display(description="from")
    def min_quantity_shown(self, price: Price) -> str:
        return shown.quantity(price.min_quantity) if price.kind == Price.LIST else shown.NOTHING

    @admin.display(description="amount")
    def amount_shown(self, price: Price) -> str:
        return _amount(price)


class ListedInline(ShownInline):
    """What is in a price list."""

    model = Price
    verbose_name_plural = "prices"
    per_page = 50
    ordering = ("product__sku_key", "min_quantity")
    fields = ("product_link", "min_quantity_shown", "amount_shown")
    readonly_fields = ("product_link", "min_quantity_shown", "amount_shown")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("product")

    @admin.display(description="SKU")
    def product_link(self, price: Price) -> str:
        return shown.link("catalog", "product", price.product_id, price.product.sku)

    @admin.display(description="from")
    def min_quantity_shown(self, price: Price) -> str:
        return shown.quantity(price.min_quantity)

    @admin.display(description="amount")
    def amount_shown(self, price: Price) -> str:
        return _amount(price)


def _amount(price: Price) -> str:
    if price.percent is not None:
        return f"{price.percent.normalize():f} % off"
    return shown.amount(price.amount, price.currency)


class ListPriceForm(forms.Form):
    """A product's only price in the list: an amount, or percent off its base price."""

    sku = forms.CharField(label="SKU")
    min_quantity = forms.DecimalField(initial=1, min_value=Decimal("0.0001"), max_digits=12, decimal_places=4)
    amount = forms.DecimalField(required=False, min_value=Decimal(0), max_digits=20, decimal_places=6)
    percent = forms.DecimalField(required=False, min_value=Decimal(0), max_value=100, max_digits=7, decimal_places=4)


class SkuForm(forms.Form):
    sku = forms.CharField(label="SKU")


def _put(price_list: PriceList, data: Mapping[str, Any]) -> None:
    price = ListPriceInput(
        sku=data["sku"], min_quantity=data["min_quantity"], amount=data["amount"], percent=data["percent"]
    )
    set_list_prices(SetListPrices(price_list=price_list.code, prices=(price,)))


def _take_out(price_list: PriceList, data: Mapping[str, Any]) -> None:
    clear_list_prices(price_list.code, [data["sku"]])


class PriceListAdmin(DomainAdmin):
    list_display = ("code", "name", "channel", "groups", "priority", "starts_at", "ends_at", "active")
    list_filter = (shown.one_of("channel", channels), "active")
    search_fields = ("code", "name")
    ordering = ("code",)
    fields = (
        *(("code", "name"), ("channel", "currency"), "groups", "starts_at", "ends_at"),
        *(("priority", "replaces", "active"), "grid", "metadata"),
    )
    readonly_fields = ("grid",)
    inlines = (ListedInline,)
    transitions = (
        Transition(
            name="price", title="Set a price", run=_put, form=ListPriceForm, explanation="Replaces its others here."
        ),
        Transition(name="take_out", title="Take a product out", run=_take_out, form=SkuForm),
    )

    @admin.display(description="its prices")
    def grid(self, price_list: PriceList) -> str:
        if price_list._state.adding:
            return shown.NOTHING
        return shown.listing("catalog", "price", "edit all", price_list__code=price_list.code)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = ["code", "channel", "currency"] if obj else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        return _channel_field(db_field) or super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: PriceList, form: Any, change: bool) -> None:
        before = known_groups()
        obj.changed_at = clock.now()
        super().save_model(request, obj, form, change)
        follow(obj, known=before)


class PricePointAdmin(LookOnly):
    """What prices were, for everybody and for groups with prices of their own."""

    list_display = ("product_link", "channel", "customer_group", "amount_shown", "lowest_shown", "starts_at", "ends_at")
    list_filter = (shown.one_of("channel", channels),)
    search_fields = ("product_id",)
    search_help_text = "A product's id"
    ordering = ("-id",)
    fields = ("product_link", "channel", "customer_group", "amount_shown", "lowest_shown", "starts_at", "ends_at")
    readonly_fields = ("product_link", "amount_shown", "lowest_shown")

    @admin.display(description="product")
    def product_link(self, point: PricePoint) -> str:
        return shown.link("catalog", "product", point.product_id)

    @admin.display(description="amount")
    def amount_shown(self, point: PricePoint) -> str:
        return shown.amount(point.amount, point.currency)

    @admin.display(description="lowest of 30 days before")
    def lowest_shown(self, point: PricePoint) -> str:
        return shown.amount(point.lowest_before, point.currency)


class AreaInline(DomainTabularInline):
    model = TaxArea
    fields = ("country", "region", "postcodes")


class TaxZoneAdmin(DomainAdmin):
    list_display = ("code", "name")
    search_fields = ("code", "name", "areas__country")
    ordering = ("code",)
    fields = ("code", "name")
    inlines = (AreaInline,)


class TaxRateAdmin(DomainAdmin):
    list_display = ("channel", "zone", "tax_class", "code", "rate", "priority", "on_subtotal")
    list_select_related = ("zone",)
    list_filter = (shown.one_of("channel", channels), shown.one_of("tax_class", tax_classes))
    search_fields = ("zone__code", "tax_class", "code")
    ordering = ("channel", "zone__code", "tax_class", "priority", "code")
    fields = (("channel", "zone"), ("tax_class", "code"), ("rate", "priority", "on_subtotal"))

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        return _channel_field(db_field) or super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: TaxRate, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        reprice({"channel": obj.channel})


class TaxPolicyAdmin(DomainAdmin):
    list_display = ("channel", "rounding", "display", "exempt")
    search_fields = ("channel",)
    ordering = ("channel",)
    fields = (
        *("channel", ("rounding", "display"), ("home_country", "home_region", "home_postcode", "same_price_abroad")),
        *(("after_discount", "discount_with_tax"), ("shipping_with_tax", "shipping_class"), "exempt"),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *(["channel"] if obj else [])]

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        return _channel_field(db_field) or super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: TaxPolicy, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        reprice({"channel": obj.channel})


def _channel_field(db_field: Any) -> forms.ChoiceField | None:
    """A channel is chosen, not typed."""
    if db_field.name != "channel":
        return None
    return forms.ChoiceField(choices=lambda: [(code, code) for code in channels()])

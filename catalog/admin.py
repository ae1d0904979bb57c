"""Catalog in the admin. What has rules beyond its own row is changed by commands, offered as buttons."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from catalog.catalog.collections.admin import SET_RULE
from catalog.catalog.commands import channel_changed, view_changed
from catalog.catalog.composition.admin import FilesInline, LinksInline, OptionsInline, PublicationInline
from catalog.catalog.content.admin import ContentAdmin
from catalog.catalog.content.models import Content
from catalog.catalog.downloads.admin import DownloadGrantAdmin
from catalog.catalog.downloads.models import DownloadGrant
from catalog.catalog.exchange.admin import ProductImportAdmin
from catalog.catalog.exchange.models import ProductImport
from catalog.catalog.inputs import PublishProduct
from catalog.catalog.models import (
    Attribute,
    AttributeOption,
    Category,
    Channel,
    Media,
    Product,
    ProductCategory,
    ProductType,
    View,
)
from catalog.catalog.publication.admin import TRANSITIONS as PLANS
from catalog.catalog.publication.preview import preview_token
from catalog.catalog.publishing import publish_product
from catalog.catalog.rebuilding import rebuild_all
from catalog.catalog.reviews.admin import ReviewAdmin
from catalog.catalog.reviews.models import Review
from catalog.pricing.admin import (
    PriceForm,
    PriceInline,
    PriceListAdmin,
    PricePointAdmin,
    TaxPolicyAdmin,
    TaxRateAdmin,
    TaxZoneAdmin,
    channels,
    price_button,
    tax_classes,
)
from catalog.pricing.models import PriceList, PricePoint, TaxPolicy, TaxRate, TaxZone
from catalog.promotion.admin import BatchAdmin, CouponAdmin, RedemptionAdmin, RuleAdmin
from catalog.promotion.models import Coupon, CouponBatch, PromotionRule, Redemption
from catalog.search.steering.admin import MerchandisingAdmin, RedirectAdmin, SynonymAdmin
from catalog.search.steering.models import MerchandisingRule, SearchRedirect, Synonym
from chassis.admin import Defined, ShownInline, Transition, register_messaging, shown, site
from chassis.unit_of_work import publish


def publish_form(product: Product) -> type[forms.Form]:
    """Where a product shall be sold."""

    class PublishForm(forms.Form):
        channels = forms.MultipleChoiceField(
            choices=[(code, code) for code in channels()],
            initial=product.channels,
            widget=UnfoldAdminCheckboxSelectMultipleWidget,
        )

    return PublishForm


def _publish(product: Product, data: Mapping[str, Any]) -> None:
    publish_product(PublishProduct(sku=product.sku, channels=tuple(data["channels"])))


def _withdraw(product: Product, _: Mapping[str, Any]) -> None:
    publish_product(PublishProduct(sku=product.sku, channels=()))


def _name(texts: Mapping[str, Mapping[str, str]]) -> str:
    return texts.get("", {}).get("name", shown.NOTHING)


class MediaInline(ShownInline):
    model = Media
    verbose_name_plural = "media"
    ordering = ("position",)
    fields = ("picture", "path", "roles", "hidden")
    readonly_fields = ("picture",)

    @admin.display(description="picture")
    def picture(self, media: Media) -> str:
        return format_html('<img src="{}{}" alt="" loading="lazy" width="64">', settings.MEDIA_URL, media.path)


class PlaceInline(ShownInline):
    model = ProductCategory
    verbose_name_plural = "categories"
    fields = ("category", "position")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("category")


class VariantInline(ShownInline):
    model = Product
    fk_name = "parent"
    verbose_name_plural = "variants"
    per_page = 20
    ordering = ("position", "sku_key")
    fields = ("variant", "differs_by", "channels")
    readonly_fields = ("variant", "differs_by")

    @admin.display(description="SKU")
    def variant(self, product: Product) -> str:
        return shown.link("catalog", "product", product.pk, product.sku)

    @admin.display(description="values")
    def differs_by(self, product: Product) -> str:
        return shown.facts(product.values.get("", {}))


class OptionInline(ShownInline):
    model = AttributeOption
    per_page = 50
    ordering = ("position", "code")
    fields = ("code", "labels_shown", "swatch", "position")
    readonly_fields = ("labels_shown",)

    @admin.display(description="labels")
    def labels_shown(self, option: AttributeOption) -> str:
        return shown.lines(f"{scope or 'everywhere'}: {label}" for scope, label in option.labels.items())


class ChannelAdmin(Defined):
    search_fields = ("code", "name")
    ordering = ("code",)
    list_display = ("code", "name", "currency", "time_zone", "active")
    fields = ("code", "name", "currency", "time_zone", "countries", "prices_include_tax", "active", "metadata")
    state_fields = ("code", "currency", "time_zone", "countries", "prices_include_tax")

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        publish(channel_changed(obj), aggregate_id=obj.id, aggregate_version=obj.version, channel=obj.code)
        rebuild_all()


class ViewAdmin(Defined):
    search_fields = ("code", "name")
    ordering = ("code",)
    list_display = ("code", "name", "channel", "locale", "active")
    list_select_related = ("channel",)
    fields = ("code", "name", "channel", "locale", "root", "base_url", "active", "metadata")
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
    ordering = ("code",)
    fields = (
        *("code", "kind", "scope", "labels_shown", "unit", "required"),
        *("filterable", "range_limits", "searchable", "visible", "position", "metadata"),
    )
    readonly_fields = ("labels_shown",)
    state_fields = ("code", "kind", "scope", "labels")
    inlines = (OptionInline,)

    @admin.display(description="labels")
    def labels_shown(self, attribute: Attribute) -> str:
        return shown.scoped(attribute.labels)

    def save_model(self, request: HttpRequest, obj: Attribute, form: Any, change: bool) -> None:
        obj.range_limits = sorted(set(obj.range_limits))
        super().save_model(request, obj, form, change)
        if set(form.changed_data) - {"range_limits", "metadata"}:
            rebuild_all()


class ProductTypeAdmin(Defined):
    list_display = ("code", "name")
    search_fields = ("code", "name")
    ordering = ("code",)
    fields = ("code", "name", "attributes", "metadata")
    state_fields = ("code", "attributes")


class CategoryAdmin(Defined):
    list_display = ("code", "name", "parent", "position", "active")
    list_select_related = ("parent",)
    list_filter = ("active",)
    search_fields = ("code",)
    ordering = ("code",)
    fields = ("code", "parent", "texts_shown", "position", "active", "rule", "metadata")
    readonly_fields = ("texts_shown",)
    state_fields = ("code", "parent", "texts", "position", "active", "rule")
    transitions = (SET_RULE,)

    @admin.display(description="name")
    def name(self, category: Category) -> str:
        return _name(category.texts)

    @admin.display(description="texts")
    def texts_shown(self, category: Category) -> str:
        return shown.scoped(category.texts)


class SoldInFilter(admin.SimpleListFilter):
    """Products by the channel in which they are published."""

    title, parameter_name = "sold in", "channel"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [*((code, code) for code in channels()), ("-", "nowhere")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        if self.value() == "-":
            return queryset.filter(channels=[])
        return queryset.filter(channels__contains=[self.value()]) if self.value() else queryset


class ProductAdmin(Defined):
    list_display = ("sku", "name", "kind", "channels", "tax_class", "changed_at")
    list_filter = (
        "kind",
        SoldInFilter,
        shown.one_of("tax_class", tax_classes),
    )
    search_fields = ("sku", "sku_key")
    search_help_text = "A SKU or a part of it"
    ordering = ("sku_key",)
    fields = (
        *(("sku", "kind"), ("parent", "product_type"), ("channels", "tax_class")),
        *("texts_shown", "values_shown", "axes", "previews", "metadata"),
    )
    readonly_fields = ("texts_shown", "values_shown", "previews")
    state_fields = ("sku", "kind", "parent", "product_type", "texts", "values", "axes", "channels", "tax_class")
    inlines = (
        *(PriceInline, MediaInline, PlaceInline, VariantInline),
        *(OptionsInline, LinksInline, FilesInline, PublicationInline),
    )
    transitions = (
        Transition(
            name="publish",
            title="Publish",
            run=_publish,
            form=publish_form,
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
            name="price", title="Set price", run=price_button, form=PriceForm, explanation="Shown and charged at once."
        ),
        *PLANS,
    )

    @admin.display(description="name")
    def name(self, product: Product) -> str:
        return _name(product.texts)

    @admin.display(description="texts")
    def texts_shown(self, product: Product) -> str:
        return shown.scoped(product.texts)

    @admin.display(description="values")
    def values_shown(self, product: Product) -> str:
        return shown.scoped(product.values)

    @admin.display(description="previews")
    def previews(self, product: Product) -> str:
        """Links for who shall see it before it is published; each opening of this page makes new ones."""
        if product.parent_id is not None:
            return shown.NOTHING
        views = View.objects.order_by("code").values_list("code", flat=True)
        return shown.lines(f"/api/v1/{view}/preview/{preview_token(product.id, view)[0]}" for view in views)


site.register(Product, ProductAdmin)
site.register(Category, CategoryAdmin)
site.register(PromotionRule, RuleAdmin)
site.register(Coupon, CouponAdmin)
site.register(CouponBatch, BatchAdmin)
site.register(Redemption, RedemptionAdmin)
site.register(MerchandisingRule, MerchandisingAdmin)
site.register(Synonym, SynonymAdmin)
site.register(SearchRedirect, RedirectAdmin)
site.register(Review, ReviewAdmin)
site.register(Content, ContentAdmin)
site.register(DownloadGrant, DownloadGrantAdmin)
site.register(Attribute, AttributeAdmin)
site.register(ProductType, ProductTypeAdmin)
site.register(Channel, ChannelAdmin)
site.register(View, ViewAdmin)
site.register(PriceList, PriceListAdmin)
site.register(PricePoint, PricePointAdmin)
site.register(TaxRate, TaxRateAdmin)
site.register(TaxZone, TaxZoneAdmin)
site.register(TaxPolicy, TaxPolicyAdmin)
site.register(ProductImport, ProductImportAdmin)
register_messaging("catalog")

"""Products in the admin: what is said of one, where it is sold, and what it costs."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from catalog.catalog.bulk_admin import BULK
from catalog.catalog.bulk_admin import TRANSITIONS as CHANGES
from catalog.catalog.composition.admin import FilesInline, LinksInline, OptionsInline, PublicationInline
from catalog.catalog.inputs import PublishProduct
from catalog.catalog.publication.admin import TRANSITIONS as PLANS
from catalog.catalog.publication.preview import preview_token
from catalog.catalog.publication.seen_admin import seen_page
from catalog.catalog.publishing import publish_product
from catalog.catalog.variants.admin import VARIANTS, variants_page
from catalog.pricing.admin import PriceForm, PriceInline, channels, price_button, tax_classes
from catalog.product.models import Media, Product, ProductCategory, View
from chassis.admin import Defined, ShownInline, Transition, shown


def publish_form(product: Product | None) -> type[forms.Form]:
    """Where a product shall be sold, or several."""

    class PublishForm(forms.Form):
        channels = forms.MultipleChoiceField(
            choices=[(code, code) for code in channels()],
            initial=product.channels if product else [],
            widget=UnfoldAdminCheckboxSelectMultipleWidget,
        )

    return PublishForm


def _publish(product: Product, data: Mapping[str, Any]) -> None:
    publish_product(PublishProduct(sku=product.sku, channels=tuple(data["channels"])))


def _withdraw(product: Product, _: Mapping[str, Any]) -> None:
    publish_product(PublishProduct(sku=product.sku, channels=()))


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
        VARIANTS,
        *CHANGES,
    )
    bulk = ("publish", "withdraw", *BULK)

    def get_urls(self) -> list[Any]:
        def grid(request: HttpRequest, product: UUID) -> HttpResponse:
            return variants_page(self, request, product)

        def seen(request: HttpRequest, product: UUID) -> HttpResponse:
            return seen_page(self, request, product)

        view = self.admin_site.admin_view
        return [
            # Before the page that asks for a transition's form: this one is a grid.
            path(f"<uuid:product>/transition/{VARIANTS.name}/", view(grid)),
            path("<uuid:product>/seen/", view(seen), name="catalog_product_seen"),
            *super().get_urls(),
        ]

    @admin.display(description="name")
    def name(self, product: Product) -> str:
        return product.texts.get("", {}).get("name", shown.NOTHING)

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
        links = [f"/api/v1/{view}/preview/{preview_token(product.id, view)[0]}" for view in views]
        address = reverse("admin:catalog_product_seen", args=[product.pk])
        return shown.lines([format_html('<a href="{}" class="underline">as shoppers see it</a>', address), *links])

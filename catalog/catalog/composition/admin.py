"""What hangs on a product, shown in its page: options, links, files, plans."""

from django.contrib import admin

from catalog.catalog.downloads.models import DownloadFile
from catalog.catalog.publication.models import Publication
from catalog.product.composition import OptionChoice, ProductLink, ProductOption
from chassis.admin import ShownInline, shown


class OptionsInline(ShownInline):
    model = ProductOption
    verbose_name_plural = "options"
    per_page = 20
    ordering = ("position",)
    fields = ("code", "kind", "required", "choices_shown", "percent")
    readonly_fields = ("choices_shown",)

    def get_queryset(self, request: object) -> object:
        return super().get_queryset(request).prefetch_related("choices__component")

    @admin.display(description="choices")
    def choices_shown(self, option: ProductOption) -> str:
        return shown.lines(_choice(row) for row in sorted(option.choices.all(), key=lambda row: row.position))


class LinksInline(ShownInline):
    model = ProductLink
    fk_name = "product"
    verbose_name_plural = "leads to"
    per_page = 20
    ordering = ("kind", "position")
    fields = ("kind", "target_link", "quantity")
    readonly_fields = ("target_link",)

    def get_queryset(self, request: object) -> object:
        return super().get_queryset(request).select_related("target")

    @admin.display(description="product")
    def target_link(self, link: ProductLink) -> str:
        return shown.link("catalog", "product", link.target_id, link.target.sku)


class FilesInline(ShownInline):
    model = DownloadFile
    verbose_name_plural = "files"
    ordering = ("position",)
    fields = ("code", "file_name", "is_sample", "most_downloads", "days", "offered")


class PublicationInline(ShownInline):
    model = Publication
    verbose_name_plural = "plans"
    ordering = ("channel",)
    fields = ("channel", "state", "starts_at", "ends_at")


def _choice(choice: OptionChoice) -> str:
    part = f": {choice.quantity.normalize():f} × {choice.component.sku}" if choice.component else ""
    prices = ", ".join(f"{amount} in {channel}" for channel, amount in choice.prices.items())
    return f"{choice.code}{part}{f' (+{prices})' if prices else ''}"

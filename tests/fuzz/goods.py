"""python -m tests.fuzz.goods: what a fuzzed shop sells beside plain products, so that every operation has something
to find: two views, a category, a configurable product with facets."""

import os
from decimal import Decimal

import django

import config  # noqa: F401


def main() -> None:
    """Define it through the public commands."""
    from catalog.commands import (
        DefineAttribute,
        DefineCategory,
        DefineView,
        OptionInput,
        PlaceInput,
        PriceInput,
        SaveProduct,
        VariantInput,
        define_attribute,
        define_category,
        define_view,
        save_product,
    )
    from logistics.warehouse.commands import AdjustStock, StockChange, adjust_stock

    define_category(DefineCategory(code="root", texts={"": {"name": "Root"}}))
    for code, locale in (("en", "en"), ("de", "de")):
        define_view(DefineView(code=code, name=code, channel="home", locale=locale, root="root"))
    define_category(DefineCategory(code="kitchen", parent="root", texts={"": {"name": "Kitchen"}}))
    colours = tuple(OptionInput(code=code, labels={"": code.title()}) for code in ("red", "blue"))
    define_attribute(
        DefineAttribute(code="color", kind="select", labels={"": "Colour"}, filterable=True, options=colours)
    )
    variants = tuple(
        VariantInput(
            sku=f"POT-{colour}",
            values={"": {"color": colour}},
            prices=(PriceInput(channel="home", amount=Decimal(30)),),
        )
        for colour in ("red", "blue")
    )
    save_product(
        SaveProduct(
            sku="POT",
            kind="configurable",
            texts={"": {"name": "Cooking pot"}},
            channels=("home",),
            axes=("color",),
            variants=variants,
            places=(PlaceInput(category="kitchen"),),
        )
    )
    changes = [StockChange(source="north", sku=variant.sku, on_hand=Decimal(1000)) for variant in variants]
    adjust_stock(AdjustStock(changes=changes, reason="seed"))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.monolith")
    django.setup()
    main()

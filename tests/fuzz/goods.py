"""python -m tests.fuzz.goods: what a fuzzed shop has beside plain products, so that every operation has something to
find: two views with storefronts, a category, a configurable product with facets, a download with a sample and a
former address, content, and a draft. Prints the draft's previews by view, as JSON."""

import json
import os
from decimal import Decimal

import django

import config  # noqa: F401


def main() -> None:
    """Define it through the public commands."""
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    from catalog.catalog.publication.preview import preview_token
    from catalog.commands import (
        DefineAttribute,
        DefineCategory,
        DefineContent,
        DefineView,
        FileInput,
        Forward,
        OptionInput,
        PlaceInput,
        PriceInput,
        SaveProduct,
        VariantInput,
        define_attribute,
        define_category,
        define_content,
        define_view,
        forward,
        save_product,
    )
    from chassis.ids import new_id
    from logistics.warehouse.commands import AdjustStock, StockChange, adjust_stock

    price = (PriceInput(channel="home", amount=Decimal(30)),)
    define_category(DefineCategory(code="root", texts={"": {"name": "Root"}}))
    for code, locale in (("en", "en"), ("de", "de")):
        base = f"https://shop.example/{code}/"
        define_view(DefineView(code=code, name=code, channel="home", locale=locale, root="root", base_url=base))
    define_category(DefineCategory(code="kitchen", parent="root", texts={"": {"name": "Kitchen"}}))
    colours = tuple(OptionInput(code=code, labels={"": code.title()}) for code in ("red", "blue"))
    define_attribute(
        DefineAttribute(code="color", kind="select", labels={"": "Colour"}, filterable=True, options=colours)
    )
    variants = tuple(
        VariantInput(
            sku=f"POT-{colour}",
            values={"": {"color": colour}},
            prices=price,
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
    files = (
        FileInput(code="book", path="private/book.txt", labels={"": "The book"}),
        FileInput(code="taste", path="private/taste.txt", labels={"": "A chapter"}, is_sample=True),
    )
    for file in files:
        default_storage.save(file.path, ContentFile(file.code.encode()))
    book = {"texts": {"": {"name": "Book"}}, "channels": ("home",), "prices": price}
    sold = save_product(SaveProduct(sku="BOOK", kind="downloadable", files=files, **book))  # type: ignore[arg-type]
    forward([Forward(id=new_id(), view=view, path="book.html", kind="product", target=sold) for view in ("en", "de")])
    define_content(DefineContent(code="about", texts={"": {"title": "About us"}}, in_menu=True))
    define_content(DefineContent(code="hero", kind="block", texts={"": {"body": "<h1>Pots</h1>"}}))
    draft = save_product(SaveProduct(sku="DRAFT", texts={"": {"name": "Not yet"}}))
    print(json.dumps({view: preview_token(draft, view)[0] for view in ("en", "de")}))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.monolith")
    django.setup()
    main()

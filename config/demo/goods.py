"""Turns a product of the demo into the catalogue's command, and its pictures into files of the storage."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from catalog.commands import MediaInput, PlaceInput, PriceInput, SaveProduct, SpecialInput, VariantInput
from config.demo import pictures
from config.demo.shapes import Picture, Price, Product, Text, Value, Variant, View
from config.demo.wording import labels, scoped

FOLDER = "demo"
_END_OF_JPEG = b"\xff\xd9"


def command(product: Product, *, views: tuple[View, ...], place: int) -> SaveProduct:
    """The whole product; `place` orders it in its categories."""
    known = tuple(view for view in views if view.channel in product.channels)
    return SaveProduct(
        id=product.id,
        sku=product.sku,
        kind=product.type,
        product_type=product.product_type,
        texts=scoped(known, name=product.name, short_description=product.summary, description=product.description),
        values=_values(product.values, views=known),
        channels=product.channels,
        slugs=product.slugs,
        axes=product.axes,
        variants=tuple(_variant(product, variant, views=known) for variant in product.variants) or None,
        prices=_prices(product.prices),
        media=tuple(
            _media(picture, views=known, roles=("base", "small", "thumbnail") if first else ())
            for first, picture in zip((True, *[False] * len(product.pictures)), product.pictures, strict=False)
        ),
        places=tuple(PlaceInput(category=code, position=place) for code in product.categories),
        tax_class=product.tax_class,
    )


def media(product: Product, *, views: tuple[View, ...]) -> tuple[MediaInput, ...]:
    """The first picture of a product, for what is made of it."""
    return tuple(_media(one, views=views, roles=("base", "small", "thumbnail")) for one in product.pictures[:1])


def write_pictures(product: Product) -> None:
    """Draw what is missing. A file that a kill cut short is drawn again."""
    for picture in product.pictures:
        path = _path(picture)
        if default_storage.exists(path):
            with default_storage.open(path) as file:
                if file.read().endswith(_END_OF_JPEG):
                    continue
            default_storage.delete(path)
        default_storage.save(path, ContentFile(pictures.draw(product, picture.colour)))


def _variant(product: Product, variant: Variant, *, views: tuple[View, ...]) -> VariantInput:
    shown = [picture for picture in product.pictures if picture.colour == variant.choices.get("colour")]
    return VariantInput(
        id=variant.id,
        sku=variant.sku,
        texts=scoped(views, name=variant.name),
        values={"": dict(variant.choices)},
        prices=_prices(variant.prices),
        media=tuple(_media(picture, views=views, roles=("base", "small", "thumbnail")) for picture in shown),
    )


def _values(values: Mapping[str, Value], *, views: tuple[View, ...]) -> dict[str, dict[str, Any]]:
    """Texts differ by view, everything else holds everywhere."""
    texts = {code: value for code, value in values.items() if isinstance(value, Text)}
    result: dict[str, dict[str, Any]] = {scope: dict(words) for scope, words in scoped(views, **texts).items()}
    result[""] |= {code: _plain(value) for code, value in values.items() if code not in texts}
    return result


def _plain(value: Value) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return f"{value:f}" if isinstance(value, Decimal) else value


def _prices(prices: Iterable[Price]) -> tuple[PriceInput, ...]:
    return tuple(
        PriceInput(
            channel=price.channel,
            amount=price.amount,
            specials=()
            if price.special is None
            else (SpecialInput(amount=price.special, starts_at=price.special_from, ends_at=price.special_until),),
        )
        for price in prices
    )


def _media(picture: Picture, *, views: tuple[View, ...], roles: tuple[str, ...]) -> MediaInput:
    return MediaInput(path=_path(picture), roles=roles, alt=labels(views, picture.alt))


def _path(picture: Picture) -> str:
    return f"{FOLDER}/{picture.file_name}"

"""What hangs on a product: media, prices, places in categories, addresses, and variants that it has no longer."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from catalog.catalog import slugs
from catalog.catalog.checking import Vocabulary
from catalog.catalog.entries import replace_entries
from catalog.catalog.inputs import MediaInput, PlaceInput, SaveProduct, VariantInput
from catalog.catalog.rows import write
from catalog.pricing.commands import PriceInput, replace_prices
from catalog.pricing.models import Price, PriceBlock
from catalog.product.changes import mark_changed
from catalog.product.copying import copy_in
from catalog.product.models import Media, Product, ProductCategory, ProductDocument
from chassis import clock

Families = Sequence[tuple[SaveProduct, Product, list[tuple[VariantInput, Product]]]]


def withdraw_pages(variants: Collection[UUID]) -> None:
    """What became a variant has no page of its own any more."""
    if variants:
        ProductDocument.objects.filter(product_id__in=variants).delete()
        left = replace_entries(variants, ())
        ProductCategory.objects.filter(product_id__in=variants).delete()
        slugs.free(variants)
        PriceBlock.objects.filter(product_id__in=variants).delete()
        mark_changed(variants, left=left)


def take_off_dropped(families: Families, changed: Sequence[Product]) -> list[Product]:
    """Variants that a product has no longer: taken off sale, kept for the orders that name them."""
    kept = {row.id for row in changed}
    parents = [product for command, product, _ in families if command.variants is not None]
    gone = list(
        Product.objects.select_for_update()
        .filter(parent__in=parents, channels__len__gt=0)
        .exclude(id__in=kept)
        .order_by("id")
    )
    for row in gone:
        row.channels, row.version, row.changed_at = [], row.version + 1, clock.now()
    if gone:
        write(gone)
    return gone


def write_parts(families: Families, vocabulary: Vocabulary) -> None:
    media: dict[UUID, Sequence[MediaInput]] = {}
    prices: dict[UUID, Sequence[PriceInput]] = {}
    places: dict[UUID, Sequence[PlaceInput]] = defaultdict(tuple)
    for command, product, variants in families:
        if command.media is not None:
            media[product.id] = command.media
        if command.prices is not None:
            prices[product.id] = command.prices
        if command.places is not None:
            places[product.id] = command.places
        for variant, child in variants:
            media[child.id] = variant.media
            prices[child.id] = variant.prices
    Media.objects.filter(product_id__in=list(media)).delete()
    copy_in(
        Media,
        (
            Media(
                product_id=product,
                path=row.path,
                kind=row.kind,
                roles=list(row.roles),
                alt=dict(row.alt),
                position=position,
                hidden=row.hidden,
            )
            for product, rows in media.items()
            for position, row in enumerate(rows)
        ),
    )
    ProductCategory.objects.filter(product_id__in=list(places)).delete()
    copy_in(
        ProductCategory,
        (
            ProductCategory(
                product_id=product, category_id=vocabulary.categories[place.category], position=place.position
            )
            for product, rows in places.items()
            for place in {row.category: row for row in rows}.values()
        ),
    )
    if prices:
        Price.objects.filter(product_id__in=list(prices)).delete()
        replace_prices(prices)


def give_slugs(families: Families, vocabulary: Vocabulary) -> None:
    asked = {product.id: command.slugs for command, product, _ in families}
    similar = {product.id for command, product, _ in families if command.similar_slugs}
    products = [product for _, product, _ in families]
    slugs.name_products(products, views=vocabulary.views, asked=asked, similar=similar)

"""Writing products out: a fixed number of statements for each some hundred, whatever hangs on them."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from catalog.catalog.composition.inputs import (
    ChoiceInput,
    GiftCardInput,
    LinksInput,
    MemberInput,
    ProductOptionInput,
)
from catalog.catalog.downloads.inputs import FileInput
from catalog.catalog.downloads.models import DownloadFile
from catalog.catalog.exchange.rows import flattened, row_of
from catalog.catalog.inputs import MediaInput, PlaceInput, SaveProduct, VariantInput
from catalog.pricing.commands import PriceInput, SpecialInput
from catalog.pricing.models import Price
from catalog.product.composition import ProductLink, ProductOption
from catalog.product.models import Media, Product, ProductCategory, Slug

CHUNK = 200


def export_products(file: Path) -> int:
    """Write all products that were not discontinued; returns how many. InvalidRow for what CSV cannot hold."""
    count = 0
    with file.open("w", encoding="utf-8", newline="") as out:
        if file.suffix.lower() == ".csv":
            flat = [flattened(row_of(command)) for command in commands()]
            columns = dict.fromkeys(column for row in flat for column in row)
            writer = csv.DictWriter(out, fieldnames=list(columns))
            writer.writeheader()
            writer.writerows(flat)
            return len(flat)
        for command in commands():
            out.write(json.dumps(row_of(command), default=str, ensure_ascii=False) + "\n")
            count += 1
    return count


def commands() -> Iterator[SaveProduct]:
    """Every product as the command that would make it again."""
    after = UUID(int=0)
    while True:
        # A discontinued product's key is no SKU any more.
        rows = Product.objects.filter(parent=None, id__gt=after).exclude(sku_key__contains="\x1f").order_by("id")
        chunk = list(rows.select_related("product_type")[:CHUNK])
        if not chunk:
            return
        yield from _commands(chunk)
        after = chunk[-1].id


def _commands(products: Sequence[Product]) -> Iterator[SaveProduct]:
    ids = [product.id for product in products]
    variants = list(Product.objects.filter(parent__in=ids, channels__len__gt=0).order_by("position"))
    everything = [*ids, *(variant.id for variant in variants)]
    prices = _grouped(Price.objects.filter(product__in=everything).order_by("channel", "kind"), "product_id")
    media = _grouped(Media.objects.filter(product__in=everything).order_by("position", "id"), "product_id")
    places = ProductCategory.objects.filter(product__in=ids, by_rule=False).select_related("category").order_by("id")
    of_place = _grouped(places, "product_id")
    options = ProductOption.objects.filter(product__in=ids).order_by("position").prefetch_related("choices__component")
    of_option = _grouped(options, "product_id")
    links = ProductLink.objects.filter(product__in=ids).order_by("kind", "position").select_related("target")
    of_link = _grouped(links, "product_id")
    files = _grouped(DownloadFile.objects.filter(product__in=ids, offered=True).order_by("position"), "product_id")
    slugs = _grouped(Slug.objects.filter(target__in=ids, kind="product", current=True), "target")
    children = _grouped(variants, "parent_id")
    for row in products:
        yield SaveProduct(
            sku=row.sku,
            kind=row.kind,
            product_type=row.product_type.code if row.product_type else None,
            texts=row.texts,
            values=row.values,
            channels=tuple(row.channels),
            shown=row.shown,
            slugs={slug.view: slug.slug for slug in slugs[row.id]},
            axes=tuple(row.axes),
            variants=tuple(_variant(child, prices, media) for child in children[row.id]) or None,
            prices=_prices(prices[row.id]),
            media=_media(media[row.id]),
            places=tuple(PlaceInput(category=p.category.code, position=p.position) for p in of_place[row.id]),
            options=tuple(map(_option, of_option[row.id])) or None,
            dynamic_price=bool(row.details.get("dynamic_price")),
            members=_members(of_link[row.id]),
            gift_card=_gift_card(row),
            files=tuple(map(_file, files[row.id])) or None,
            links=_links(of_link[row.id]),
            tax_class=row.tax_class,
            weight=row.weight,
            created_at=row.created_at,
        )


def _grouped(rows: Iterable[Any], by: str) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, by)].append(row)
    return found


def _variant(row: Product, prices: dict[UUID, list[Price]], media: dict[UUID, list[Media]]) -> VariantInput:
    return VariantInput(
        sku=row.sku,
        values=row.values,
        texts=row.texts,
        prices=_prices(prices[row.id]),
        media=_media(media[row.id]),
        weight=row.weight,
        requires_shipping=row.requires_shipping,
        tax_class=row.tax_class,
        channels=tuple(row.channels),
        shown=row.shown,
        created_at=row.created_at,
    )


def _prices(rows: Sequence[Price]) -> tuple[PriceInput, ...]:
    return tuple(
        PriceInput(
            channel=base.channel,
            amount=base.amount,
            specials=tuple(
                SpecialInput(amount=row.amount, starts_at=row.starts_at, ends_at=row.ends_at)
                for row in rows
                if row.kind == Price.SPECIAL and row.channel == base.channel
            ),
        )
        for base in rows
        if base.kind == Price.BASE
    )


def _media(rows: Sequence[Media]) -> tuple[MediaInput, ...]:
    return tuple(
        MediaInput(path=row.path, roles=tuple(row.roles), alt=row.alt, kind=row.kind, hidden=row.hidden) for row in rows
    )


def _option(row: ProductOption) -> ProductOptionInput:
    return ProductOptionInput(
        code=row.code,
        labels=row.labels,
        kind=row.kind,
        required=row.required,
        max_length=row.max_length,
        prices={channel: Decimal(amount) for channel, amount in row.prices.items()},
        percent=row.percent,
        choices=tuple(
            ChoiceInput(
                code=choice.code,
                labels=choice.labels,
                component=choice.component.sku if choice.component else "",
                quantity=choice.quantity,
                quantity_changes=choice.quantity_changes,
                prices={channel: Decimal(amount) for channel, amount in choice.prices.items()},
                percent=choice.percent,
                is_default=choice.is_default,
            )
            for choice in sorted(row.choices.all(), key=lambda choice: choice.position)
        ),
    )


def _members(links: Sequence[ProductLink]) -> tuple[MemberInput, ...] | None:
    members = [link for link in links if link.kind == ProductLink.MEMBER]
    return tuple(MemberInput(sku=link.target.sku, quantity=link.quantity) for link in members) or None


def _links(links: Sequence[ProductLink]) -> LinksInput | None:
    named = {kind: tuple(link.target.sku for link in links if link.kind == kind) for kind in ProductLink.SHOWN}
    return LinksInput(**named) if any(named.values()) else None


def _gift_card(row: Product) -> GiftCardInput | None:
    if row.kind != Product.GIFT_CARD:
        return None
    bounds = ({channel: Decimal(t) for channel, t in row.details.get(name, {}).items()} for name in ("least", "most"))
    least, most = bounds
    amounts = {channel: tuple(map(Decimal, several)) for channel, several in row.details.get("amounts", {}).items()}
    return GiftCardInput(amounts=amounts, least=least, most=most)


def _file(row: DownloadFile) -> FileInput:
    return FileInput(
        code=row.code,
        path=row.path,
        labels=row.labels,
        file_name=row.file_name,
        is_sample=row.is_sample,
        most_downloads=row.most_downloads,
        days=row.days,
    )

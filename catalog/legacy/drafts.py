"""What the rows of one product say: everything that is the same for a product of its own and for a variant."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from catalog.catalog.composition.checking import MOST_OPTIONS
from catalog.commands import (
    FileInput,
    MediaInput,
    PlaceInput,
    PriceInput,
    ProductOptionInput,
    SaveProduct,
    VariantInput,
)
from catalog.legacy.choices import Asked, cut, options_of
from catalog.legacy.files import Attached, files_of, links_option
from catalog.legacy.meanings import TEXTS, Meaning
from catalog.legacy.pictures import media_of
from catalog.legacy.prices import is_dynamic, prices_of
from catalog.legacy.sets import UNTAXED, type_code
from catalog.legacy.shops import Shop, category_code
from catalog.legacy.typed import plain, typed_values
from catalog.legacy.values import Notes, Values, values_of
from catalog.product.models import Product
from chassis.ids import migrated_id
from chassis.mirrors import Row, Rows

TABLE = "catalog_product_entity"
SUPER, LINK = "catalog_product_super_attribute", "catalog_product_super_link"
KINDS = {
    "simple": Product.SIMPLE,
    "virtual": Product.VIRTUAL,
    "configurable": Product.CONFIGURABLE,
    "bundle": Product.BUNDLE,
    "grouped": Product.GROUPED,
    "downloadable": Product.DOWNLOADABLE,
}
ENABLED = "1"
_SHOWN = {"1": Product.NOWHERE, "2": Product.CATALOG, "3": Product.SEARCH, "4": ""}
_WEIGHT = Decimal("0.0001")


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What products refer to, read once for many."""

    shop: Shop
    meanings: Mapping[str, Meaning]
    options: Mapping[str, Collection[str]]
    tax_classes: Mapping[str, str]
    customer_groups: Mapping[str, str]
    types: Collection[str]
    categories: Collection[str]
    pictures: Mapping[str, Rows]
    asked: Asked
    attached: Attached


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A product as its rows have it. `offered`: channels in which it is enabled; `closed`: views where it is not."""

    id: str
    sku: str
    kind: str
    texts: Mapping[str, Mapping[str, str]]
    values: Mapping[str, Mapping[str, Any]]
    offered: tuple[str, ...]
    closed: tuple[str, ...]
    shown: Mapping[str, str]
    slugs: Mapping[str, str]
    prices: tuple[PriceInput, ...]
    media: tuple[MediaInput, ...]
    places: tuple[PlaceInput, ...]
    tax_class: str
    weight: Decimal | None
    created_at: datetime | None
    product_type: str | None
    options: tuple[ProductOptionInput, ...] | None
    files: tuple[FileInput, ...] | None
    dynamic_price: bool
    axes: tuple[str, ...]
    children: tuple[str, ...]
    has_page: bool
    source: str
    notes: Notes

    def product(self, variants: tuple[VariantInput, ...] = ()) -> SaveProduct:
        """The command for a product of its own."""
        configurable = self.kind == Product.CONFIGURABLE
        return SaveProduct(
            sku=self.sku, texts=self.texts, kind=self.kind, product_type=self.product_type, values=self.values,
            channels=self.offered, shown=self.shown, slugs=self.slugs, similar_slugs=True,
            axes=self.axes if configurable and variants else (), variants=variants if configurable else None,
            prices=self.prices, media=self.media, places=self.places, tax_class=self.tax_class, weight=self.weight,
            options=self.options, files=self.files, dynamic_price=self.dynamic_price,
            created_at=self.created_at, id=migrated_id(self.source, "product", self.id),
            external_id={self.source: self.id},
        )  # fmt: skip

    def variant(self) -> VariantInput:
        """The command for a variant of another product; what is asked is asked of that, in Magento too."""
        if self.options:
            self.notes("options_of_a_variant", ", ".join(option.code for option in self.options))
        if self.files:
            self.notes("files_of_a_variant", ", ".join(file.code for file in self.files))
        return VariantInput(
            sku=self.sku, values=self.values, texts=self.texts, prices=self.prices, media=self.media,
            weight=self.weight, requires_shipping=self.kind not in Product.INTANGIBLE, tax_class=self.tax_class,
            channels=self.offered, shown=dict.fromkeys(self.closed, Product.NOWHERE), created_at=self.created_at,
            id=migrated_id(self.source, "product", self.id), external_id={self.source: self.id},
        )  # fmt: skip


def draft(around: Surroundings, id_: str, rows: Rows, notes: Notes) -> Draft:
    """Read one product; `rows` has its entity."""
    entity = rows.all(TABLE)[0]
    values = values_of(around.shop, around.meanings, TABLE, rows, notes)
    offered, closed = _offered(around.shop, values, rows, notes)
    shown = _shown(around.shop, values, closed)
    kind = KINDS[entity["type_id"] or ""]
    files = files_of(values, rows, around.attached, notes) if kind == Product.DOWNLOADABLE else None
    sku = (entity["sku"] or "").strip()
    if sku != entity["sku"]:
        notes("sku_trimmed", entity["sku"] or "")
    return Draft(
        id=id_,
        sku=sku or f"{around.shop.source}-{id_}",
        kind=kind,
        texts=_texts(values, sku, notes),
        values=typed_values(values, around.options, notes),
        offered=offered,
        closed=closed,
        shown=shown,
        slugs=_slugs(around.shop, values, shown),
        prices=prices_of(values, rows, around.customer_groups, notes, kind=kind),
        media=media_of(values, rows, around.pictures, notes),
        places=_places(around, rows, notes),
        tax_class=_tax_class(around, values, notes),
        weight=_weight(values, notes),
        created_at=_created(entity),
        product_type=_type(around, entity, notes),
        options=_options(around, kind, values, rows, files or (), notes),
        files=files,
        dynamic_price=is_dynamic(values, kind),
        axes=_axes(around, rows, notes),
        has_page=any(shown.get(store.code) != Product.NOWHERE for store in around.shop.stores.values()),
        children=tuple(sorted({row["product_id"] or "" for row in rows.all(LINK)}, key=int)),
        source=around.shop.source,
        notes=notes,
    )


def _options(
    around: Surroundings, kind: str, values: Values, rows: Rows, files: tuple[FileInput, ...], notes: Notes
) -> tuple[ProductOptionInput, ...] | None:
    """What is asked; a bundle's questions come with its parts, and nobody buys a group itself."""
    if kind == Product.BUNDLE:
        return None
    if kind == Product.GROUPED:
        if rows.all("catalog_product_option"):
            notes("options_of_a_group")
        return ()
    links = links_option(values, rows, around.attached, files, notes) if kind == Product.DOWNLOADABLE else ()
    return cut((*links, *options_of(around.shop, rows, around.asked, notes)), MOST_OPTIONS, "options", notes)


def _offered(shop: Shop, values: Values, rows: Rows, notes: Notes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Channels where it is sold, and views of them where it is disabled."""
    sites = [
        site
        for row in rows.all("catalog_product_website")
        if (site := shop.websites.get(int(row["website_id"] or 0))) is not None
    ]
    if not sites:
        notes("no_website")
    closed = [s.code for site in sites for s in site.stores if values.at("status", s) != ENABLED]
    offered = [
        site.code
        for site in sites
        if any(store.code not in closed for store in ([s for s in site.stores if s.active] or site.stores))
    ]
    if not values.rows.get("status"):
        notes("no_status")
    return tuple(sorted(offered)), tuple(sorted(closed))


def _shown(shop: Shop, values: Values, closed: Collection[str]) -> dict[str, str]:
    found = {}
    for store in shop.stores.values():
        visibility = _SHOWN.get(values.at("visibility", store) or "", Product.NOWHERE)
        if way := Product.NOWHERE if store.code in closed else visibility:
            found[store.code] = way
    return dict(sorted(found.items()))


def _texts(values: Values, sku: str, notes: Notes) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {"": {}}
    for code, name in TEXTS.items():
        if code in values.rows:
            for scope, text in values.scoped(code, notes).items():
                found.setdefault(scope, {})[name] = text
    if not any(text.get("name") for text in found.values()):
        notes("no_name")
        found[""]["name"] = sku
    return {scope: text for scope, text in sorted(found.items()) if text}


def _slugs(shop: Shop, values: Values, shown: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for store in shop.stores.values():
        key = (values.at("url_key", store) or "").strip()
        if 0 < len(key) <= 200 and not set(key) & {"/", "\0"} and shown.get(store.code) != Product.NOWHERE:
            found[store.code] = key
    return found


def _places(around: Surroundings, rows: Rows, notes: Notes) -> tuple[PlaceInput, ...]:
    found = []
    for row in rows.all("catalog_category_product"):
        code = category_code(around.shop.source, row["category_id"] or "")
        if code in around.categories:
            found.append(PlaceInput(category=code, position=int(row["position"] or 0)))
        else:
            notes("unknown_category", row["category_id"] or "")
    return tuple(sorted(found, key=lambda place: place.category))


def _tax_class(around: Surroundings, values: Values, notes: Notes) -> str:
    """The class in all websites; ours has one per product."""
    default = values.default("tax_class_id")
    for site in around.shop.websites.values():
        if (values.of("tax_class_id", site) or "0") != (default or "0"):
            notes("tax_class_of_one_website", site.code)
    if default in (None, "", "0"):
        return UNTAXED
    if default not in around.tax_classes:
        notes("unknown_tax_class", default or "")
    return around.tax_classes.get(default or "", f"class-{default}")


def _weight(values: Values, notes: Notes) -> Decimal | None:
    text = values.default("weight")
    if not text:
        return None
    exact = Decimal(plain(text))
    if not 0 <= exact < 10**8:
        notes("weight_refused", text)
        return None
    weight = exact.quantize(_WEIGHT)
    if weight != exact:
        notes("weight_rounded", text)
    return weight


def _created(entity: Row) -> datetime | None:
    text = entity.get("created_at")
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC) if text else None


def _type(around: Surroundings, entity: Row, notes: Notes) -> str | None:
    code = type_code(around.shop.source, entity["attribute_set_id"] or "")
    if code in around.types:
        return code
    notes("unknown_attribute_set", entity["attribute_set_id"] or "")
    return None


def _axes(around: Surroundings, rows: Rows, notes: Notes) -> tuple[str, ...]:
    found = []
    for row in sorted(rows.all(SUPER), key=lambda r: (int(r["position"] or 0), int(r["attribute_id"] or 0))):
        meaning = around.meanings.get(row["attribute_id"] or "")
        if meaning and meaning.kind == "select":
            found.append(meaning.code)
        else:
            notes("unknown_attribute", f"axis {row['attribute_id']}")
    return tuple(dict.fromkeys(found))

"""Saving and publishing products: texts, values, variants, media, categories and prices in one unit of work.

`save_products` takes many at once in a fixed number of statements: that is what an import uses.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q

from catalog.catalog import scopes, slugs
from catalog.catalog.copying import copy_in
from catalog.catalog.errors import InvalidProduct, UnknownReference
from catalog.catalog.models import (
    Attribute,
    Category,
    CategoryEntry,
    Channel,
    Media,
    Product,
    ProductCategory,
    ProductDocument,
    ProductType,
    View,
)
from catalog.catalog.rebuilding import rebuild
from catalog.catalog.sorting import sku_key
from catalog.catalog.values import CHOICES, checked
from catalog.pricing.commands import PriceInput, replace_prices
from catalog.pricing.models import Price, PriceBlock
from catalog.search.changes import mark_changed
from chassis import clock
from chassis.errors import Invalid, StaleVersion
from chassis.ids import new_id
from chassis.messages import Lane
from chassis.unit_of_work import publish, unit_of_work
from contracts.catalog import ProductChanged


@dataclass(frozen=True, kw_only=True)
class MediaInput:
    """A picture; `path` relative to the storage, `alt` by scope."""

    path: str
    roles: tuple[str, ...] = ()
    alt: Mapping[str, str] = field(default_factory=dict)
    kind: str = "image"
    hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class PlaceInput:
    """A place in a category, by its code."""

    category: str
    position: int = 0


@dataclass(frozen=True, kw_only=True)
class VariantInput:
    """A variant: its `values` hold an option code for each of its product's axes.

    channels: where it is sold, all of its product's if None. shown: `nowhere` for views that do not offer it.
    """

    sku: str
    values: Mapping[str, Mapping[str, Any]]
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    prices: tuple[PriceInput, ...] = ()
    media: tuple[MediaInput, ...] = ()
    weight: Decimal | None = None
    requires_shipping: bool = True
    tax_class: str = ""
    channels: tuple[str, ...] | None = None
    shown: Mapping[str, str] = field(default_factory=dict)
    created_at: datetime | None = None
    id: UUID | None = None
    external_id: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SaveProduct:
    """A product as it shall be. `texts` and `values` are by scope: "", "channel:<code>", "view:<code>".

    kind: simple, virtual or configurable. channels: where it is published; empty is a draft. shown: by view, see
    the model. slugs: by view, else made of the name; with `similar_slugs` another will do for one that is taken.
    None for prices, media, places or variants leaves them alone.
    expected_version: StaleVersion unless the product has it (new ones have none).
    """

    sku: str
    texts: Mapping[str, Mapping[str, str]]
    kind: str = Product.SIMPLE
    product_type: str | None = None
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    channels: tuple[str, ...] = ()
    shown: Mapping[str, str] = field(default_factory=dict)
    slugs: Mapping[str, str] = field(default_factory=dict)
    similar_slugs: bool = False
    axes: tuple[str, ...] = ()
    variants: tuple[VariantInput, ...] | None = None
    prices: tuple[PriceInput, ...] | None = None
    media: tuple[MediaInput, ...] | None = None
    places: tuple[PlaceInput, ...] | None = None
    tax_class: str = "standard"
    weight: Decimal | None = None
    created_at: datetime | None = None
    expected_version: int | None = None
    id: UUID | None = None
    external_id: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PublishProduct:
    """The channels in which a product shall be published; none takes it off sale."""

    sku: str
    channels: tuple[str, ...]
    expected_version: int | None = None


def save_product(command: SaveProduct, *, lane: Lane = Lane.FAST) -> UUID:
    """Make or change one product; returns its id."""
    return save_products([command], lane=lane)[0]


def publish_product(command: PublishProduct, *, lane: Lane = Lane.FAST) -> None:
    """Publish a product in exactly these channels."""
    with unit_of_work("catalog"):
        product = Product.objects.select_for_update().filter(sku_key=sku_key(command.sku), parent=None).first()
        if product is None:
            raise UnknownReference(f"There is no product {command.sku}.", field="/sku")
        _expect(product, command.expected_version)
        known = set(Channel.objects.filter(code__in=command.channels).values_list("code", flat=True))
        _all_known(command.channels, known, "channel")
        family = [product, *Product.objects.select_for_update().filter(parent=product).order_by("id")]
        for row in family:
            row.channels = sorted(set(command.channels))
            row.version += 1
            row.changed_at = clock.now()
        Product.objects.bulk_update(family, ["channels", "version", "changed_at"])
        rebuild([product.id], lane=lane)
        _tell(family, lane=lane)


def discontinue_products(products: Collection[UUID], *, lane: Lane = Lane.FAST) -> None:
    """Take products off sale for good: they stay for the orders that name them, their SKUs and addresses are free."""
    with unit_of_work("catalog"):
        gone = list(Product.objects.select_for_update().filter(id__in=products).order_by("id"))
        for row in gone:
            row.channels, row.sku_key = [], f"{sku_key(row.sku)}\x1f{row.id}"
            row.version += 1
            row.changed_at = clock.now()
        Product.objects.bulk_update(gone, ["channels", "sku_key", "version", "changed_at"])
        slugs.free([row.id for row in gone])
        rebuild([row.parent_id or row.id for row in gone], lane=lane)
        _tell(gone, lane=lane)


def save_products(commands: Sequence[SaveProduct], *, lane: Lane = Lane.FAST, may_become: bool = False) -> list[UUID]:
    """Make or change products, all or none. A fixed number of statements for up to some hundred at once.

    may_become: a product may turn into one of another kind, a variant of another product or one of its own included.
    """
    vocabulary_needed = _codes_of(commands)
    with unit_of_work("catalog"):
        vocabulary = _vocabulary(commands, vocabulary_needed)
        for command in commands:
            _check(command, vocabulary)
        rows = _rows(commands)
        before = {row.id: row.kind for row in rows.values()}
        changed: list[Product] = []
        families: list[tuple[SaveProduct, Product, list[tuple[VariantInput, Product]]]] = []
        for command in commands:
            product = rows[sku_key(command.sku)]
            _expect(product, command.expected_version)
            if not may_become:
                _refuse_other(product, command.sku, kind=command.kind, parent=None)
            _fill(product, command, vocabulary)
            variants = []
            for position, variant in enumerate(command.variants or ()):
                child = rows[sku_key(variant.sku)]
                if not may_become:
                    _refuse_other(child, variant.sku, kind=Product.VARIANT, parent=product.id)
                _fill_variant(child, variant, product, position, command, vocabulary)
                variants.append((variant, child))
            families.append((command, product, variants))
            changed += [product, *(child for _, child in variants)]
        dropped = _dropped(families, changed)
        _write(changed)
        _withdraw_pages([row.id for row in changed if row.parent_id and before[row.id] not in ("", Product.VARIANT)])
        _write_parts(families, vocabulary)
        _give_slugs(families, vocabulary)
        rebuild([product.id for _, product, _ in families], lane=lane)
        _tell([*changed, *dropped], lane=lane)
    return [product.id for _, product, _ in families]


@dataclass(frozen=True, kw_only=True)
class _Vocabulary:
    attributes: Mapping[str, Attribute]
    options: Mapping[str, frozenset[str]]
    channels: frozenset[str]
    views: Sequence[View]
    categories: Mapping[str, UUID]
    types: Mapping[str, UUID]

    @property
    def scopes(self) -> frozenset[str]:
        views = (scopes.view_scope(view.code) for view in self.views)
        return frozenset({scopes.GLOBAL, *map(scopes.channel_scope, self.channels), *views})


def _codes_of(commands: Iterable[SaveProduct]) -> set[str]:
    codes: set[str] = set()
    for command in commands:
        codes.update(command.axes)
        for part in (command, *(command.variants or ())):
            codes.update(code for values in part.values.values() for code in values)
    return codes


def _vocabulary(commands: Sequence[SaveProduct], codes: set[str]) -> _Vocabulary:
    attributes = {row.code: row for row in Attribute.objects.filter(code__in=codes).prefetch_related("options")}
    places = {place.category for command in commands for place in command.places or ()}
    types = {command.product_type for command in commands if command.product_type}
    return _Vocabulary(
        attributes=attributes,
        options={code: frozenset(o.code for o in row.options.all()) for code, row in attributes.items()},
        channels=frozenset(Channel.objects.values_list("code", flat=True)),
        views=list(View.objects.select_related("channel")),
        categories=dict(Category.objects.filter(code__in=places).values_list("code", "id")),
        types=dict(ProductType.objects.filter(code__in=types).values_list("code", "id")),
    )


def _check(command: SaveProduct, vocabulary: _Vocabulary) -> None:
    """Everything that can be said against a command before anything is written."""
    if command.kind not in (Product.SIMPLE, Product.VIRTUAL, Product.CONFIGURABLE):
        raise InvalidProduct("kind must be simple, virtual or configurable.", field="/kind")
    if not command.sku.strip() or len(command.sku) > 255 or "\0" in command.sku:
        raise InvalidProduct("sku must be 1 to 255 characters.", field="/sku")
    if not any(text.get("name") for text in command.texts.values()):
        raise InvalidProduct(f"{command.sku} needs a name in some scope.", field="/texts")
    if (command.variants or command.axes) and command.kind != Product.CONFIGURABLE:
        raise InvalidProduct("Only a configurable product has variants.", field="/variants")
    _all_known(command.slugs, {view.code for view in vocabulary.views}, "view")
    for part in (command, *(command.variants or ())):
        _all_known(part.shown, {view.code for view in vocabulary.views}, "view")
        _all_known(part.shown.values(), Product.SHOWN, "way to show a product")
        _all_known(part.channels or (), vocabulary.channels, "channel")
    _all_known((place.category for place in command.places or ()), vocabulary.categories, "category")
    _all_known([command.product_type] if command.product_type else (), vocabulary.types, "product type")
    _all_known(_codes_of([command]), vocabulary.attributes, "attribute")
    for part in (command, *(command.variants or ())):
        _all_known([*part.texts, *part.values], vocabulary.scopes, "scope")
    seen: set[tuple[Any, ...]] = set()
    for index, variant in enumerate(command.variants or ()):
        values = variant.values.get(scopes.GLOBAL, {})
        choice = tuple(values.get(axis) for axis in command.axes)
        if None in choice or choice in seen:
            raise InvalidProduct(
                f"{variant.sku} needs a combination of {', '.join(command.axes)} of its own.",
                field=f"/variants/{index}",
            )
        seen.add(choice)
    for axis in command.axes:
        if vocabulary.attributes[axis].kind != "select":
            raise InvalidProduct(f"{axis} is not a select attribute.", field="/axes")


def _all_known(asked: Iterable[Any], known: Iterable[Any], what: str) -> None:
    known = set(known)
    if missing := sorted({str(one) for one in asked if one not in known}):
        raise UnknownReference(f"Unknown {what}: {', '.join(missing)}.")


def _rows(commands: Sequence[SaveProduct]) -> dict[str, Product]:
    """The products' rows by the SKU that they shall have, new ones inserted first, all locked.

    A row is found by its id when there is one, so that a SKU can change.
    """
    wanted: dict[str, Product] = {}
    for command in commands:
        for part in (command, *(command.variants or ())):
            key = sku_key(part.sku)
            if key in wanted:
                raise InvalidProduct(f"{part.sku} is named twice.", field="/sku")
            wanted[key] = Product(id=part.id or new_id(), sku=part.sku.strip(), sku_key=key, kind="", version=0)
    Product.objects.bulk_create([wanted[key] for key in sorted(wanted)], ignore_conflicts=True)
    # By id, as every other writer of products does: two batches then never wait for each other in a circle.
    ids = {part.id: sku_key(part.sku) for c in commands for part in (c, *(c.variants or ())) if part.id}
    found = Product.objects.select_for_update().filter(Q(sku_key__in=list(wanted)) | Q(id__in=list(ids))).order_by("id")
    rows: dict[str, Product] = {}
    for row in sorted(found, key=lambda row: row.id in ids):
        key = ids.get(row.id, row.sku_key)
        if key in rows or (wanted[key].id in ids and row.id not in ids):
            raise InvalidProduct(f"{key} is the SKU of another product.", field="/sku")
        rows[key] = row
    for key, row in rows.items():
        row.sku_key = key
    return rows


def _refuse_other(row: Product, sku: str, *, kind: str, parent: UUID | None) -> None:
    """A product stays what it is, and a variant its product's, unless the caller says otherwise."""
    if row.kind not in ("", kind) or row.parent_id not in (None, parent):
        raise InvalidProduct(f"{sku} is {row.kind or 'a variant'} already.", field="/kind")


def _expect(product: Product, version: int | None) -> None:
    if version is not None and product.version != version:
        raise StaleVersion(f"{product.sku} has version {product.version}.", version=product.version)


def _fill(product: Product, command: SaveProduct, vocabulary: _Vocabulary) -> None:
    product.kind = command.kind
    product.parent_id = None
    product.product_type_id = vocabulary.types[command.product_type] if command.product_type else None
    product.axes = list(command.axes)
    product.channels = sorted(set(command.channels))
    product.requires_shipping = command.kind != Product.VIRTUAL
    _fill_common(product, command, vocabulary, tax_class=command.tax_class)


def _fill_variant(
    child: Product,
    variant: VariantInput,
    parent: Product,
    position: int,
    command: SaveProduct,
    vocabulary: _Vocabulary,
) -> None:
    child.kind = Product.VARIANT
    child.axes = []
    child.product_type_id = parent.product_type_id
    child.parent_id = parent.id
    child.position = position
    sold = parent.channels if variant.channels is None else variant.channels
    child.channels = sorted(set(sold) & set(parent.channels))
    child.requires_shipping = variant.requires_shipping
    _fill_common(child, variant, vocabulary, tax_class=variant.tax_class or command.tax_class)


def _fill_common(row: Product, part: SaveProduct | VariantInput, vocabulary: _Vocabulary, *, tax_class: str) -> None:
    row.sku = part.sku.strip()
    row.texts = {scope: _texts(text) for scope, text in part.texts.items()}
    row.values = {
        scope: {code: _value(code, value, scope, vocabulary) for code, value in values.items()}
        for scope, values in part.values.items()
    }
    row.shown = dict(part.shown)
    row.created_at = part.created_at or row.created_at
    row.tax_class = tax_class
    row.weight = part.weight
    row.external_id = {**row.external_id, **part.external_id}
    row.version += 1
    row.changed_at = clock.now()


def _texts(text: Mapping[str, str]) -> dict[str, str]:
    for name, value in text.items():
        if not isinstance(value, str) or "\0" in value:
            raise Invalid(f"{name} must be text.", field=f"/texts/{name}")
    return dict(text)


def _value(code: str, value: Any, scope: str, vocabulary: _Vocabulary) -> Any:
    attribute = vocabulary.attributes[code]
    level = scope.partition(":")[0] or "global"
    order = ("global", "channel", "view")
    if order.index(level) > order.index(attribute.scope):
        raise InvalidProduct(f"{code} is set per {attribute.scope}, not per {level}.", field=f"/values/{code}")
    return checked(
        value,
        attribute=code,
        kind=attribute.kind,
        options=vocabulary.options[code] if attribute.kind in CHOICES else (),
        field=f"/values/{code}",
    )


_WRITTEN = [
    *("sku", "kind", "product_type", "parent", "position", "axes", "texts", "values", "tax_class"),
    *("weight", "requires_shipping", "channels", "shown", "version", "external_id", "changed_at"),
    *("sku_key", "created_at"),
]


def _write(rows: Sequence[Product]) -> None:
    # One upsert instead of bulk_update, whose CASE expressions cost more than the rows.
    Product.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=_WRITTEN)


Families = Sequence[tuple[SaveProduct, Product, list[tuple[VariantInput, Product]]]]


def _withdraw_pages(variants: Collection[UUID]) -> None:
    """What became a variant has no page of its own any more."""
    if variants:
        ProductDocument.objects.filter(product_id__in=variants).delete()
        CategoryEntry.objects.filter(product_id__in=variants).delete()
        ProductCategory.objects.filter(product_id__in=variants).delete()
        slugs.free(variants)
        PriceBlock.objects.filter(product_id__in=variants).delete()
        mark_changed(variants)


def _dropped(families: Families, changed: Sequence[Product]) -> list[Product]:
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
        _write(gone)
    return gone


def _write_parts(families: Families, vocabulary: _Vocabulary) -> None:
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


def _give_slugs(families: Families, vocabulary: _Vocabulary) -> None:
    asked = {product.id: command.slugs for command, product, _ in families}
    similar = {product.id for command, product, _ in families if command.similar_slugs}
    products = [product for _, product, _ in families]
    slugs.name_products(products, views=vocabulary.views, asked=asked, similar=similar)


def _tell(rows: Iterable[Product], *, lane: Lane) -> None:
    """product_changed for everything that can be sold; a configurable product itself cannot."""
    rows = list(rows)
    parents = {row.id: row for row in rows}
    for row in rows:
        if row.kind == Product.CONFIGURABLE:
            continue
        publish(
            product_changed(row, parents.get(row.parent_id) if row.parent_id else None),
            aggregate_id=row.id,
            aggregate_version=row.version,
            lane=lane,
        )


def product_changed(row: Product, parent: Product | None) -> ProductChanged:
    """The event that says what a sellable product is now; its name is the widest scope's."""
    name = ""
    for texts in (*row.texts.values(), *(parent.texts.values() if parent else ())):
        name = name or texts.get("name", "")
    return ProductChanged(
        product=row.id,
        sku=row.sku,
        name=name or row.sku,
        type=row.kind,
        requires_shipping=row.requires_shipping,
        published=bool(row.channels),
        parent=row.parent_id,
    )

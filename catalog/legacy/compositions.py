"""What hangs on products and names others: parts of bundles, members of groups, products to show beside one.

It is made behind the products, so that those are there; whoever names one that comes later, or becomes a variant, is
made again (`tell_compositions`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from catalog.catalog.composition.checking import MOST_LINKS, MOST_MEMBERS, MOST_OPTIONS
from catalog.catalog.composition.writing import COMPONENTS
from catalog.commands import ComposeProduct, LinksInput, MemberInput, compose_products
from catalog.legacy import made
from catalog.legacy.bundles import SELECTION, bundle_options
from catalog.legacy.choices import TABLE as CUSTOM
from catalog.legacy.choices import Asked, cut, options_of
from catalog.legacy.shops import Shop, shop_of
from catalog.legacy.tables import MIRROR
from catalog.legacy.values import Note, Notes
from catalog.product.models import Product
from chassis.ids import migrated_id
from chassis.messages import Lane
from chassis.mirrors import Found, Row, Rows

KIND = "composition"
LINK = "catalog_product_link"
MEMBER = "super"
SHOWN = {"relation": "related", "up_sell": "up_sell", "cross_sell": "cross_sell"}


def make_link_types(source: str, owners: list[str]) -> None:
    """What links are called has changed: all are looked at again."""
    MIRROR.touch_all(source, KIND)


def make_compositions(source: str, owners: list[str]) -> None:
    """Compose the products whose composition has changed."""
    around = _Around.read(source, owners)
    commands: dict[str, ComposeProduct] = {}
    found: list[Found] = []
    for owner in owners:
        notes = Notes(owner)
        if command := _command(around, owner, notes):
            commands[owner] = command
        found += notes.found
    gone = made.forget(source, KIND, [owner for owner in owners if owner not in commands])
    changed = made.changed(source, KIND, commands)
    emptied = [_empty(around.products[owner]) for owner in sorted(gone, key=int) if _has_page(around, owner)]
    compose_products([*(commands[owner] for owner in sorted(changed, key=int)), *emptied], lane=Lane.BULK)
    MIRROR.replace_findings(source, KIND, owners, found)


def tell_compositions(source: str, products: Collection[str]) -> None:
    """These products, by Magento's id, are new or something else than before: whoever names them is due."""
    naming = {
        row["parent_product_id" if table == SELECTION else "product_id"] or ""
        for rows in MIRROR.touching(source, "part", products).values()
        for table, row in rows
    }
    due = MIRROR.rows_of(source, KIND, {*products, *naming})
    MIRROR.touch(source, KIND, {owner for owner, rows in due.items() if rows})


@dataclass(frozen=True, kw_only=True)
class _Around:
    """Products by Magento's id, and all that says how they hang together."""

    source: str
    shop: Shop
    rows: Mapping[str, Rows]
    products: Mapping[str, Product]
    types: Mapping[str, str]
    attributes: Mapping[str, str]
    links: Mapping[str, Rows]
    custom: Mapping[str, Rows]
    asked: Asked

    @classmethod
    def read(cls, source: str, owners: Collection[str]) -> "_Around":
        """All that these products' compositions refer to."""
        rows = MIRROR.rows_of(source, KIND, owners)
        named = {one["product_id"] or "" for several in rows.values() for one in several.all(SELECTION)}
        named |= {one["linked_product_id"] or "" for several in rows.values() for one in several.all(LINK)}
        ids = {migrated_id(source, "product", old): old for old in {*owners, *named}}
        products = {ids[row.id]: row for row in Product.objects.filter(id__in=list(ids)).select_related("parent")}
        bundles = [owner for owner in owners if owner in products and products[owner].kind == Product.BUNDLE]
        custom = MIRROR.rows_of(source, "product", bundles, tables=[CUSTOM]) if bundles else {}
        types = MIRROR.rows_of(source, "link_type")
        links = {one["link_id"] or "" for several in rows.values() for one in several.all(LINK)}
        return cls(
            source=source,
            shop=shop_of(source),
            rows=rows,
            products=products,
            types={id_: row["code"] or "" for id_, one in types.items() if (row := one.one(f"{LINK}_type"))},
            attributes={
                row["product_link_attribute_id"] or "": row["product_link_attribute_code"] or ""
                for one in types.values()
                for row in one.all(f"{LINK}_attribute")
            },
            links=MIRROR.rows_of(source, "link", links) if links else {},
            custom=custom,
            asked=Asked.of(source, custom.values()),
        )

    def of_link(self, link: Row, code: str) -> Decimal:
        """An attribute of a link: its position or quantity."""
        own = self.links.get(link["link_id"] or "", Rows())
        rows = (row for ending in ("int", "decimal") for row in own.all(f"{LINK}_attribute_{ending}"))
        named = (row["value"] for row in rows if self.attributes.get(row["product_link_attribute_id"] or "") == code)
        return Decimal(next(named, None) or 0)


def _has_page(around: _Around, owner: str) -> bool:
    product = around.products.get(owner)
    return product is not None and product.kind != Product.VARIANT


def _command(around: _Around, owner: str, notes: Notes) -> ComposeProduct | None:
    rows, product = around.rows[owner], around.products.get(owner)
    if not rows:
        return None
    if product is None:
        notes.whole("no_product", "its product is not carried")
        return None
    if product.kind == Product.VARIANT:
        notes.whole("of_a_variant", f"of {product.parent.sku if product.parent else ''}")
        return None
    options = None
    if product.kind == Product.BUNDLE:
        dynamic = bool(product.details.get("dynamic_price"))
        parts = {id_: row.sku for id_, row in around.products.items() if row.kind in COMPONENTS}
        asked = options_of(around.shop, around.custom.get(owner, Rows()), around.asked, notes)
        if dynamic and asked:
            notes("option_not_carried", "what is asked of a bundle of dynamic price beside its parts")
            asked = ()
        own = bundle_options(around.shop, rows, parts, notes, dynamic=dynamic)
        options = cut((*own, *asked), MOST_OPTIONS, "options", notes)
    elif rows.all(SELECTION):
        notes("parts_of_no_bundle", product.kind)
    members = _members(around, rows, product, notes)
    return ComposeProduct(sku=product.sku, options=options, members=members, links=_links(around, owner, notes))


def _empty(product: Product) -> ComposeProduct:
    return ComposeProduct(
        sku=product.sku,
        options=() if product.kind == Product.BUNDLE else None,
        members=() if product.kind == Product.GROUPED else None,
        links=LinksInput(),
    )


def _members(around: _Around, rows: Rows, product: Product, notes: Note) -> tuple[MemberInput, ...] | None:
    own = [row for row in _ordered(around, rows) if around.types.get(row["link_type_id"] or "") == MEMBER]
    if product.kind != Product.GROUPED:
        if own:
            notes("members_of_no_group", product.kind)
        return None
    found = []
    for row in own:
        part = around.products.get(row["linked_product_id"] or "")
        if part is None or part.kind not in COMPONENTS:
            notes("part_not_carried", row["linked_product_id"] or "")
            continue
        found.append(MemberInput(sku=part.sku, quantity=around.of_link(row, "qty")))
    return cut(found, MOST_MEMBERS, "members", notes)


def _links(around: _Around, owner: str, notes: Note) -> LinksInput:
    """Products to show; a variant has no page, so that its product's is shown."""
    found: dict[str, list[str]] = {kind: [] for kind in SHOWN.values()}
    for row in _ordered(around, around.rows[owner]):
        type_, target = around.types.get(row["link_type_id"] or "", ""), row["linked_product_id"] or ""
        if type_ == MEMBER:
            continue
        kind, shown = SHOWN.get(type_), around.products.get(target)
        if kind is None or shown is None:
            notes("link_not_carried", f"{type_ or row['link_type_id']} {target}")
            continue
        if shown.parent:
            notes("link_to_variant", f"{target} of {shown.parent.sku}")
            shown = shown.parent
        if shown.id != around.products[owner].id and shown.sku not in found[kind]:
            found[kind].append(shown.sku)
    return LinksInput(**{kind: cut(skus, MOST_LINKS, kind, notes) for kind, skus in found.items()})


def _ordered(around: _Around, rows: Rows) -> list[Row]:
    return sorted(rows.all(LINK), key=lambda row: (around.of_link(row, "position"), int(row["link_id"] or 0)))

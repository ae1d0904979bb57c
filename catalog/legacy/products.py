"""Products of all kinds, configurable ones together with their variants; what names other products comes behind.

In Magento every variant is a product of its own that a configurable one links to. Here it is part of the configurable
one, so a family is made together whichever of its members changed. A child that cannot be a variant stays a product
of its own.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.commands import SaveProduct, VariantInput, discontinue_products, save_products
from catalog.legacy import addresses, made
from catalog.legacy.choices import Asked
from catalog.legacy.compositions import tell_compositions
from catalog.legacy.drafts import KINDS, LINK, TABLE, Draft, Surroundings, draft
from catalog.legacy.files import Attached
from catalog.legacy.meanings import PRODUCT, meanings_of
from catalog.legacy.pictures import LINK as PICTURE_LINK
from catalog.legacy.sets import tax_classes
from catalog.legacy.shops import shop_of
from catalog.legacy.tables import MIRROR
from catalog.legacy.tiers import define_lists, groups_of
from catalog.legacy.values import Notes
from catalog.product.models import AttributeOption, Category, ProductType, Slug
from catalog.product.models import Product as Ours
from chassis.ids import migrated_id
from chassis.messages import Lane
from chassis.mirrors import Found, Rows

# What a configurable product may link to, in Magento too.
VARIANTS = frozenset({Ours.SIMPLE, Ours.VIRTUAL, Ours.DOWNLOADABLE})


def make_products(source: str, owners: list[str]) -> None:
    """Save the products whose command has changed, take those off sale that are gone."""
    family = _Family.read(source, owners)
    around = _surroundings(source, family.rows)
    drafts, found = _drafts(around, family)
    tiers = [tier for one in drafts.values() for price in one.prices for tier in price.tiers or ()]
    define_lists(around.shop, tiers, around.customer_groups)
    commands: dict[str, SaveProduct] = {}
    taken: set[str] = set()
    for id_ in sorted(drafts, key=int):
        if drafts[id_].kind == Ours.CONFIGURABLE:
            variants = _variants(drafts[id_], drafts, family)
            taken |= variants.keys()
            commands[id_] = drafts[id_].product(tuple(variants.values()))
    for id_ in drafts.keys() - commands.keys() - taken:
        commands[id_] = drafts[id_].product()
    gone = family.rows.keys() - drafts.keys()
    made.forget(source, "product", gone | taken)
    discontinue_products(_ours(source, gone), lane=Lane.BULK)
    changed = made.changed(source, "product", commands)
    save_products([commands[id_] for id_ in sorted(changed, key=int)], lane=Lane.BULK, may_become=True)
    _tell_of_parts(source, commands, gone)
    _note_addresses(source, commands, drafts)
    for one in drafts.values():
        found += one.notes.found
    MIRROR.replace_findings(source, "product", family.rows.keys(), found)


def _tell_of_parts(source: str, commands: Mapping[str, SaveProduct], gone: Collection[str]) -> None:
    """Who names a product is due when it is new, is called something else, or has become something else."""
    facts: dict[str, Any] = {}
    for id_, command in commands.items():
        facts[id_] = (command.sku, command.kind, command.dynamic_price)
        facts |= {str(v.external_id[source]): (v.sku, Ours.VARIANT, id_) for v in command.variants or ()}
    due = made.changed(source, "part", facts) | made.forget(source, "part", gone)
    bundles = {id_ for id_, command in commands.items() if command.kind == Ours.BUNDLE}
    tell_compositions(source, due | bundles)
    if due:
        MIRROR.touch_found(source, "address", addresses.LACKING)
        MIRROR.touch_found(source, "review", ["no_product"])
        MIRROR.touch_found(source, "wishlist", ["no_product"])


@dataclass(frozen=True, kw_only=True)
class _Family:
    """The rows of products, of all children of theirs and of the parents of both; `parent` by child."""

    rows: Mapping[str, Rows]
    parent: Mapping[str, str]

    @classmethod
    def read(cls, source: str, owners: Collection[str]) -> "_Family":
        """Whoever shares a child belongs together: a child is a variant of the first configurable one only."""
        roots, children = set(owners), set[str]()
        while True:
            links = MIRROR.touching(source, "product", list(roots | children))
            parents = {row["parent_id"] or "" for rows in links.values() for _, row in rows}
            own = MIRROR.rows_of(source, "product", roots | parents, tables=[LINK])
            linked = {row["product_id"] or "" for rows in own.values() for row in rows.all(LINK)}
            if parents <= roots and linked <= children:
                break
            roots, children = roots | parents, children | linked
        rows = MIRROR.rows_of(source, "product", roots | children)
        parent: dict[str, str] = {}
        for id_ in sorted((id_ for id_ in rows if _type(rows[id_]) == "configurable"), key=int):
            for link in rows[id_].all(LINK):
                parent.setdefault(link["product_id"] or "", id_)
        return cls(rows=rows, parent=parent)


def _drafts(around: Surroundings, family: _Family) -> tuple[dict[str, Draft], list[Found]]:
    """What can be carried, and why the rest cannot."""
    drafts, found = {}, []
    for id_, rows in family.rows.items():
        type_, notes = _type(rows), Notes(id_)
        if type_ in KINDS:
            drafts[id_] = draft(around, id_, rows, notes)
        elif type_:
            notes.whole("product_type_not_carried", type_)
        elif rows:
            notes.whole("no_entity", "rows of a product that is not there")
        if id_ not in drafts:
            found += notes.found
    return drafts, found


def _type(rows: Rows) -> str:
    entity = rows.one(TABLE)
    return (entity["type_id"] or "") if entity else ""


def _variants(parent: Draft, drafts: Mapping[str, Draft], family: _Family) -> dict[str, VariantInput]:
    """The children that differ in the axes, by id."""
    found: dict[str, VariantInput] = {}
    seen: set[tuple[str, ...]] = set()
    for id_ in parent.children:
        child = drafts.get(id_)
        if child is None or child.kind not in VARIANTS:
            parent.notes("variant_not_carried", id_)
            continue
        if family.parent.get(id_) != parent.id:
            parent.notes("variant_of_another", f"{id_} of {family.parent.get(id_)}")
            continue
        choice = tuple(child.values.get("", {}).get(axis, "") for axis in parent.axes)
        if not choice or "" in choice:
            child.notes("variant_without_option", f"of {parent.id}: {', '.join(parent.axes)}")
        elif choice in seen:
            child.notes("variant_twice", f"of {parent.id}")
        else:
            seen.add(choice)
            found[id_] = child.variant()
            if child.has_page:
                child.notes("variant_with_page", "a variant has no page of its own here")
    return found


def _surroundings(source: str, rows: Mapping[str, Rows]) -> Surroundings:
    shop = shop_of(source)
    meanings = meanings_of(source, PRODUCT, prices_per_website=shop.prices_per_website)
    used = {row["attribute_id"] for several in rows.values() for table in several.tables.values() for row in table
            if "attribute_id" in row}  # fmt: skip
    codes = {m.code for id_, m in meanings.items() if id_ in used and m.kind in ("select", "multi_select")}
    options: dict[str, set[str]] = {}
    for attribute, code in AttributeOption.objects.filter(attribute__code__in=codes).values_list(
        "attribute__code", "code"
    ):
        options.setdefault(attribute, set()).add(code)
    links = {row["value_id"] or "" for several in rows.values() for row in several.all(PICTURE_LINK)}
    return Surroundings(
        shop=shop,
        meanings=meanings,
        options=options,
        tax_classes=tax_classes(source),
        customer_groups=groups_of(source),
        types=set(ProductType.objects.values_list("code", flat=True)),
        categories=set(Category.objects.values_list("code", flat=True)),
        pictures=MIRROR.rows_of(source, "picture", links),
        asked=Asked.of(source, rows.values()),
        attached=Attached.of(source, rows.values()),
    )


def _ours(source: str, owners: Collection[str]) -> list[str]:
    ids = {migrated_id(source, "product", owner) for owner in owners}
    still = Ours.objects.filter(id__in=ids).exclude(sku_key__contains="\x1f")
    return list(still.values_list("id", flat=True))


def _note_addresses(source: str, commands: Mapping[str, SaveProduct], drafts: Mapping[str, Draft]) -> None:
    """Addresses that another product had already."""
    ids = {command.id: id_ for id_, command in commands.items()}
    for view, target, slug in Slug.objects.filter(target__in=list(ids), current=True).values_list(
        "view", "target", "slug"
    ):
        id_ = ids[target]
        asked = commands[id_].slugs.get(view)
        if asked and asked != slug:
            drafts[id_].notes("address_taken", f"{asked} in {view}, is {slug}")

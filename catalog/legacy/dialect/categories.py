"""Categories as Magento tells them: one with its attributes, the tree with how much lies in each, what lies in one."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.legacy.dialect.errors import Refused
from catalog.legacy.dialect.facts import Facts, values_of, whole
from catalog.legacy.dialect.shelf import ENTITY as PRODUCT
from catalog.legacy.tables import MIRROR
from chassis.mirrors import Row, Rows

ENTITY = "catalog_category_entity"
PLACES = "catalog_category_product"
ROOT = "1"
DEEPEST = 50
# What stands at the top of an answer, and so not among the attributes.
APART = frozenset({"name", "is_active", "include_in_menu", "position", "level", "available_sort_by"})
ENTITY_ATTRIBUTES = ("path", "children_count")


@dataclass(frozen=True, kw_only=True)
class Tree:
    """Every category's row, values in the store, and children, by id."""

    rows: Mapping[str, Row]
    values: Mapping[str, Mapping[str, str | None]]
    children: Mapping[str, list[str]]

    @classmethod
    def read(cls, facts: Facts) -> "Tree":
        """All categories."""
        kept = MIRROR.rows_of(facts.source, "category")
        rows = {id_: row for id_, several in kept.items() if (row := several.one(ENTITY))}
        children: dict[str, list[str]] = defaultdict(list)
        for id_, row in sorted(rows.items(), key=lambda item: (whole(item[1]["position"]), whole(item[0]))):
            children[row["parent_id"] or ""].append(id_)
        values = {id_: values_of(facts.categories, ENTITY, kept[id_], facts.store_id) for id_ in rows}
        return cls(rows=rows, values=values, children=children)

    def of(self, id_: str, code: str) -> str | None:
        """A value of a category in the store."""
        return self.values[id_].get(code)


def category(facts: Facts, id_: str) -> dict[str, Any]:
    """One category. Raises Refused for none."""
    return told(Tree.read(facts), id_)


def told(tree: Tree, id_: str) -> dict[str, Any]:
    """A category of a tree as Magento tells it."""
    if (row := tree.rows.get(id_)) is None:
        raise no_such(id_)
    open_ = [child for child in tree.children.get(id_, ()) if tree.of(child, "is_active") == "1"]
    values = {code: value for code, value in tree.values[id_].items() if code not in APART and value is not None}
    values |= {code: row[code] for code in ENTITY_ATTRIBUTES if row.get(code) is not None}
    found = {
        "id": whole(id_), "parent_id": whole(row["parent_id"]), "name": tree.of(id_, "name"),
        "is_active": _flag(tree.of(id_, "is_active")), "position": whole(row["position"]),
        "level": whole(row["level"]), "children": ",".join(open_), "created_at": row["created_at"],
        "updated_at": row["updated_at"], "path": row["path"],
        "include_in_menu": _flag(tree.of(id_, "include_in_menu")),
    }  # fmt: skip
    return {name: value for name, value in found.items() if value is not None} | {
        "custom_attributes": [{"attribute_code": code, "value": value} for code, value in values.items()]
    }


def _flag(value: str | None) -> bool | None:
    return None if value is None else value == "1"


def no_such(id_: str) -> Refused:
    """Magento's words for a category that is not there."""
    parameters = {"fieldName": "id", "fieldValue": whole(id_)}
    return Refused(404, "No such entity with %fieldName = %fieldValue", parameters)


def branch(facts: Facts, root: str, depth: int) -> dict[str, Any]:
    """The tree from a category down, or from the store's own root; `depth` of 0 is all of it."""
    tree = Tree.read(facts)
    top = root or (facts.store.root if facts.store else ROOT)
    if top not in tree.rows:
        raise no_such(top)
    counts = _counts(facts, tree)
    return _node(tree, top, counts, depth or DEEPEST)


def _node(tree: Tree, id_: str, counts: Mapping[str, int], depth: int) -> dict[str, Any]:
    row = tree.rows[id_]
    below = tree.children.get(id_, ()) if depth > 1 or depth == DEEPEST else ()
    return {
        "id": whole(id_), "parent_id": whole(row["parent_id"]), "name": tree.of(id_, "name"),
        "is_active": _flag(tree.of(id_, "is_active")), "position": whole(row["position"]),
        "level": whole(row["level"]), "product_count": counts.get(id_, 0),
        "children_data": [_node(tree, child, counts, depth - 1) for child in below],
    }  # fmt: skip


def _counts(facts: Facts, tree: Tree) -> dict[str, int]:
    """How many products lie in each category: in the category itself, and in an anchor also in those below it.

    As Magento counts: of a store what is assigned in its website, and in an anchor only what is shown in it.
    """
    kept = MIRROR.rows_of(facts.source, "product", tables=[PLACES, "catalog_product_website"])
    inside: dict[str, set[str]] = defaultdict(set)
    site = str(facts.website.id) if facts.website else None
    for product, rows in kept.items():
        if site is None or any(row["website_id"] == site for row in rows.all("catalog_product_website")):
            for row in rows.all(PLACES):
                inside[row["category_id"] or ""].add(product)
    shown = _shown(facts, {product for products in inside.values() for product in products}) if site else None
    found = {}
    for id_ in tree.rows:
        if tree.of(id_, "is_anchor") == "1":
            below = set().union(*(inside[one] for one in _all_below(tree, id_)))
            found[id_] = len(below if shown is None else below & shown)
        else:
            found[id_] = len(inside[id_])
    return found


def _all_below(tree: Tree, id_: str) -> Iterable[str]:
    path = f"{tree.rows[id_]['path']}/"
    return [id_, *(other for other, row in tree.rows.items() if (row["path"] or "").startswith(path))]


def _shown(facts: Facts, products: Collection[str]) -> set[str]:
    """Those that are enabled and to be seen in the catalogue of the store."""
    known = {id_: fact for id_, fact in facts.products.items() if fact.code in ("status", "visibility")}
    kept: Mapping[str, Rows] = MIRROR.rows_of(facts.source, "product", products, tables=[f"{PRODUCT}_int"])
    found = {id_: values_of(known, PRODUCT, rows, facts.store_id) for id_, rows in kept.items()}
    return {id_ for id_, said in found.items() if said.get("status") == "1" and said.get("visibility") in ("2", "4")}


def contents(facts: Facts, id_: str) -> list[dict[str, Any]]:
    """What lies in a category, and in an anchor below it, for `all`: at the first of a product's places, by its id."""
    tree = Tree.read(facts)
    if id_ not in tree.rows:
        raise no_such(id_)
    anchor = tree.of(id_, "is_anchor") == "1"
    below = set(_all_below(tree, id_)) if anchor else {id_}
    first: dict[str, int] = {}
    for product, rows in MIRROR.rows_of(facts.source, "product", tables=[PLACES]).items():
        if places := [whole(row["position"]) for row in rows.all(PLACES) if row["category_id"] in below]:
            first[product] = min(places)
    skus = MIRROR.rows_of(facts.source, "product", first, tables=[PRODUCT]) if first else {}
    return [
        {"sku": row["sku"], "position": first[product], "category_id": id_}
        for product in sorted(first, key=whole)
        if (row := skus[product].one(PRODUCT))
    ]

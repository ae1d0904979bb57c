"""Categories as Magento tells them: one with its attributes, the tree with how much lies in each, what lies in one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.legacy.dialect.criteria import Filter
from catalog.legacy.dialect.errors import NotHere, Refused
from catalog.legacy.dialect.facts import Facts, moment, values_of, whole
from catalog.legacy.dialect.listing import ROWS, Search, ask
from catalog.legacy.dialect.shelf import ENTITY as PRODUCT
from catalog.legacy.tables import MIRROR
from chassis.mirrors import Row

ENTITY = "catalog_category_entity"
PLACES = "catalog_category_product"
ROOT = "1"
DEEPEST = 50
SITES = "catalog_product_website"
MOST_CONTENTS = 20_000
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
    def read(cls, facts: Facts, *, around: str = "") -> "Tree":
        """All categories; with the values of all, or only of one and its children."""
        kept = MIRROR.rows_of(facts.source, "category", tables=[ENTITY])
        rows = {id_: row for id_, several in kept.items() if (row := several.one(ENTITY))}
        children: dict[str, list[str]] = defaultdict(list)
        for id_, row in sorted(rows.items(), key=lambda item: (whole(item[1]["position"]), whole(item[0]))):
            children[row["parent_id"] or ""].append(id_)
        wanted = [around, *children.get(around, ())] if around else list(rows)
        said = MIRROR.rows_of(facts.source, "category", wanted) if wanted else {}
        values = {id_: values_of(facts.categories, ENTITY, said[id_], facts.store_id) for id_ in wanted}
        return cls(rows=rows, values=values, children=children)

    def of(self, id_: str, code: str) -> str | None:
        """A value of a category in the store."""
        return self.values[id_].get(code)


def category(facts: Facts, id_: str) -> dict[str, Any]:
    """One category. Raises Refused for none."""
    return told(Tree.read(facts, around=id_), id_)


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
        "level": whole(row["level"]), "children": ",".join(open_), "created_at": moment(row["created_at"]),
        "updated_at": moment(row["updated_at"]), "path": row["path"],
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
    pairs = [
        (id_, below, anchor)
        for id_ in tree.rows
        for anchor in [tree.of(id_, "is_anchor") == "1"]
        for below in (_all_below(tree, id_) if anchor else (id_,))
    ]
    sold, shown, values = "", "TRUE", list(map(list, zip(*pairs, strict=True))) if pairs else [[], [], []]
    values.append(facts.source)
    if facts.website:
        sold, shown = " AND owner = ANY(%s)", "NOT p.anchor OR l.owner = ANY(%s)"
        values += [_sold(facts, facts.website.id), [row[0] for row in ask(*_shown(facts))]]
    return dict(
        ask(
            f"""WITH p AS (SELECT * FROM unnest(%s::text[], %s::text[], %s::bool[]) AS p(category, below, anchor)),
                l AS MATERIALIZED (SELECT DISTINCT owner,
                    jsonb_extract_path_text(after::jsonb, 'category_id') AS category FROM {ROWS}
                    WHERE source = %s AND "table" = '{PLACES}' AND after IS NOT NULL{sold})
                SELECT p.category, count(DISTINCT l.owner) FROM p JOIN l ON l.category = p.below
                WHERE {shown} GROUP BY p.category""",
            values,
        )
    )


def _sold(facts: Facts, website: int) -> list[str]:
    """Ids of the products of a website."""
    rows = ask(
        f"""SELECT owner FROM {ROWS} WHERE source = %s AND "table" = '{SITES}' AND after IS NOT NULL
            AND jsonb_extract_path_text(after::jsonb, 'website_id') = %s""",
        [facts.source, str(website)],
    )
    return [row[0] for row in rows]


def _all_below(tree: Tree, id_: str) -> Iterable[str]:
    path = f"{tree.rows[id_]['path']}/"
    return [id_, *(other for other, row in tree.rows.items() if (row["path"] or "").startswith(path))]


def _shown(facts: Facts) -> tuple[str, list[Any]]:
    """The statement for products that are enabled and to be seen in the catalogue of the store."""
    search = Search(facts)
    search.where([Filter(field="status", value="1", condition="eq")])
    search.where([Filter(field="visibility", value="2,4", condition="in")])
    return search.all()


def contents(facts: Facts, id_: str) -> list[dict[str, Any]]:
    """What lies in a category, and in an anchor below it, for `all`: at the first of a product's places, by its id."""
    tree = Tree.read(facts, around=id_)
    if id_ not in tree.rows:
        raise no_such(id_)
    below = _all_below(tree, id_) if tree.of(id_, "is_anchor") == "1" else [id_]
    rows = ask(
        f"""SELECT jsonb_extract_path_text(e.after::jsonb, 'sku'), l.place FROM
            (SELECT owner, min(jsonb_extract_path_text(after::jsonb, 'position')::int) AS place FROM {ROWS}
             WHERE source = %s AND "table" = '{PLACES}' AND after IS NOT NULL
             AND jsonb_extract_path_text(after::jsonb, 'category_id') = ANY(%s) GROUP BY owner) l
            JOIN {ROWS} e ON e.source = %s AND e.kind = 'product' AND e.owner = l.owner
                AND e."table" = '{PRODUCT}' AND e.after IS NOT NULL
            ORDER BY e.owner::bigint LIMIT %s""",
        [facts.source, list(below), facts.source, MOST_CONTENTS + 1],
    )
    if len(rows) > MOST_CONTENTS:
        raise NotHere("more products than are listed here")
    return [{"sku": sku, "position": place, "category_id": id_} for sku, place in rows]

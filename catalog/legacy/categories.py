"""The category trees. All are looked at together, because an address may need the names of those above it."""

from collections import Counter
from collections.abc import Iterable, Mapping

from catalog.commands import DefineCategory, define_category
from catalog.legacy import made
from catalog.legacy.meanings import CATEGORY, DERIVED, meanings_of
from catalog.legacy.shops import Shop, category_code, make_shop, shop_of
from catalog.legacy.tables import MIRROR
from catalog.legacy.values import Notes, Values, values_of
from catalog.product.models import Category
from chassis.ids import migrated_id
from chassis.mirrors import Found, Row, Rows

TOP = "0"
TABLE = "catalog_category_entity"
TEXTS = ("name", "description", "meta_title", "meta_description", "meta_keywords")
# Their usual value says nothing; any other is noted.
USUAL = {
    "is_anchor": "1",
    "include_in_menu": "1",
    "display_mode": "PRODUCTS",
    "custom_use_parent_settings": "0",
    "custom_apply_to_products": "0",
}
_CARRIED = frozenset({*TEXTS, *DERIVED, "url_key", "is_active", "all_children", "children", "path_in_store"})


def make_categories(source: str, owners: list[str]) -> None:
    """Define every category whose definition has changed, parents first; close those that are gone."""
    shop = shop_of(source)
    kept = {id_: rows for id_, rows in MIRROR.rows_of(source, "category").items() if rows}
    entities = {id_: row for id_, rows in kept.items() if (row := rows.one(TABLE))}
    order = [id_ for id_ in _parents_first(entities) if entities[id_]["parent_id"] != TOP]
    found: list[Found] = _left_out(kept, entities, order)
    meanings = meanings_of(source, CATEGORY, prices_per_website=False)
    values: dict[str, Values] = {}
    notes = {id_: Notes(id_) for id_ in order}
    for id_ in order:
        values[id_] = values_of(shop, meanings, TABLE, kept[id_], notes[id_])
    addresses = _addresses(shop, order, entities, values, notes)
    commands = {}
    for id_ in order:
        commands[id_] = _command(shop, entities[id_], values[id_], addresses[id_], notes[id_])
        found += notes[id_].found
    changed = made.changed(source, "category", commands)
    for id_ in order:
        if id_ in changed:
            define_category(commands[id_])
    _close(source, made.known(source, "category") - commands.keys())
    MIRROR.replace_findings(source, "category", {*kept, *owners}, found)
    if any(commands[id_].parent is None for id_ in changed):
        make_shop(source)
    if changed:
        MIRROR.touch_found(source, "product", ["unknown_category"])


def _parents_first(entities: Mapping[str, Row]) -> list[str]:
    """Categories whose line up to the top is complete, by level and id."""
    found: list[str] = []
    children: dict[str, list[str]] = {}
    for id_, row in entities.items():
        children.setdefault(row["parent_id"] or TOP, []).append(id_)
    level = sorted(children.get(TOP, ()), key=int)
    while level:
        found += level
        level = sorted((child for id_ in level for child in children.get(id_, ())), key=int)
    return found


def _left_out(kept: Mapping[str, Rows], entities: Mapping[str, Row], order: Iterable[str]) -> list[Found]:
    found = []
    for id_ in kept.keys() - set(order):
        if id_ not in entities:
            found.append(
                Found(owner=id_, code="no_entity", detail="values of a category that is not there", whole=True)
            )
        elif entities[id_]["parent_id"] == TOP:
            found.append(Found(owner=id_, code="root_of_all_trees", whole=True))
        else:
            found.append(Found(owner=id_, code="parent_missing", detail=entities[id_]["path"] or "", whole=True))
    return found


def _command(shop: Shop, row: Row, values: Values, addresses: Mapping[str, str], notes: Notes) -> DefineCategory:
    id_ = row["entity_id"] or ""
    texts: dict[str, dict[str, str]] = {"": {}}
    for code in values.rows:
        if code in TEXTS:
            for scope, text in values.scoped(code, notes).items():
                texts.setdefault(scope, {})[code] = text
    if not any(text.get("name") for text in texts.values()):
        notes("no_name")
        texts[""]["name"] = category_code(shop.source, id_)
    closed = sorted(store.code for store in shop.stores.values() if values.at("is_active", store) != "1")
    _note_the_rest(shop, values, notes)
    above = row["parent_id"] or TOP
    everywhere = len(closed) == len(shop.stores) and values.default("is_active") != "1"
    return DefineCategory(
        code=category_code(shop.source, id_),
        texts={scope: dict(sorted(text.items())) for scope, text in sorted(texts.items()) if text},
        # Category 1 holds all trees together and is no category itself.
        parent=None if row["level"] == "1" else category_code(shop.source, above),
        slugs=dict(addresses),
        position=int(row["position"] or 0),
        active=not everywhere,
        inactive_in=() if everywhere else tuple(closed),
        similar_slugs=True,
        id=migrated_id(shop.source, "category", id_),
        external_id={shop.source: id_},
    )


def _note_the_rest(shop: Shop, values: Values, notes: Notes) -> None:
    for code, rows in values.rows.items():
        meaning = values.meanings[code]
        if code in _CARRIED or meaning.backend == "static":
            continue
        told = {value for store, value in rows.items() if store in (0, *shop.stores)} - {None, "", USUAL.get(code)}
        if told:
            notes("attribute_not_carried", f"{code}: {', '.join(sorted(v[:40] for v in told if v))}")


def _addresses(
    shop: Shop,
    order: Iterable[str],
    entities: Mapping[str, Row],
    values: Mapping[str, Values],
    notes: Mapping[str, Notes],
) -> dict[str, dict[str, str]]:
    """By category and view: its url key where that is its own, else with the keys of those above it."""
    order = [id_ for id_ in order if entities[id_]["level"] != "1"]
    found: dict[str, dict[str, str]] = {id_: {} for id_ in entities}
    for store in shop.stores.values():
        keys = {id_: _clean(values[id_].at("url_key", store)) for id_ in order}
        times = Counter(keys.values())
        for id_ in order:
            line = [keys[above] for above in (entities[id_]["path"] or "").split("/") if keys.get(above)]
            if not keys[id_]:
                continue
            alone = times[keys[id_]] == 1
            found[id_][store.code] = keys[id_] if alone else "-".join(line)
            if not alone and len(line) > 1:
                notes[id_]("address_with_parents", f"{found[id_][store.code]} in {store.code}")
    return found


def _clean(key: str | None) -> str:
    """A url key that can stand in an address of ours, else none: then one is made of the name."""
    key = (key or "").strip()
    return key if 0 < len(key) <= 200 and not set(key) & {"/", "\0"} else ""


def _close(source: str, gone: Iterable[str]) -> None:
    """Categories stay for the products that were in them, but nobody sees them."""
    for id_ in made.forget(source, "category", list(gone)):
        row = Category.objects.filter(id=migrated_id(source, "category", id_)).select_related("parent").first()
        if row:
            define_category(
                DefineCategory(
                    code=row.code, texts=row.texts, parent=row.parent.code if row.parent else None,
                    position=row.position, active=False, similar_slugs=True, id=row.id,
                    external_id=row.external_id,
                )
            )  # fmt: skip

"""A product as Magento tells it over REST, but for its stock item, which is logistics' to tell."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from catalog.legacy.dialect import parts
from catalog.legacy.dialect.facts import GLOBAL, Facts, moment, number, values_of, whole
from catalog.legacy.dialect.pictures import gallery
from catalog.legacy.dialect.prices import price_of, rate_of, tiers
from catalog.legacy.dialect.shelf import ENTITY, Shelf, read_shelf
from catalog.legacy.tables import MIRROR
from chassis.mirrors import Row

# What stands at the top of an answer, or in a form of its own, and so not among the attributes.
APART = frozenset({
    *("sku", "name", "price", "status", "visibility", "weight", "created_at", "updated_at", "attribute_set_id"),
    *("type_id", "media_gallery", "gallery", "tier_price", "quantity_and_stock_status", "category_ids"),
})  # fmt: skip
ENTITY_ATTRIBUTES = ("has_options", "required_options")


def products(
    facts: Facts, ids: Collection[str], *, listed: bool = False, by_store: bool = True
) -> dict[str, dict[str, Any]]:
    """Answers about products by Magento's id; one that is not there is left out.

    As Magento does, a product of a list says also attributes that its set has not; and its prices, which are global by
    their attributes' rows whatever the setting says, are those of store 0 there unless `by_store`.
    """
    shelf = read_shelf(facts, ids)
    rate = rate_of(facts)
    order = _option_order(shelf)
    globally = frozenset() if not listed or by_store else _price_codes(facts)
    return {
        id_: _product(shelf, row, rate, order, globally, listed=listed)
        for id_ in ids
        if (row := shelf.products[id_].one(ENTITY))
    }


def _product(
    shelf: Shelf, row: Row, rate: Decimal | None, order: Mapping[str, int], globally: frozenset[str], *, listed: bool
) -> dict[str, Any]:
    facts, id_, type_ = shelf.facts, row["entity_id"] or "", row["type_id"] or ""
    rows = shelf.products[id_]
    values = values_of(facts.products, ENTITY, rows, facts.store_id, globally=globally)
    if not listed:
        own = facts.sets.get(row["attribute_set_id"] or "", frozenset())
        values = {code: value for code, value in values.items() if facts.product_codes[code].id in own}
    places = sorted(rows.all("catalog_category_product"), key=lambda place: whole(place["entity_id"]))
    top = {
        "id": whole(id_), "sku": row["sku"], "name": values.get("name"),
        "attribute_set_id": whole(row["attribute_set_id"]), "price": price_of(type_, values.get("price")),
        "status": _whole(values.get("status")), "visibility": _whole(values.get("visibility")), "type_id": type_,
        "created_at": moment(row["created_at"]), "updated_at": moment(row["updated_at"]),
        "weight": _weight(type_, values.get("weight")),
    }  # fmt: skip
    return {
        **{name: value for name, value in top.items() if value is not None},
        "extension_attributes": _extension(shelf, row, places, order, values),
        "product_links": parts.links(shelf, row),
        "options": parts.options(shelf, row),
        "media_gallery_entries": gallery(shelf, id_, values),
        "tier_prices": tiers(facts, rows, values.get("price"), rate),
        "custom_attributes": _attributes(row, values, places),
    }


def _extension(
    shelf: Shelf, row: Row, places: list[Row], order: Mapping[str, int], values: Mapping[str, str | None]
) -> dict[str, Any]:
    sites = shelf.products[row["entity_id"] or ""].all("catalog_product_website")
    found: dict[str, Any] = {"website_ids": sorted(whole(site["website_id"]) for site in sites)}
    if places:
        found["category_links"] = [
            {"position": whole(place["position"]), "category_id": place["category_id"]} for place in places
        ]
    if row["type_id"] == "configurable":
        found |= parts.configurable(shelf, row, order)
    if row["type_id"] == "bundle":
        found |= parts.bundle(shelf, row, _prices(shelf), dynamic=values.get("price_type") != "1")
    if row["type_id"] == "downloadable":
        found |= parts.downloads(shelf, row)
    return found


def _attributes(row: Row, values: Mapping[str, str | None], places: list[Row]) -> list[dict[str, Any]]:
    told: dict[str, Any] = {code: value for code, value in values.items() if code not in APART and value is not None}
    told |= {code: row[code] for code in ENTITY_ATTRIBUTES if row.get(code) is not None}
    told["category_ids"] = [place["category_id"] for place in places]
    return [{"attribute_code": code, "value": value} for code, value in told.items()]


def _price_codes(facts: Facts) -> frozenset[str]:
    return frozenset(fact.code for fact in facts.products.values() if fact.price and fact.scope == GLOBAL)


def _weight(type_: str, value: str | None) -> int | float | None:
    """A bundle without a weight of its own weighs 0 by itself."""
    return (number(value) or 0) if type_ == "bundle" else number(value)


def _prices(shelf: Shelf) -> dict[str, int | float | None]:
    """Prices of parts of bundles in the store."""
    facts = shelf.facts
    known = {id_: fact for id_, fact in facts.products.items() if fact.code == "price"}
    return {
        id_: number(values_of(known, ENTITY, rows, facts.store_id).get("price"))
        for id_, rows in {**shelf.others, **shelf.products}.items()
    }


def _option_order(shelf: Shelf) -> dict[str, int]:
    """Places of the options of attributes that variants differ in."""
    axes = {row["attribute_id"] or "" for rows in shelf.products.values() for row in rows.all(parts.AXES)}
    if not axes:
        return {}
    kept = MIRROR.rows_of(shelf.facts.source, "attribute", axes, tables=["eav_attribute_option"])
    rows = [row for several in kept.values() for row in several.all("eav_attribute_option")]
    ordered = sorted(rows, key=lambda row: (whole(row["sort_order"]), whole(row["option_id"])))
    return {row["option_id"] or "": place for place, row in enumerate(ordered)}


def _whole(value: str | None) -> int | None:
    return None if value is None else whole(value)

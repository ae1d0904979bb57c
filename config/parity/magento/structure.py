"""What goods are put in order by: store views, attributes with their options, and category trees."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from config.parity.facts import RECORD, Fact, Such, fact
from config.parity.magento.products import APART
from config.parity.magento.shop import ADMIN, Store
from config.parity.magento.values import GLOBAL, WEBSITE, Attribute, Values, entity_ids, read_attributes, read_values
from config.parity.sides import Sides

TEXTS = ("name", "description", "short_description", "meta_title", "meta_description", "meta_keyword")
OF_CATEGORIES = ("name", "description", "meta_title", "meta_description", "meta_keywords")
SCOPES = {GLOBAL: "global", WEBSITE: "channel", "view": "view"}
KINDS = {"text": "text", "boolean": "boolean", "whole": "number", "decimal": "decimal", "date": "date",
         "option": "select", "options": "multi_select"}  # fmt: skip
LONG = ("textarea", "texteditor", "pagebuilder")
# What Magento computes, and values that say nothing.
COMPUTED = frozenset({"children_count", "url_path", "all_children", "children", "path_in_store", "path"})
USUAL = {"is_anchor": "1", "include_in_menu": "1", "display_mode": "PRODUCTS", "custom_use_parent_settings": "0",
         "custom_apply_to_products": "0"}  # fmt: skip
Row = dict[str, Any]


def store_keys(sides: Sides) -> Iterator[str]:
    """Ids of all store views but the admin's."""
    return (str(id_) for id_ in sides.shop.stores)


def stores(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Views with the settings of their websites."""
    shop, found = sides.shop, {}
    for store in shop.stores.values():
        site = shop.websites[store.website]
        zone = shop.configuration.get("general/locale/timezone", website=site.id)
        found[str(store.id)] = {
            "code": store.code, "name": store.name, "locale": shop.locale(store), "open": store.active,
            "root": store.root or None, "website": site.code, "website name": site.name,
            "currency": shop.currency(site), "time zone": fact(zone, {"unknown_time_zone": shop.zone(site).key}),
            "prices include tax": shop.configuration.get("tax/calculation/price_includes_tax", website=site.id) == "1",
            "website open": any(one.active for one in site.stores),
        }  # fmt: skip
    return {key: found[key] for key in keys if key in found}


def attribute_keys(sides: Sides) -> Iterator[str]:
    """Ids of the products' attributes."""
    return (str(row["attribute_id"]) for row in _product_attributes(sides))


def attributes(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Attributes with their labels and options in every view."""
    known = read_attributes(sides, "catalog_product")
    options, labels = _options(sides, keys), _labels(sides, keys)
    found = {}
    for row in _product_attributes(sides):
        key = str(row["attribute_id"])
        if key in keys:
            attribute = known.get(row["attribute_id"])
            found[key] = _attribute(sides, row, attribute, options.get(key, []), labels.get(key, {}))
    return found


def _product_attributes(sides: Sides) -> list[Row]:
    return sides.there(
        "SELECT a.*, c.is_filterable, c.is_searchable, c.is_visible_on_front, c.position FROM {eav_attribute} a"
        " JOIN {eav_entity_type} t ON t.entity_type_id = a.entity_type_id"
        " LEFT JOIN {catalog_eav_attribute} c ON c.attribute_id = a.attribute_id"
        " WHERE t.entity_type_code = 'catalog_product' ORDER BY a.attribute_id"
    )


def _attribute(
    sides: Sides, row: Row, attribute: Attribute | None, options: Sequence[Row], labels: Mapping[int, str]
) -> dict[str, Any]:
    code = row["attribute_code"]
    record: dict[str, Any] = {}
    if code in APART or code in TEXTS or row["frontend_input"] in ("media_image", "gallery"):
        record[RECORD] = Fact(True, {"said_by_the_product_itself": None})
    elif attribute is None or attribute.foreign:
        record[RECORD] = Fact(True, {"attribute_not_carried": None})
    kind = KINDS[attribute.kind] if attribute else row["backend_type"]
    chosen = kind in ("select", "multi_select")
    record |= {
        "code": code,
        "kind": "rich_text" if kind == "text" and row["frontend_input"] in LONG else kind,
        "scope": SCOPES[attribute.scope] if attribute else None,
        "required": row["is_required"] == 1,
        "filterable": row["is_filterable"] in (1, 2),
        "searchable": row["is_searchable"] == 1,
        "visible": row["is_visible_on_front"] == 1,
        "position": row["position"] or 0,
        "options": [str(one["option_id"]) for one in options] if chosen else [],
    }
    for store in sides.shop.stores.values():
        record[f"label [{store.code}]"] = labels.get(store.id) or row["frontend_label"] or code
        for one in options if chosen else ():
            said = one["labels"].get(store.id) or one["labels"].get(ADMIN) or None
            record[f"option {one['option_id']} [{store.code}]"] = fact(
                said, {} if said else {"option_without_label": str(one["option_id"])}
            )
    return record


def _options(sides: Sides, keys: Sequence[str]) -> dict[str, list[Row]]:
    """Options of attributes in their order, each with its labels by store."""
    rows = sides.there(
        "SELECT * FROM {eav_attribute_option} WHERE attribute_id IN %s ORDER BY sort_order, option_id",
        [int(key) for key in keys],
    )
    labels: dict[int, dict[int, str]] = defaultdict(dict)
    for row in sides.there(
        "SELECT * FROM {eav_attribute_option_value} WHERE option_id IN %s", [row["option_id"] for row in rows]
    ):
        labels[row["option_id"]][row["store_id"]] = row["value"]
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[str(row["attribute_id"])].append({**row, "labels": labels[row["option_id"]]})
    return found


def _labels(sides: Sides, keys: Sequence[str]) -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for row in sides.there("SELECT * FROM {eav_attribute_label} WHERE attribute_id IN %s", [int(key) for key in keys]):
        found[str(row["attribute_id"])][row["store_id"]] = row["value"]
    return found


def category_keys(sides: Sides) -> Iterator[str]:
    """Ids of all categories."""
    return (str(row["entity_id"]) for row in sides.there("SELECT DISTINCT entity_id FROM {catalog_category_entity}"))


def categories(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Categories in every view. All are read: an address may need the names of those above it."""
    table = "catalog_category_entity"
    entities = entity_ids(sides, table, list(category_keys(sides)))
    rows = {str(row["entity_id"]): row for row in entities.values()}
    values = read_values(
        sides, table, read_attributes(sides, "catalog_category"),
        {link: str(row["entity_id"]) for link, row in entities.items()},
    )  # fmt: skip
    times = {
        store.id: Counter(_key(values[id_], store) for id_, row in rows.items() if row["level"] != 1)
        for store in sides.shop.stores.values()
    }
    return {key: _category(sides, rows, values, key, times) for key in keys if key in rows}


def _category(
    sides: Sides, rows: Mapping[str, Row], values: Mapping[str, Values], key: str, times: Mapping[int, Counter[str]]
) -> dict[str, Any]:
    row, mine = rows[key], values[key]
    parent, record = str(row["parent_id"]), {}
    if row["parent_id"] == 0:
        record[RECORD] = Fact(True, {"root_of_all_trees": None})
    elif parent not in rows:
        record[RECORD] = Fact(True, {"parent_missing": None})
    top = parent in rows and rows[parent]["parent_id"] == 0
    record |= {"parent": None if top else parent, "position": row["position"] or 0}
    for store in sides.shop.stores.values():
        record[f"open [{store.code}]"] = mine.at("is_active", store) == "1"
        record[f"address [{store.code}]"] = _address(rows, values, key, store, times[store.id])
        for code in OF_CATEGORIES:
            said = mine.shown(code, store, sides.shop) if code in mine.rows else None
            nameless = code == "name" and not any(mine.rows.get("name", {}).values())
            record[f"{code} [{store.code}]"] = Fact(None, {"no_name": Such(bool)}) if nameless else said
    for code, stored in mine.rows.items():
        if code not in (*OF_CATEGORIES, "is_active", "url_key") and code not in COMPUTED:
            told = {text for text in stored.values() if text} - {USUAL.get(code)}
            if told:
                record[code] = Fact(sorted(told), {"attribute_not_carried": None})
    return record


def _key(values: Values, store: Store) -> str:
    key = (values.at("url_key", store) or "").strip()
    return key if 0 < len(key) <= 200 and "/" not in key else ""


def _address(rows: Mapping[str, Row], values: Mapping[str, Values], key: str, store: Store, times: Counter[str]) -> Any:
    said = _key(values[key], store)
    above = [one for one in str(rows[key]["path"] or "").split("/") if one in rows and rows[one]["level"] != 1]
    line = "-".join(part for one in above if (part := _key(values[one], store)))
    otherwise: dict[str, Any] = {}
    if not said or rows[key]["level"] == 1:
        otherwise["address_made_of_the_name"] = Such(bool)
    elif times[said] > 1:
        otherwise["address_with_parents"] = line
        otherwise["address_taken"] = Such(lambda slug: str(slug).startswith(f"{line}-"))
    return fact(said or None, otherwise)

"""Products as Magento shows them in every view: texts, attributes, where they are shown, pictures and places."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from config.parity.facts import RECORD, Fact, Such, fact
from config.parity.magento.families import Families, read_families
from config.parity.magento.pictures import Gallery, pictures, read_galleries
from config.parity.magento.shop import Shop, Store, Website, moment
from config.parity.magento.values import Values, entity_ids, read_attributes, read_values
from config.parity.sides import Sides

TABLE = "catalog_product_entity"
CARRIED = ("simple", "virtual", "configurable", "bundle", "grouped", "downloadable")
SOLD_SINGLY = ("simple", "virtual", "downloadable")
UNSENT = ("virtual", "downloadable")
# Told in other words here, or Magento's own bookkeeping.
APART = frozenset(
    {"price", "special_price", "special_from_date", "special_to_date", "cost", "msrp", "tier_price", "minimal_price"}
    | {"status", "visibility", "tax_class_id", "weight", "url_key", "url_path", "sku", "media_gallery", "category_ids"}
    | {"has_options", "required_options", "created_at", "updated_at"}
)
ENABLED = "1"
NOWHERE, CHOOSABLE = "nowhere", "choosable"
_SHOWN = {"2": "catalog", "3": "search", "4": "everywhere"}


@dataclass(frozen=True, kw_only=True)
class Read:
    """All that the records of some products are made of."""

    shop: Shop
    values: Mapping[str, Values]
    websites: Mapping[str, set[int]]
    families: Families
    galleries: Mapping[str, Gallery]
    places: Mapping[str, Mapping[str, int]]
    categories: frozenset[str]
    tax_classes: Mapping[str, list[str]]
    shared_keys: frozenset[str]


def keys(sides: Sides) -> Iterator[str]:
    """Ids of all products."""
    return (str(row["entity_id"]) for row in sides.there("SELECT DISTINCT entity_id FROM {catalog_product_entity}"))


def records(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What each product is in Magento."""
    families = read_families(sides, keys)
    entities = entity_ids(sides, TABLE, list({*keys, *families.relatives}))
    ids = {link: str(row["entity_id"]) for link, row in entities.items()}
    values = read_values(sides, TABLE, read_attributes(sides, "catalog_product"), ids)
    wanted = set(keys)
    found = Read(
        shop=sides.shop, values=values, websites=_websites(sides, list(ids.values())), families=families,
        galleries=read_galleries(sides, {link: key for link, key in ids.items() if key in wanted}),
        places=_places(sides, keys), tax_classes=tax_classes(sides), shared_keys=_shared_keys(sides, values),
        categories=frozenset(
            str(row["entity_id"]) for row in sides.there("SELECT entity_id FROM {catalog_category_entity}")
        ),
    )  # fmt: skip
    return {str(row["entity_id"]): _record(found, row) for row in entities.values() if str(row["entity_id"]) in wanted}


def _record(found: Read, row: dict[str, Any]) -> dict[str, Any]:
    key, type_ = str(row["entity_id"]), row["type_id"]
    if type_ not in CARRIED:
        return {RECORD: Fact(True, {"product_type_not_carried": None})}
    values, family = found.values[key], found.families.of(key)
    child = bool(family.parents) and type_ in SOLD_SINGLY
    sku = row["sku"] or ""
    record = {
        "sku": fact(sku, {"sku_trimmed": sku.strip()}),
        "type": fact(type_, {"variant_of_a_configurable": "variant"} if child else {}),
        "made": moment(row["created_at"]),
        "attribute set": str(row["attribute_set_id"]),
        "variant of": family.fact,
        "axes": family.axes,
        "weight": _weight(values),
        "places": _in_categories(found, key, child),
        **_tax(found, values),
        **pictures(found.galleries.get(key), values, found.shop),
    }
    if type_ in SOLD_SINGLY:
        record["is sent"] = type_ not in UNSENT
    for site in found.shop.websites.values():
        for store in site.stores:
            record[f"shown [{store.code}]"] = _shown(found, key, site, store, child)
            record[f"address [{store.code}]"] = _address(found, values, store, child)
    return record | _attributes(found, values, sku.strip())


def _attributes(found: Read, values: Values, sku: str) -> dict[str, Any]:
    record = {}
    named = any(values.rows.get("name", {}).values())
    for code, rows in values.rows.items():
        if code in APART or values.attributes[code].input == "media_image":
            continue
        same = rows.keys() <= {0}
        said: Any = None
        for number, store in enumerate(found.shop.stores.values()):
            if not same or not number:
                said = values.shown(code, store, found.shop)
            if said is not None:
                record[f"{code} [{store.code}]"] = said
    if not named:
        record |= {f"name [{s.code}]": Fact(None, {"no_name": sku}) for s in found.shop.stores.values()}
    return record


def _shown(found: Read, key: str, site: Website, store: Store, child: bool) -> Any:
    """Where shoppers meet it. A variant is chosen on its product's page, whether or not it has one itself."""
    values, mine = found.values[key], site.id in found.websites.get(key, ())
    on = mine and values.at("status", store) == ENABLED
    said = _SHOWN.get(values.at("visibility", store) or "", NOWHERE) if on else NOWHERE
    otherwise: dict[str, Any] = {}
    if child:
        otherwise["chosen_on_its_products_page"] = CHOOSABLE if on else NOWHERE
        if on and not any(_sold(found, parent, site) for parent in found.families.of(key).parents):
            otherwise["its_product_is_not_sold"] = NOWHERE
    if on and not _sold(found, key, site):
        otherwise["sold_in_no_open_view"] = NOWHERE
    return fact(said, otherwise)


def _sold(found: Read, key: str, site: Website) -> bool:
    """Whether a product is enabled in a view of a website that is open (in any, where none is)."""
    values = found.values.get(key)
    stores = [store for store in site.stores if store.active] or list(site.stores)
    return (
        values is not None
        and site.id in found.websites.get(key, ())
        and any(values.at("status", store) == ENABLED for store in stores)
    )


def _address(found: Read, values: Values, store: Store, child: bool) -> Any:
    said = (values.at("url_key", store) or "").strip() or None
    otherwise: dict[str, Any] = {}
    if child or values.at("status", store) != ENABLED or values.at("visibility", store) not in _SHOWN:
        otherwise["no_page_no_address"] = None
    if said is None or len(said) > 200 or "/" in said:
        otherwise["address_made_of_the_name"] = Such(bool)
    elif said in found.shared_keys:
        otherwise["address_taken"] = Such(lambda slug: str(slug).startswith(f"{said}-"))
    return fact(said, otherwise)


def _shared_keys(sides: Sides, values: Mapping[str, Values]) -> frozenset[str]:
    """Of these products' url keys those that other products have, too."""
    wanted = {key for one in values.values() for key in one.rows.get("url_key", {}).values() if key}
    rows = sides.there(
        f"SELECT v.value FROM {{catalog_product_entity_varchar}} v JOIN {{eav_attribute}} a"
        " ON a.attribute_id = v.attribute_id AND a.attribute_code = 'url_key' WHERE v.value IN %s"
        f" GROUP BY v.value HAVING COUNT(DISTINCT v.{sides.link}) > 1",
        sorted(wanted),
    )
    return frozenset(str(row["value"]) for row in rows)


def _weight(values: Values) -> Any:
    text = values.default("weight")
    exact = Decimal(text) if text else None
    return fact(exact, {"weight_rounded": exact.quantize(Decimal("0.0001"))} if exact is not None else {})


def _tax(found: Read, values: Values) -> dict[str, Any]:
    """The class of goods by website; here a product has one, that of all websites."""
    record = {}
    scope = values.attributes["tax_class_id"].scope if "tax_class_id" in values.attributes else "global"
    general = values.default("tax_class_id")
    for site in found.shop.websites.values():
        said = general if scope == "global" else values.at("tax_class_id", site.default)
        codes, usual = _tax_codes(found, said), _tax_codes(found, general)
        record[f"tax class [{site.code}]"] = fact(
            codes[0], {"class_named_alike": Such(codes.__contains__), "tax_class_of_one_website": usual[0]}
        )
    return record


def _tax_codes(found: Read, id_: str | None) -> list[str]:
    return ["none"] if id_ in (None, "", "0") else found.tax_classes.get(str(id_), [f"class-{id_}"])


def tax_classes(sides: Sides) -> dict[str, list[str]]:
    """What each class of goods may be called here: its name as a code, with its number where that is not enough."""
    rows = sides.there("SELECT class_id, class_name FROM {tax_class} WHERE class_type = 'PRODUCT'")
    found = {}
    for row in rows:
        folded = unicodedata.normalize("NFKD", str(row["class_name"] or "").casefold()).encode("ascii", "ignore")
        code = re.sub(r"[^a-z0-9]+", "-", folded.decode()).strip("-")
        found[str(row["class_id"])] = [code, f"{code}-{row['class_id']}", f"class-{row['class_id']}"]
    return found


def _websites(sides: Sides, keys: list[str]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for row in sides.there(
        "SELECT * FROM {catalog_product_website} WHERE product_id IN %s", [int(key) for key in keys]
    ):
        found[str(row["product_id"])].add(row["website_id"])
    return found


def _places(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in sides.there(
        "SELECT * FROM {catalog_category_product} WHERE product_id IN %s", [int(key) for key in keys]
    ):
        found[str(row["product_id"])][str(row["category_id"])] = row["position"] or 0
    return found


def _in_categories(found: Read, key: str, child: bool) -> Any:
    places = found.places.get(key, {})
    known = {category: place for category, place in places.items() if category in found.categories}
    otherwise: dict[str, Any] = {"unknown_category": known}
    if child:
        otherwise["a_variant_stands_in_no_category"] = {}
    return fact(places, otherwise)

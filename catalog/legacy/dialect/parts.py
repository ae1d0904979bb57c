"""What a product is made of or asks for, as Magento tells it: links, variants, bundles, downloads, custom options."""

from collections.abc import Iterable, Mapping
from typing import Any

from catalog.legacy.compositions import LINK, MEMBER
from catalog.legacy.dialect.facts import number, whole
from catalog.legacy.dialect.shelf import AXES, CHOICE, ENTITY, OPTION, SELECTION, SUPER, Shelf
from chassis.mirrors import Row, Rows

# What Magento calls over REST what its tables call otherwise.
LINK_TYPES = {"relation": "related", "up_sell": "upsell", "cross_sell": "crosssell", MEMBER: "associated"}


def links(shelf: Shelf, product: Row) -> list[dict[str, Any]]:
    """Products shown beside this one, and the members of a group."""
    types = {id_: rows.one(f"{LINK}_type") or {} for id_, rows in shelf.link_types.items()}
    codes = {
        row["product_link_attribute_id"]: row["product_link_attribute_code"]
        for rows in shelf.link_types.values()
        for row in rows.all(f"{LINK}_attribute")
    }
    found = []
    for row in shelf.compositions[product["entity_id"] or ""].all(LINK):
        kind = LINK_TYPES.get(types.get(row["link_type_id"] or "", {}).get("code") or "")
        linked = shelf.entity(row["linked_product_id"] or "")
        if kind is None or linked is None:
            continue
        said = _of_link(shelf, row, codes)
        entry = {
            "sku": product["sku"], "link_type": kind, "linked_product_sku": linked["sku"],
            "linked_product_type": linked["type_id"], "position": whole(said.get("position")),
        }  # fmt: skip
        if kind == "associated":
            entry["extension_attributes"] = {"qty": number(said.get("qty")) or 0}
        found.append(entry)
    return found


def _of_link(shelf: Shelf, link: Row, codes: Mapping[str | None, str | None]) -> dict[str | None, str | None]:
    rows = shelf.links.get(link["link_id"] or "", Rows())
    said = (row for ending in ("int", "decimal", "varchar") for row in rows.all(f"{LINK}_attribute_{ending}"))
    return {codes.get(row["product_link_attribute_id"]): row["value"] for row in said}


def configurable(shelf: Shelf, product: Row, order: Mapping[str, int]) -> dict[str, Any]:
    """What its variants differ in, and their ids; `order` is that of options."""
    id_ = product["entity_id"] or ""
    rows = shelf.products[id_]
    children = [row["product_id"] or "" for row in sorted(rows.all(SUPER), key=lambda row: whole(row["link_id"]))]
    axes = [_axis(shelf, row, id_, children, order) for row in rows.all(AXES)]
    return {"configurable_product_options": axes, "configurable_product_links": [whole(child) for child in children]}


def _axis(shelf: Shelf, axis: Row, product: str, children: list[str], order: Mapping[str, int]) -> dict[str, Any]:
    attribute = axis["attribute_id"] or ""
    fact = shelf.facts.products.get(attribute)
    values = {
        row["value"]
        for child in children
        for row in shelf.others.get(child, Rows()).all(f"{ENTITY}_int")
        if row["attribute_id"] == attribute and row["store_id"] == "0" and row["value"] in order
    }
    return {
        "id": whole(axis["product_super_attribute_id"]),
        "attribute_id": attribute,
        "label": fact.label if fact else "",
        "position": whole(axis["position"]),
        "values": [{"value_index": whole(one)} for one in sorted(values, key=lambda one: order[one or ""])],
        "product_id": whole(product),
    }


def bundle(shelf: Shelf, product: Row, prices: Mapping[str, int | float | None], *, dynamic: bool) -> dict[str, Any]:
    """Its options with what may be chosen for each; of a dynamic price each choice says its own product's."""
    rows = shelf.compositions[product["entity_id"] or ""]
    return {
        "bundle_product_options": [
            {
                "option_id": whole(row["option_id"]),
                "title": _of_store(shelf, rows.all("catalog_product_bundle_option_value"), row, "option_id", "title"),
                "required": row["required"] == "1",
                "type": row["type"],
                "position": whole(row["position"]),
                "sku": product["sku"],
                "product_links": [
                    _selection(shelf, one, prices, dynamic=dynamic)
                    for one in sorted(rows.all(SELECTION), key=_place)
                    if one["option_id"] == row["option_id"]
                ],
            }
            for row in sorted(rows.all("catalog_product_bundle_option"), key=_placed)
        ]
    }


def _place(selection: Row) -> tuple[int, int]:
    return whole(selection["position"]), whole(selection["selection_id"])


def _placed(option: Row) -> tuple[int, int]:
    return whole(option["position"]), whole(option["option_id"])


def _selection(shelf: Shelf, row: Row, prices: Mapping[str, int | float | None], *, dynamic: bool) -> dict[str, Any]:
    part = row["product_id"] or ""
    return {
        "id": row["selection_id"],
        "sku": (shelf.entity(part) or {}).get("sku"),
        "option_id": whole(row["option_id"]),
        "qty": number(row["selection_qty"]),
        "position": whole(row["position"]),
        "is_default": row["is_default"] == "1",
        "price": prices.get(part) if dynamic else number(row["selection_price_value"]),
        "price_type": None if dynamic else whole(row["selection_price_type"]),
        "can_change_quantity": whole(row["selection_can_change_qty"]),
    }


def downloads(shelf: Shelf, product: Row) -> dict[str, Any]:
    """Files that are sold, and samples."""
    rows = shelf.products[product["entity_id"] or ""]
    return {
        "downloadable_product_links": [_file(shelf, row) for row in _ordered(rows.all("downloadable_link"), "link_id")],
        "downloadable_product_samples": [
            _sample(shelf, row) for row in _ordered(rows.all("downloadable_sample"), "sample_id")
        ],
    }


def _file(shelf: Shelf, row: Row) -> dict[str, Any]:
    about = shelf.files.get(row["link_id"] or "", Rows())
    website = str(shelf.facts.website.id) if shelf.facts.website else "0"
    prices = {price["website_id"]: price["price"] for price in about.all("downloadable_link_price")}
    found = {
        "id": whole(row["link_id"]),
        "title": _of_store(shelf, about.all("downloadable_link_title"), row, "link_id", "title"),
        "sort_order": whole(row["sort_order"]),
        "is_shareable": whole(row["is_shareable"]),
        "price": number(prices.get(website, prices.get("0"))) or 0,
        "number_of_downloads": whole(row["number_of_downloads"]),
        "link_type": row["link_type"],
        "link_file": row["link_file"],
        "link_url": row["link_url"],
        "sample_file": row["sample_file"],
        "sample_url": row["sample_url"],
    }
    # Magento leaves out what is null here, but for the kind of the sample.
    return {name: value for name, value in found.items() if value is not None} | {"sample_type": row["sample_type"]}


def _sample(shelf: Shelf, row: Row) -> dict[str, Any]:
    about = shelf.samples.get(row["sample_id"] or "", Rows())
    found = {
        "id": whole(row["sample_id"]),
        "title": _of_store(shelf, about.all("downloadable_sample_title"), row, "sample_id", "title"),
        "sort_order": whole(row["sort_order"]),
        "sample_type": row["sample_type"],
        "sample_file": row["sample_file"],
        "sample_url": row["sample_url"],
    }
    return {name: value for name, value in found.items() if value is not None}


def options(shelf: Shelf, product: Row) -> list[dict[str, Any]]:
    """What a shopper is asked beside the choice of a product."""
    asked = [_option(shelf, row, product) for row in shelf.products[product["entity_id"] or ""].all(OPTION)]
    return sorted(asked, key=lambda option: (option["sort_order"], option["title"] or ""))


def _option(shelf: Shelf, row: Row, product: Row) -> dict[str, Any]:
    about = shelf.options.get(row["option_id"] or "", Rows())
    found = {
        "product_sku": product["sku"],
        "option_id": whole(row["option_id"]),
        "title": _of_store(shelf, about.all(f"{OPTION}_title"), row, "option_id", "title"),
        "type": row["type"],
        "sort_order": whole(row["sort_order"]),
        "is_require": row["is_require"] == "1",
        "sku": row["sku"] or None,
        "max_characters": whole(row["max_characters"]) or None,
        "file_extension": row["file_extension"],
        "image_size_x": whole(row["image_size_x"]) or None,
        "image_size_y": whole(row["image_size_y"]) or None,
    }
    if row["type"] in ("drop_down", "radio", "checkbox", "multiple"):
        choices = sorted(about.all(CHOICE), key=lambda one: (whole(one["sort_order"]), whole(one["option_type_id"])))
        found["values"] = [_choice(shelf, one) for one in choices]
    else:
        found |= _price(shelf, about.all(f"{OPTION}_price"), row, "option_id")
    return {name: value for name, value in found.items() if value is not None}


def _choice(shelf: Shelf, row: Row) -> dict[str, Any]:
    about = shelf.choices.get(row["option_type_id"] or "", Rows())
    found = {
        "title": _of_store(shelf, about.all(f"{OPTION}_type_title"), row, "option_type_id", "title"),
        "sort_order": whole(row["sort_order"]),
        **_price(shelf, about.all(f"{OPTION}_type_price"), row, "option_type_id"),
        "sku": row["sku"] or None,
        "option_type_id": whole(row["option_type_id"]),
    }
    return {name: value for name, value in found.items() if value is not None}


def _price(shelf: Shelf, rows: Iterable[Row], of: Row, key: str) -> dict[str, Any]:
    several = list(rows)
    return {
        "price": number(_of_store(shelf, several, of, key, "price")) or 0,
        "price_type": _of_store(shelf, several, of, key, "price_type") or "fixed",
    }


def _of_store(shelf: Shelf, rows: Iterable[Row], of: Row, key: str, column: str) -> str | None:
    """The store's own, else that of all stores."""
    own = {row["store_id"]: row[column] for row in rows if row[key] == of[key]}
    return own.get(str(shelf.facts.store_id), own.get("0"))


def _ordered(rows: list[Row], key: str) -> list[Row]:
    return sorted(rows, key=lambda row: (whole(row["sort_order"]), whole(row[key])))

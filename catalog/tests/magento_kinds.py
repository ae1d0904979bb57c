"""Rows of what hangs on products in a Magento database: options, parts, members, links, files."""

from typing import Any

from catalog.tests.magento_rows import Database

LINK_TYPES = {1: "relation", 3: "super", 4: "up_sell", 5: "cross_sell"}
POSITION, QUANTITY = 81, 82


def link_types(rows: Database) -> None:
    """The kinds of links, and that they have a position and a quantity."""
    for id_, code in LINK_TYPES.items():
        rows.put("catalog_product_link_type", link_type_id=id_, code=code)
    for id_, code, type_ in ((POSITION, "position", "int"), (QUANTITY, "qty", "decimal")):
        rows.put("catalog_product_link_attribute", product_link_attribute_id=id_, link_type_id=3,
                 product_link_attribute_code=code, data_type=type_)  # fmt: skip


def link(rows: Database, product: int, target: int, type_: str, *, position: int = 0, quantity: str = "") -> int:
    """A link from a product to another."""
    id_ = rows.number()
    kinds = {code: number for number, code in LINK_TYPES.items()}
    rows.put("catalog_product_link", link_id=id_, product_id=product, linked_product_id=target,
             link_type_id=kinds.get(type_, 99))  # fmt: skip
    rows.put("catalog_product_link_attribute_int", value_id=rows.number(), product_link_attribute_id=POSITION,
             link_id=id_, value=position)  # fmt: skip
    if quantity:
        rows.put("catalog_product_link_attribute_decimal", value_id=rows.number(),
                 product_link_attribute_id=QUANTITY, link_id=id_, value=quantity)  # fmt: skip
    return id_


def custom_option(
    rows: Database, product: int, type_: str, titles: dict[int, str], *, prices: dict[int, str] | None = None,
    percent: bool = False, required: int = 1, longest: int = 0, position: int = 0, sku: str | None = None,
) -> int:  # fmt: skip
    """A custom option; titles and prices by store."""
    id_ = rows.number()
    rows.put("catalog_product_option", option_id=id_, product_id=product, type=type_, is_require=required, sku=sku,
             max_characters=longest, sort_order=position)  # fmt: skip
    for store, title in titles.items():
        rows.put("catalog_product_option_title", option_title_id=rows.number(), option_id=id_, store_id=store,
                 title=title)  # fmt: skip
    for store, price in (prices or {}).items():
        rows.put("catalog_product_option_price", option_price_id=rows.number(), option_id=id_, store_id=store,
                 price=price, price_type="percent" if percent else "fixed")  # fmt: skip
    return id_


def custom_value(
    rows: Database, option: int, titles: dict[int, str], prices: dict[int, str], *, percent: bool = False
) -> int:
    """A value of a custom option."""
    id_ = rows.number()
    rows.put("catalog_product_option_type_value", option_type_id=id_, option_id=option, sku=None, sort_order=id_)
    for store, title in titles.items():
        rows.put("catalog_product_option_type_title", option_type_title_id=rows.number(), option_type_id=id_,
                 store_id=store, title=title)  # fmt: skip
    for store, price in prices.items():
        rows.put("catalog_product_option_type_price", option_type_price_id=rows.number(), option_type_id=id_,
                 store_id=store, price=price, price_type="percent" if percent else "fixed")  # fmt: skip
    return id_


def bundle_option(rows: Database, bundle: int, type_: str, titles: dict[int, str], *, required: int = 1) -> int:
    """An option of a bundle."""
    id_ = rows.number()
    rows.put("catalog_product_bundle_option", option_id=id_, parent_id=bundle, required=required, position=id_,
             type=type_)  # fmt: skip
    for store, title in titles.items():
        rows.put("catalog_product_bundle_option_value", value_id=rows.number(), option_id=id_, store_id=store,
                 title=title, parent_product_id=bundle)  # fmt: skip
    return id_


def selection(rows: Database, bundle: int, option: int, product: int, **more: Any) -> int:
    """A product that can be chosen in a bundle's option."""
    id_ = rows.number()
    facts = {"position": id_, "is_default": 0, "selection_price_type": 0, "selection_price_value": "0.0000",
             "selection_qty": "1.0000", "selection_can_change_qty": 0, **more}  # fmt: skip
    rows.put("catalog_product_bundle_selection", selection_id=id_, option_id=option, parent_product_id=bundle,
             product_id=product, **facts)  # fmt: skip
    return id_


def download(rows: Database, product: int, titles: dict[int, str], *, price: str = "0", **more: Any) -> int:
    """A link of a downloadable product."""
    id_ = rows.number()
    facts = {"sort_order": id_, "number_of_downloads": 0, "is_shareable": 2, "link_url": None, "link_type": "file",
             "link_file": f"/a/{id_}.pdf", "sample_url": None, "sample_file": None, "sample_type": None,
             **more}  # fmt: skip
    rows.put("downloadable_link", link_id=id_, product_id=product, **facts)
    for store, title in titles.items():
        rows.put("downloadable_link_title", title_id=rows.number(), link_id=id_, store_id=store, title=title)
    rows.put("downloadable_link_price", price_id=rows.number(), link_id=id_, website_id=0, price=price)
    return id_

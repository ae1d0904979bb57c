"""Dirty data, as questions to the source: each a kind, a sentence, and a query that yields one example a row.

What they find is carried as well as it can be and reported; nothing here repairs or refuses anything. A
query names tables in braces (the prefix is added), and writes `<link>` for the column that value tables
refer to their entity by. It runs only where all its tables exist.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from strangler.columns import known_columns
from strangler.source import Source
from strangler.tables import carried_tables

EXAMPLES = 5
STORAGES = ("varchar", "int", "decimal", "text", "datetime")
ENTITY_TABLES = {
    "catalog_product": "catalog_product_entity",
    "catalog_category": "catalog_category_entity",
    "customer": "customer_entity",
    "customer_address": "customer_address_entity",
}

# Prices are read per website where the shop says so, whatever the attribute's own scope says.
PRICE_OF_WEBSITE = (
    "(COALESCE(a.backend_model, '') LIKE '%%Backend_Price' AND EXISTS (SELECT 1 FROM {core_config_data} p"
    " WHERE p.path = 'catalog/price/scope' AND p.scope = 'default' AND p.value = '1'))"
)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One kind of dirt: how it is called, what becomes of it, and the query for its `example` column."""

    kind: str
    entity: str
    sentence: str
    sql: str

    @property
    def tables(self) -> set[str]:
        """The tables that the query reads."""
        return set(re.findall(r"\{([a-z]\w*)\}", self.sql))


@dataclass(frozen=True, kw_only=True)
class Dirt:
    """What a check found: how many rows, and the first few."""

    kind: str
    entity: str
    sentence: str
    rows: int
    examples: tuple[str, ...]


CHECKS: tuple[Check, ...] = (
    Check(
        kind="sku_with_outer_blanks", entity="products",
        sentence="SKU begins or ends with a blank: equal to the trimmed one in MariaDB, not elsewhere.",
        sql="SELECT CONCAT('product ', entity_id, ': \"', sku, '\"') AS example FROM {catalog_product_entity}"
        " WHERE CHAR_LENGTH(sku) <> CHAR_LENGTH(TRIM(sku))",
    ),
    Check(
        kind="name_with_outer_blanks", entity="products",
        sentence="Name begins or ends with a blank: kept as it is.",
        sql="SELECT CONCAT('product ', v.<link>, ' store ', v.store_id, ': \"', v.value, '\"') AS example"
        " FROM {catalog_product_entity_varchar} v JOIN {eav_attribute} a ON a.attribute_id = v.attribute_id"
        " JOIN {eav_entity_type} t ON t.entity_type_id = a.entity_type_id"
        " WHERE t.entity_type_code = 'catalog_product' AND a.attribute_code = 'name'"
        " AND CHAR_LENGTH(v.value) <> CHAR_LENGTH(TRIM(v.value))",
    ),
    Check(
        kind="product_without_name", entity="products",
        sentence="No name in the default scope: its SKU is shown instead.",
        sql="SELECT CONCAT('product ', e.entity_id, ': ', COALESCE(e.sku, '')) AS example"
        " FROM {catalog_product_entity} e LEFT JOIN {catalog_product_entity_varchar} v"
        " ON v.<link> = e.<link> AND v.store_id = 0 AND v.value <> '' AND v.attribute_id ="
        " (SELECT a.attribute_id FROM {eav_attribute} a JOIN {eav_entity_type} t"
        " ON t.entity_type_id = a.entity_type_id WHERE a.attribute_code = 'name'"
        " AND t.entity_type_code = 'catalog_product') WHERE v.value_id IS NULL",
    ),
    Check(
        kind="product_in_no_website", entity="products",
        sentence="Assigned to no website: carried, sold nowhere.",
        sql="SELECT CONCAT('product ', e.entity_id, ': ', e.sku) AS example FROM {catalog_product_entity} e"
        " LEFT JOIN {catalog_product_website} w ON w.product_id = e.entity_id WHERE w.product_id IS NULL",
    ),
    Check(
        kind="select_option_missing", entity="products",
        sentence="Value is an option that does not exist: carried as it is, shown without a label.",
        sql="SELECT CONCAT('product ', v.<link>, ' store ', v.store_id, ' ', a.attribute_code, ': ', v.value)"
        " AS example FROM {catalog_product_entity_int} v"
        " JOIN {eav_attribute} a ON a.attribute_id = v.attribute_id AND a.frontend_input = 'select'"
        " AND (a.source_model IS NULL OR a.source_model IN"
        " ('', 'Magento\\\\Eav\\\\Model\\\\Entity\\\\Attribute\\\\Source\\\\Table'))"
        " AND a.is_user_defined = 1"
        " LEFT JOIN {eav_attribute_option} o ON o.option_id = v.value AND o.attribute_id = a.attribute_id"
        " WHERE v.value IS NOT NULL AND o.option_id IS NULL",
    ),
    Check(
        kind="configurable_without_children", entity="configurable options",
        sentence="Configurable product without variants: carried, cannot be ordered.",
        sql="SELECT CONCAT('product ', e.entity_id, ': ', e.sku) AS example FROM {catalog_product_entity} e"
        " LEFT JOIN {catalog_product_super_link} l ON l.parent_id = e.<link>"
        " WHERE e.type_id = 'configurable' AND l.link_id IS NULL",
    ),
    Check(
        kind="variant_without_option", entity="configurable options",
        sentence="Variant has no value for an attribute that its parent is configured by: cannot be chosen.",
        sql="SELECT CONCAT('product ', c.entity_id, ' of ', l.parent_id, ': attribute ', s.attribute_id)"
        " AS example FROM {catalog_product_super_link} l"
        " JOIN {catalog_product_super_attribute} s ON s.product_id = l.parent_id"
        " JOIN {catalog_product_entity} c ON c.entity_id = l.product_id"
        " LEFT JOIN {catalog_product_entity_int} v ON v.<link> = c.<link>"
        " AND v.attribute_id = s.attribute_id AND v.store_id = 0 AND v.value IS NOT NULL"
        " WHERE v.value_id IS NULL",
    ),
    Check(
        kind="category_children_count_wrong", entity="categories",
        sentence="children_count disagrees with the tree: the tree is carried, the count is not.",
        sql="SELECT CONCAT('category ', c.entity_id, ': says ', c.children_count, ', has ', COUNT(d.entity_id))"
        " AS example FROM {catalog_category_entity} c LEFT JOIN {catalog_category_entity} d"
        " ON d.path LIKE CONCAT(c.path, '/%%') GROUP BY c.entity_id, c.children_count"
        " HAVING c.children_count <> COUNT(d.entity_id)",
    ),
    Check(
        kind="category_without_parent", entity="categories",
        sentence="Its parent does not exist: carried below the root.",
        sql="SELECT CONCAT('category ', c.entity_id, ': parent ', c.parent_id) AS example"
        " FROM {catalog_category_entity} c LEFT JOIN {catalog_category_entity} p ON p.entity_id = c.parent_id"
        " WHERE c.parent_id <> 0 AND p.entity_id IS NULL",
    ),
    Check(
        kind="url_rewrite_to_nothing", entity="URL rewrites",
        sentence="Leads to a product or category that does not exist: carried, leads nowhere and is told of.",
        sql="SELECT CONCAT(r.request_path, ' (store ', r.store_id, ') to ', r.entity_type, ' ', r.entity_id)"
        " AS example FROM {url_rewrite} r"
        " LEFT JOIN {catalog_product_entity} p ON r.entity_type = 'product' AND p.entity_id = r.entity_id"
        " LEFT JOIN {catalog_category_entity} c ON r.entity_type = 'category' AND c.entity_id = r.entity_id"
        " WHERE r.entity_type IN ('product', 'category') AND p.entity_id IS NULL AND c.entity_id IS NULL",
    ),
    Check(
        kind="reservation_of_unknown_sku", entity="stock",
        sentence="Reserves a SKU that no product has: carried, counts for nothing.",
        sql="SELECT CONCAT('reservation ', r.reservation_id, ': ', r.sku, ' ', r.quantity) AS example"
        " FROM {inventory_reservation} r LEFT JOIN {catalog_product_entity} p ON p.sku = r.sku"
        " WHERE p.entity_id IS NULL",
    ),
    Check(
        kind="reservation_of_unknown_order", entity="stock",
        sentence="Reserves for an order that does not exist: still lowers the salable quantity, as in Magento.",
        sql="SELECT CONCAT('reservation ', r.reservation_id, ': ', r.sku, ' ', r.quantity, ' for ',"
        " COALESCE(JSON_VALUE(r.metadata, '$.object_increment_id'), '?')) AS example"
        " FROM {inventory_reservation} r LEFT JOIN {sales_order} o"
        " ON o.increment_id = JSON_VALUE(r.metadata, '$.object_increment_id')"
        " WHERE JSON_VALUE(r.metadata, '$.object_type') = 'order' AND o.entity_id IS NULL",
    ),
    Check(
        kind="source_item_of_unknown_sku", entity="stock",
        sentence="Stock of a SKU that no product has: not carried into any stock.",
        sql="SELECT CONCAT(i.source_code, ': ', i.sku, ' ', i.quantity) AS example"
        " FROM {inventory_source_item} i LEFT JOIN {catalog_product_entity} p ON p.sku = i.sku"
        " WHERE p.entity_id IS NULL",
    ),
    Check(
        kind="stock_in_disabled_source", entity="stock",
        sentence="Stock in a disabled source: carried, not salable.",
        sql="SELECT CONCAT(i.source_code, ': ', i.sku, ' ', i.quantity) AS example"
        " FROM {inventory_source_item} i JOIN {inventory_source} s ON s.source_code = i.source_code"
        " WHERE s.enabled = 0",
    ),
    Check(
        kind="customer_without_password", entity="customers",
        sentence="No password: signs in after a reset by e-mail.",
        sql="SELECT CONCAT('customer ', entity_id) AS example FROM {customer_entity}"
        " WHERE password_hash IS NULL OR password_hash = ''",
    ),
    Check(
        kind="password_of_magento_1", entity="customers",
        sentence="Hash of Magento 1, which Magento 2 refuses: accepted once and replaced, unless switched off.",
        sql="SELECT CONCAT('customer ', entity_id) AS example FROM {customer_entity}"
        " WHERE password_hash REGEXP '^[0-9a-fA-F]{32}(:[^:]+)?$'",
    ),
    Check(
        kind="password_of_no_known_form", entity="customers",
        sentence="Hash of no known form: signs in after a reset by e-mail.",
        sql="SELECT CONCAT('customer ', entity_id) AS example FROM {customer_entity} WHERE password_hash <> ''"
        " AND password_hash NOT REGEXP '^[0-9a-fA-F]{32}(:[^:]+)?$'"
        " AND password_hash NOT REGEXP '^[0-9a-fA-F]+:[^:]*(:([012]|3_[0-9]+_[0-9]+_[0-9]+))+$'",
    ),
    Check(
        kind="email_twice", entity="customers",
        sentence="The same address more than once in a website: the later account needs another address.",
        sql="SELECT CONCAT('customers ', GROUP_CONCAT(entity_id ORDER BY entity_id)) AS example"
        " FROM {customer_entity} GROUP BY website_id, LOWER(TRIM(email)) HAVING COUNT(*) > 1",
    ),
    Check(
        kind="email_in_two_websites", entity="customers",
        sentence="The same address in two websites: one account in each, as in Magento.",
        sql="SELECT CONCAT('customers ', GROUP_CONCAT(entity_id ORDER BY entity_id)) AS example"
        " FROM {customer_entity} GROUP BY LOWER(TRIM(email)) HAVING COUNT(DISTINCT website_id) > 1",
    ),
    Check(
        kind="address_incomplete", entity="customer addresses",
        sentence="No street, city, post code or name: carried, must be completed before it can be used.",
        sql="SELECT CONCAT('address ', entity_id) AS example FROM {customer_address_entity}"
        " WHERE COALESCE(postcode, '') = '' OR COALESCE(street, '') = '' OR COALESCE(city, '') = ''"
        " OR COALESCE(lastname, '') = ''",
    ),
    Check(
        kind="address_in_unknown_country", entity="customer addresses",
        sentence="Country that Magento does not know: carried, cannot be delivered to.",
        sql="SELECT CONCAT('address ', a.entity_id, ': ', a.country_id) AS example"
        " FROM {customer_address_entity} a LEFT JOIN {directory_country} c ON c.country_id = a.country_id"
        " WHERE c.country_id IS NULL",
    ),
    Check(
        kind="media_of_no_product", entity="media",
        sentence="Picture that belongs to no product: not carried.",
        sql="SELECT CONCAT('media ', g.value_id, ': ', g.value) AS example"
        " FROM {catalog_product_entity_media_gallery} g"
        " LEFT JOIN {catalog_product_entity_media_gallery_value_to_entity} l ON l.value_id = g.value_id"
        " WHERE l.value_id IS NULL",
    ),
)  # fmt: skip


def value_checks() -> Iterator[Check]:
    """Checks that every value table of every entity gets."""
    for entity_type, base in ENTITY_TABLES.items():
        link = "<link>" if base.startswith("catalog") else "entity_id"
        for storage in STORAGES:
            table, of = f"{base}_{storage}", f"{entity_type.replace('_', ' ')} values"
            store = "v.store_id" if base.startswith("catalog") else "0"
            example = (
                f"CONCAT('{entity_type} ', v.{link}, ' store ', {store}, ' ',"
                " COALESCE(a.attribute_code, v.attribute_id))"
            )
            yield Check(
                kind="value_in_wrong_table", entity=of,
                sentence="Value in a table that is not its attribute's: Magento never reads it, nor do we.",
                sql=f"SELECT {example} AS example FROM {{{table}}} v JOIN {{eav_attribute}} a"
                f" ON a.attribute_id = v.attribute_id WHERE a.backend_type <> '{storage}'",
            )  # fmt: skip
            yield Check(
                kind="value_of_no_attribute", entity=of,
                sentence="Value of an attribute that does not exist for this kind of record: not carried.",
                sql=f"SELECT {example} AS example FROM {{{table}}} v LEFT JOIN ({{eav_attribute}} a"
                " JOIN {eav_entity_type} t ON t.entity_type_id = a.entity_type_id"
                f" AND t.entity_type_code = '{entity_type}') ON a.attribute_id = v.attribute_id"
                " WHERE t.entity_type_id IS NULL",
            )  # fmt: skip
            yield Check(
                kind="value_of_no_record", entity=of,
                sentence="Value of a record that does not exist: not carried.",
                sql=f"SELECT {example} AS example FROM {{{table}}} v"
                f" LEFT JOIN {{{base}}} e ON e.{link} = v.{link}"
                " LEFT JOIN {eav_attribute} a ON a.attribute_id = v.attribute_id WHERE e.entity_id IS NULL",
            )  # fmt: skip
            if base.startswith("catalog"):
                yield Check(
                    kind="store_value_of_global_attribute", entity=of,
                    sentence="Store value of an attribute with global scope: Magento shows it there, so it is carried.",
                    sql=f"SELECT {example} AS example FROM {{{table}}} v"
                    " JOIN {eav_attribute} a ON a.attribute_id = v.attribute_id"
                    " JOIN {catalog_eav_attribute} c ON c.attribute_id = a.attribute_id"
                    f" WHERE c.is_global = 1 AND v.store_id <> 0 AND NOT {PRICE_OF_WEBSITE}",
                )  # fmt: skip


def find_dirt(source: Source, *, link_column: str) -> list[Dirt]:
    """Run every check on the source as it stands now; only what found something, by entity and kind."""
    found: dict[tuple[str, str], Dirt] = {}
    for check in (*CHECKS, *value_checks()):
        if check.tables <= source.schema().keys():
            _add(found, _run(source, check, link_column=link_column))
    for dirt in (*_zero_dates(source), *_multiselects(source, link_column=link_column)):
        _add(found, dirt)
    return [dirt for _, dirt in sorted(found.items()) if dirt.rows]


def _run(source: Source, check: Check, *, link_column: str) -> Dirt:
    sql = check.sql.replace("<link>", link_column)
    rows = int(source.value(f"SELECT COUNT(*) FROM ({sql}) found"))
    examples = source.rows(f"{sql} LIMIT {EXAMPLES}") if rows else []
    return Dirt(
        kind=check.kind, entity=check.entity, sentence=check.sentence, rows=rows,
        examples=tuple(str(row["example"]) for row in examples),
    )  # fmt: skip


def _zero_dates(source: Source) -> Iterator[Dirt]:
    """Dates such as 0000-00-00 in any column of a carried table: carried as no date."""
    for table in carried_tables():
        shape = source.schema().get(table)
        if shape is None:
            continue
        key = ", '/', ".join(f"`{column}`" for column in shape.key) or "''"
        for column in shape.columns:
            if column.name in known_columns(table) and column.data_type in {"date", "datetime", "timestamp"}:
                yield _run(source, Check(
                    kind="zero_date", entity=table, sentence="A date that does not exist: carried as no date.",
                    sql=f"SELECT CONCAT({key}, ': {column.name}') AS example FROM {{{table}}}"
                    f" WHERE `{column.name}` IS NOT NULL AND CAST(`{column.name}` AS CHAR)"
                    " REGEXP '^0000|-00'"), link_column="")  # fmt: skip


def _multiselects(source: Source, *, link_column: str) -> Iterator[Dirt]:
    """Option lists that name options that do not exist, or hold empty places."""
    options = {str(r["option_id"]) for r in source.rows("SELECT option_id FROM {eav_attribute_option}")}
    broken: list[str] = []
    for storage in ("text", "varchar"):
        rows = source.rows(
            f"SELECT v.{link_column} AS id, v.store_id, a.attribute_code, v.value"
            f" FROM {{catalog_product_entity_{storage}}} v"
            " JOIN {eav_attribute} a ON a.attribute_id = v.attribute_id"
            " WHERE a.frontend_input = 'multiselect' AND a.is_user_defined = 1"
            f" AND a.backend_type = '{storage}' AND v.value IS NOT NULL"
        )
        broken += [
            f"product {r['id']} store {r['store_id']} {r['attribute_code']}: \"{r['value']}\""
            for r in rows if not set(str(r["value"]).split(",")) <= options
        ]  # fmt: skip
    yield Dirt(
        kind="multiselect_option_missing", entity="products", rows=len(broken),
        sentence="Option list with options that do not exist or empty places: those show no label.",
        examples=tuple(broken[:EXAMPLES]),
    )  # fmt: skip


def _add(found: dict[tuple[str, str], Dirt], dirt: Dirt) -> None:
    before = found.get((dirt.entity, dirt.kind))
    if before:
        examples = (*before.examples, *dirt.examples)[:EXAMPLES]
        dirt = Dirt(kind=dirt.kind, entity=dirt.entity, sentence=dirt.sentence,
                    rows=before.rows + dirt.rows, examples=examples)  # fmt: skip
    found[dirt.entity, dirt.kind] = dirt

"""All kept rows around some products, in a fixed number of statements however many there are."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from catalog.legacy.compositions import LINK
from catalog.legacy.dialect.facts import Facts
from catalog.legacy.pictures import LINK as PICTURE
from catalog.legacy.tables import MIRROR, VALUE_TABLES
from chassis.mirrors import Row, Rows

ENTITY = "catalog_product_entity"
SUPER = "catalog_product_super_link"
AXES = "catalog_product_super_attribute"
OPTION = "catalog_product_option"
CHOICE = "catalog_product_option_type_value"
SELECTION = "catalog_product_bundle_selection"
NONE: Mapping[str, Rows] = {}


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """Rows by what they are part of; `others` are products that these name: parts, variants, what is shown beside."""

    facts: Facts
    products: Mapping[str, Rows]
    compositions: Mapping[str, Rows]
    others: Mapping[str, Rows]
    pictures: Mapping[str, Rows]
    links: Mapping[str, Rows]
    link_types: Mapping[str, Rows]
    options: Mapping[str, Rows]
    choices: Mapping[str, Rows]
    files: Mapping[str, Rows]
    samples: Mapping[str, Rows]

    def entity(self, product: str) -> Row | None:
        """The row of a product that is one of these or named by them."""
        rows = self.products.get(product) or self.others.get(product)
        return rows.one(ENTITY) if rows else None


def read_shelf(facts: Facts, ids: Collection[str]) -> Shelf:
    """Everything that answers about these products need, by Magento's id; one that is not kept has no rows."""
    source = facts.source
    products = MIRROR.rows_of(source, "product", ids) if ids else {}
    compositions = MIRROR.rows_of(source, "composition", ids) if ids else {}
    links = _named(compositions, LINK, "link_id")
    options = _named(products, OPTION, "option_id")
    asked = _read(source, "custom_option", options)
    return Shelf(
        facts=facts,
        products=products,
        compositions=compositions,
        others=_others(source, products, compositions),
        pictures=_read(source, "picture", _named(products, PICTURE, "value_id")),
        links=_read(source, "link", links),
        link_types=MIRROR.rows_of(source, "link_type") if links else NONE,
        options=asked,
        choices=_read(source, "custom_value", _named(asked, CHOICE, "option_type_id")),
        files=_read(source, "download_link", _named(products, "downloadable_link", "link_id")),
        samples=_read(source, "download_sample", _named(products, "downloadable_sample", "sample_id")),
    )


def _others(source: str, products: Mapping[str, Rows], compositions: Mapping[str, Rows]) -> Mapping[str, Rows]:
    variants = _named(products, SUPER, "product_id")
    parts = _named(compositions, LINK, "linked_product_id") | _named(compositions, SELECTION, "product_id")
    found = dict(_read(source, "product", parts - variants, tables=[ENTITY, f"{ENTITY}_decimal"]))
    tables = [ENTITY, *(f"{ENTITY}_{ending}" for ending in VALUE_TABLES if ending in ("int", "decimal"))]
    return found | dict(_read(source, "product", variants, tables=tables))


def _named(several: Mapping[str, Rows], table: str, column: str) -> set[str]:
    return {row[column] or "" for rows in several.values() for row in rows.all(table)}


def _read(source: str, kind: str, ids: Iterable[str], *, tables: Collection[str] = ()) -> Mapping[str, Rows]:
    wanted = set(ids)
    return MIRROR.rows_of(source, kind, wanted, tables=tables) if wanted else NONE

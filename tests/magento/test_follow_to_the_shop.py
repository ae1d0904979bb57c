"""A price, a name and a deletion in the old shop, by SQL: what the new shop's documents say a moment later."""

from decimal import Decimal
from typing import Any

import pytest

from contracts.magento import AttributeRowChanged, ProductRowChanged
from tests.magento import catalogue
from tests.magento.carrying import SCOPES, tables_of
from tests.magento.following import following, keep_up
from tests.magento.server import MagentoServer

pytestmark = [pytest.mark.magento, pytest.mark.django_db(databases=catalogue.ALIASES, transaction=True)]
VALUES = tuple(f"catalog_product_entity_{ending}" for ending in ("varchar", "int", "decimal", "text", "datetime"))
TABLES = (
    *SCOPES,
    "store_group",
    *tables_of(AttributeRowChanged, ProductRowChanged),
    *VALUES,
    "catalog_product_website",
)
BAG = "SELECT entity_id FROM catalog_product_entity WHERE sku = '24-MB01'"
ATTRIBUTE = "SELECT attribute_id FROM eav_attribute WHERE entity_type_id = 4 AND attribute_code = '{}'"
BLOCK = """
SELECT b.amount FROM catalog_priceblock b JOIN catalog_product t ON t.id = b.product_id
WHERE t.sku = '24-MB01' AND b.channel = 'base'
"""
NAME = """
SELECT d.name FROM catalog_productdocument d JOIN catalog_product t ON t.id = d.product_id
WHERE t.sku = '24-MB01' AND d.view = 'default'
"""


def only(sql: str) -> Any:
    """The first column of all rows, once each."""
    return sorted({row[0] for row in catalogue.ask(sql)})


def test_what_is_changed_in_the_old_shop_stands_in_the_documents_of_the_new_one(own_magento: MagentoServer) -> None:
    own_magento.execute("DELETE FROM catalog_product_entity WHERE entity_id > 3")
    catalogue.move(own_magento.url, tables=TABLES)
    assert only(BLOCK) == [Decimal("34")] and only(NAME) == ["Joust Duffle Bag"]

    def change(statement: str) -> None:
        own_magento.execute(statement)
        keep_up(own_magento)
        catalogue.settle()

    with following(own_magento.url):
        change(
            f"UPDATE catalog_product_entity_decimal SET value = 31.5 WHERE entity_id = ({BAG})"
            f" AND attribute_id = ({ATTRIBUTE.format('price')})"
        )
        assert only(BLOCK) == [Decimal("31.5")] and only(NAME) == ["Joust Duffle Bag"]
        change(
            f"UPDATE catalog_product_entity_varchar SET value = 'Another bag' WHERE entity_id = ({BAG})"
            f" AND attribute_id = ({ATTRIBUTE.format('name')}) AND store_id = 0"
        )
        assert only(NAME) == ["Another bag"]
        change("DELETE FROM catalog_product_entity WHERE sku = '24-MB01'")
        assert only(NAME) == []

"""A price, a name and a deletion in the old shop, by SQL: what a shopper of the new one sees a moment later."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from contracts.magento import AttributeRowChanged, CatalogRowChanged, ProductRowChanged
from tests.magento.carrying import SCOPES, tables_of
from tests.magento.server import MagentoServer
from tests.processes import eventually
from tests.stack import Stack

pytestmark = [pytest.mark.magento, pytest.mark.processes, pytest.mark.timeout(900)]
TABLES = (*SCOPES, "store_group", *tables_of(AttributeRowChanged, ProductRowChanged, CatalogRowChanged))
BAG = "SELECT entity_id FROM catalog_product_entity WHERE sku = '24-MB01'"
ATTRIBUTE = "SELECT attribute_id FROM eav_attribute WHERE entity_type_id = 4 AND attribute_code = '{}'"


@pytest.fixture
def stack(tmp_path: Path, django_db_setup: None) -> Iterator[Stack]:
    """A shop with a catalogue only."""
    stack = Stack(tmp_path, workers=("catalog",))
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


def test_what_is_changed_in_the_old_shop_is_seen_in_the_new_one(own_magento: MagentoServer, stack: Stack) -> None:
    own_magento.execute("DELETE FROM catalog_product_entity WHERE entity_id > 60")
    stack.run("manage.py", "strangle", "extract", "--source", own_magento.url, *(f"--table={t}" for t in TABLES))
    stack.processes.start("follow", "python", "manage.py", "strangle", "follow", "--source", own_magento.url)
    shop = httpx.Client(base_url=f"{stack.base}/api/v1/default", timeout=30)

    def bag() -> Any:
        found = shop.get("/search", params={"q": "24-MB01"})
        items = found.json()["items"] if found.status_code == 200 else []
        page = shop.get(f"/products/{items[0]['slug']}") if items else None
        return page.json() if page is not None and page.status_code == 200 else None

    assert Decimal(eventually(bag, "the bag is in the shop", within=300)["price"]["amount"]) == Decimal("34")

    own_magento.execute(
        f"UPDATE catalog_product_entity_decimal SET value = 31.5 WHERE entity_id = ({BAG})"
        f" AND attribute_id = ({ATTRIBUTE.format('price')})"
    )
    eventually(lambda: Decimal(bag()["price"]["amount"]) == Decimal("31.5"), "the new price", within=30)
    own_magento.execute(
        f"UPDATE catalog_product_entity_varchar SET value = 'Another bag' WHERE entity_id = ({BAG})"
        f" AND attribute_id = ({ATTRIBUTE.format('name')}) AND store_id = 0"
    )
    eventually(lambda: bag()["name"] == "Another bag", "the new name", within=30)
    own_magento.execute("DELETE FROM catalog_product_entity WHERE sku = '24-MB01'")
    eventually(lambda: bag() is None, "the bag is gone", within=30)
    metrics = httpx.get(f"{stack.base}/metrics").text
    (lag,) = [line for line in metrics.splitlines() if line.startswith('sixfold_capture_lag_seconds{source="magento"}')]
    assert float(lag.rpartition(" ")[2]) < 30

"""What becomes of stock when the old shop changes after it was carried, and when it is carried again."""

from decimal import Decimal

import pytest

from chassis import domains
from logistics.warehouse.models import Source, StockItem, StockMovement
from tests.magento.carrying import carry, settle
from tests.magento.server import MagentoServer
from tests.magento.test_stock import TABLES, found

pytestmark = [pytest.mark.magento, pytest.mark.django_db(databases=["platform", "logistics"], transaction=True)]


def events() -> int:
    return domains.get("logistics").tables.outbox._default_manager.using("logistics").count()


def test_carrying_the_same_stock_again_writes_no_movement_and_no_event(magento: MagentoServer):
    carry(magento.url, "logistics", tables=TABLES)
    before = StockMovement.objects.count(), events(), dict(StockItem.objects.values_list("id", "version"))
    carry(magento.url, "logistics", tables=TABLES, again=True)
    settle("logistics")
    assert (StockMovement.objects.count(), events(), dict(StockItem.objects.values_list("id", "version"))) == before


def test_a_change_in_the_old_shop_becomes_a_movement_and_keeps_what_was_sold_here(own_magento: MagentoServer):
    carry(own_magento.url, "logistics", tables=TABLES)
    StockItem.objects.filter(sku="24-MB01").update(on_hand=80)  # 6 of the 86 were sent from here
    count = StockMovement.objects.count()
    own_magento.execute(
        "UPDATE inventory_source_item SET quantity = quantity + 4 WHERE sku = '24-MB01' AND source_code = 'default'",
        "INSERT INTO inventory_reservation (stock_id, sku, quantity, metadata) VALUES (1, '24-mb01', -1, '{}')",
        "UPDATE inventory_source SET enabled = 0 WHERE source_code = 'west_wh'",
        "DELETE FROM inventory_source_item WHERE sku = '24-MB04'",
    )
    carry(own_magento.url, "logistics", tables=TABLES)
    assert StockItem.objects.get(sku="24-MB01").on_hand == 83
    new = StockMovement.objects.filter(item__sku="24-MB01").order_by("-id")[:2]
    assert {(m.quantity, m.reason, m.reference) for m in new} == {
        (Decimal(4), "import", "magento: quantity"),
        (Decimal(-1), "import", "magento: reservations"),
    }
    assert StockItem.objects.get(sku="24-MB04").on_hand == -8  # nothing there any more, and eight promised
    assert not Source.objects.get(code="west_wh").enabled
    assert StockMovement.objects.count() > count
    assert found("sku_spelled_differently") == {"24-mb01": "stock of '24-mb01'"}

"""Stock of the real shop, made from its rows: what may be sold agrees with Magento's own answers."""

import csv
import gzip
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum

from contracts.magento import ProductRowChanged, StockRowChanged
from logistics.legacy.models import LegacyFinding, LegacyTouched
from logistics.warehouse.models import Availability, ChannelSource, Source, StockItem, StockMovement
from strangler.source import Source as MagentoSource
from tests.magento.carrying import SCOPES, carried, tables_of
from tests.magento.server import MagentoServer, dumps_folder

pytestmark = [pytest.mark.magento, pytest.mark.usefixtures("shop")]
TABLES = (*SCOPES, *tables_of(ProductRowChanged, StockRowChanged))
CHANNELS = {"1": "base", "2": "eu"}
# Magento's own index of its first stock cuts a negative quantity off: -3 on the shelf and 48 promised are -48 there.
CUT_OFF = {("1", "BACKORDER-1"): (Decimal(-48), Decimal(-51))}


@pytest.fixture(scope="module")
def shop(magento: MagentoServer, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """All stock, carried once."""
    with carried(django_db_blocker, magento.url, "logistics", tables=TABLES):
        yield


def oracle() -> Iterator[tuple[str, str, Decimal]]:
    """(stock, SKU, what Magento said may be sold of it)."""
    with gzip.open(dumps_folder() / "oracle" / "salable_qty.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield row["stock_id"], row["sku"], Decimal(row["salable_qty"])


def salable() -> dict[tuple[str, str], Decimal]:
    """What this shop would sell of each (channel, SKU), shortages included."""
    sums: dict[tuple[str, str], Decimal] = {}
    for link in ChannelSource.objects.filter(source__enabled=True):
        for item in StockItem.objects.filter(source_id=link.source_id):
            key = link.channel, item.sku
            sums[key] = sums.get(key, Decimal(0)) + item.on_hand - item.reserved
    return sums


def recorded(magento: MagentoServer) -> dict[tuple[str, str], Decimal]:
    """(source, SKU) and quantity, read by SQL: of products that are not sold as others."""
    with MagentoSource(magento.url) as source:
        rows = source.rows(
            "SELECT i.source_code, TRIM(p.sku) AS sku, i.quantity FROM {inventory_source_item} i"
            " JOIN {catalog_product_entity} p ON p.sku = i.sku"
            " WHERE p.type_id NOT IN ('configurable', 'bundle', 'grouped')"
        )
    return {(str(r["source_code"]), str(r["sku"])): Decimal(str(r["quantity"])) for r in rows}


def found(code: str) -> dict[str, str]:
    return dict(LegacyFinding.objects.filter(code=code).values_list("owner", "detail"))


def test_what_may_be_sold_is_what_magento_says_for_every_stock_and_sku():
    ours, answers = salable(), list(oracle())
    differing = {
        (stock, sku): (said, mine)
        for stock, sku, said in answers
        if said != (mine := ours.get((CHANNELS[stock], sku.strip()), Decimal(0)))
    }
    assert len(answers) == 3810
    assert differing == CUT_OFF
    shown = dict(((a.channel, a.sku), (a.available, a.limited)) for a in Availability.objects.all())
    for stock, sku, said in answers:
        available, limited = shown.get((CHANNELS[stock], sku.strip()), (Decimal(0), True))
        assert available == (max(said, Decimal(0)) if limited else 0), (stock, sku)


def promised(magento: MagentoServer) -> dict[str, Decimal]:
    """SKU and sum of open reservations in all stocks, read by SQL: of products that there are."""
    with MagentoSource(magento.url) as source:
        rows = source.rows(
            "SELECT TRIM(p.sku) AS sku, SUM(r.quantity) AS quantity FROM {inventory_reservation} r"
            " JOIN {catalog_product_entity} p ON p.sku = r.sku GROUP BY p.entity_id HAVING SUM(r.quantity) <> 0"
        )
    return {str(r["sku"]): Decimal(str(r["quantity"])) for r in rows}


def moved(reference: str, *by: str) -> dict[Any, Decimal]:
    """Sums of the ledger's movements of one reference that are not zero."""
    sums = StockMovement.objects.filter(reference=reference).values_list(*by).annotate(sum=Sum("quantity"))
    return {key[0] if len(by) == 1 else tuple(key): total for *key, total in sums if total}


def test_every_quantity_is_carried_and_what_was_promised_is_in_the_ledger_apart(magento: MagentoServer):
    there = recorded(magento)
    assert moved("magento: quantity", "item__source__code", "item__sku") == {k: q for k, q in there.items() if q}
    assert moved("magento: reservations", "item__sku") == promised(magento)
    items = {(item.source.code, item.sku) for item in StockItem.objects.select_related("source")}
    assert items == there.keys()
    assert set(StockMovement.objects.values_list("reason", flat=True)) == {"import"}


def test_sources_and_links_are_the_old_shops_a_closed_one_too():
    sources = {s.code: (s.name, s.country, s.enabled, s.external_id) for s in Source.objects.all()}
    assert sources == {
        "default": ("Default Source", "US", True, {"magento": "default"}),
        "east_wh": ("East Coast Warehouse", "US", True, {"magento": "east_wh"}),
        "lyon": ("Entrepôt Lyon", "FR", True, {"magento": "lyon"}),
        "old_wh": ("Closed Warehouse", "US", False, {"magento": "old_wh"}),
        "west_wh": ("West Coast Warehouse", "US", True, {"magento": "west_wh"}),
    }
    links = ChannelSource.objects.order_by("channel", "priority").values_list("channel", "source__code")
    assert list(links) == [("base", "default"), ("eu", "lyon"), ("eu", "west_wh")]
    assert StockItem.objects.get(source__code="old_wh").on_hand == 500


def test_what_is_odd_about_the_stock_is_found_and_named():
    assert not LegacyTouched.objects.exists()
    assert found("no_such_product") == {
        "deleted-sku-1": "12.0000 in default",
        "no-such-sku": "1 reservations",
        "taxfree-book": "4.0000 in default, 20 reservations",
    }
    assert found("sku_with_blanks") == {"24-ug01": "'24-UG01 ' is carried without them"}
    assert StockItem.objects.filter(sku="24-UG01").exists() and not StockItem.objects.filter(sku="24-UG01 ").exists()
    assert len(found("given_back_twice")) == 17
    assert set(found("rule_not_carried")) == {"backorder-1"}
    assert not StockItem.objects.filter(sku__in=["MH01", "24-WG080", "DELETED-SKU-1", "NO-SUCH-SKU"]).exists()
    backorder = StockItem.objects.get(sku="BACKORDER-1")
    assert (backorder.on_hand, backorder.backorders, backorder.managed) == (-51, True, True)
    unmanaged = set(StockItem.objects.filter(managed=False).values_list("sku", flat=True))
    assert unmanaged == {"NOSTOCKMGMT", *(f"240-LV0{n}" for n in range(4, 10))}

"""The page of a stock item with what is under way to it."""

from chassis.admin import shown
from logistics.transfers.incoming import incoming
from logistics.warehouse.models import StockItem
from logistics.warehouse.stock_admin import StockAdmin


class AwaitedStockAdmin(StockAdmin):
    """What lies where, and what will come. Reserved is what checkouts and orders hold of it."""

    def columns(self, item: StockItem) -> dict[str, str]:
        units, first = incoming([item.source_id], [item.sku]).get((item.source_id, item.sku), (None, None))
        coming = f"{shown.quantity(units)}, the first by {first:%Y-%m-%d}" if first else shown.quantity(units)
        return {**super().columns(item), "incoming": coming}

"""A SKU with its rows, and what of it may be sold from a stock, as Magento reckons it."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from chassis.mirrors import Row, Rows
from logistics.legacy.dialect.items import setting
from logistics.legacy.network import DEFAULT, Network
from logistics.legacy.rows import MIRROR, sku_key
from logistics.legacy.stock import COMPOSITE

ITEM = "cataloginventory_stock_item"
DEFAULT_STOCK = "1"


@dataclass(frozen=True, kw_only=True)
class Good:
    """A product: its own row, its stock settings, and its rows in sources and reservations."""

    product: Row
    settings: Row | None
    rows: Rows
    network: Network

    @property
    def composite(self) -> bool:
        """Whether it is sold as other products."""
        return self.product["type_id"] in COMPOSITE

    @property
    def managed(self) -> bool:
        """Whether anybody counts it."""
        return self.settings is not None and setting(self.network, self.settings, "manage_stock") == "1"

    def salable(self, stock: str) -> Decimal:
        """What may be sold from a stock: what its sources have, less what is promised and the threshold."""
        here = self._placed(stock)
        if not self.managed or self.settings is None or not here:
            return Decimal(0)
        on_hand = sum((Decimal(row["quantity"] or 0) for row in here if row["status"] == "1"), Decimal(0))
        if stock == DEFAULT_STOCK:
            # Magento keeps the first stock in an older index, which knows nothing below zero.
            on_hand = max(on_hand, Decimal(0))
        promised = (row for row in self.rows.all("inventory_reservation") if row["stock_id"] == stock)
        sold = sum((Decimal(row["quantity"] or 0) for row in promised), Decimal(0))
        return on_hand + sold - Decimal(setting(self.network, self.settings, "min_qty"))

    def may_be_sold(self, stock: str) -> bool:
        """Whether anything of it may be bought from a stock; of a composite, as far as its own switch says."""
        if self.settings is None:
            return False
        if self.composite:
            return self.settings["is_in_stock"] == "1" or not self.managed
        here = self._placed(stock)
        if not self.managed or not here:
            return bool(here)
        threshold = Decimal(setting(self.network, self.settings, "min_qty"))
        if setting(self.network, self.settings, "backorders") != "0" and threshold >= 0:
            return any(row["status"] == "1" for row in here)
        return self.salable(stock) > 0

    def _placed(self, stock: str) -> list[Row]:
        """Its rows in the enabled sources of a stock."""
        rows = self.rows.all("inventory_source_item")
        if not self.network.multi_source and self.settings:
            rows = [{"source_code": DEFAULT, "quantity": self.settings["qty"], "status": self.settings["is_in_stock"]}]
        selling = self.network.selling(stock)
        return [row for row in rows if row["source_code"] in selling]


def goods(source: str, network: Network, skus: Collection[str]) -> dict[str, Good]:
    """The products of these SKUs by the SKU as asked, the oldest of one that several have; none for an unknown one."""
    keys = {sku: sku_key(sku) for sku in skus}
    kept = MIRROR.rows_of(source, "sku", set(keys.values())) if keys else {}
    products = {}
    for sku, key in keys.items():
        rows = [row for row in kept[key].all("catalog_product_entity") if row["sku"]]
        if rows:
            products[sku] = min(rows, key=lambda row: int(row["entity_id"] or 0))
    ids = {str(row["entity_id"]) for row in products.values()}
    settings = MIRROR.rows_of(source, "product", ids) if ids else {}
    found = {}
    for sku, product in products.items():
        own = [row for row in settings[str(product["entity_id"])].all(ITEM) if row.get("stock_id", "1") == "1"]
        found[sku] = Good(
            product=product, settings=own[0] if own else None, rows=kept[keys[sku]], network=network
        )  # fmt: skip
    return found

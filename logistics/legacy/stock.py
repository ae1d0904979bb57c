"""Stock items of SKUs, made from all of their kept rows and carried as differences to what was carried before."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from chassis import failpoints
from chassis.ids import migrated_id
from chassis.messages import Lane
from chassis.mirrors import Found, Row, Rows
from logistics.legacy.models import CarriedStock, LegacyRow
from logistics.legacy.netting import ZERO, Balance, net
from logistics.legacy.network import DEFAULT, Network, read_network, settings_of
from logistics.legacy.rows import ALL, MIRROR
from logistics.warehouse.commands import AdjustStock, StockChange, adjust_stock
from logistics.warehouse.models import Source

COMPOSITE = frozenset({"configurable", "bundle", "grouped"})
"""Types that are sold as other products, whose stock counts."""

LIMIT = Decimal(10) ** 8
_RULES = ("min_sale_qty", "max_sale_qty", "notify_stock_qty", "qty_increments")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What an item is to be: `quantity` as recorded in the old shop, of which `held_back` may not be sold."""

    quantity: Decimal = ZERO
    held_back: Decimal = ZERO
    managed: bool = True
    backorders: bool = False


@dataclass
class Sku:
    """A SKU while it is made: its rows, what it comes to, and what was noticed."""

    key: str
    rows: Rows
    settings: Row | None = None
    items: dict[tuple[str, str], Wanted] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)

    @property
    def product(self) -> Row | None:
        """The product of this SKU, the oldest where there are several."""
        products = self.rows.all("catalog_product_entity")
        return min(products, key=lambda row: int(row["entity_id"] or 0)) if products else None

    def note(self, code: str, detail: str = "", *, whole: bool = False) -> None:
        self.found.append(Found(owner=self.key, code=code, detail=detail, whole=whole))


def make_settings(source: str, products: list[str]) -> None:
    """A product's stock settings changed: its SKU is to be made anew."""
    keys = [json.dumps([product]) for product in products]
    rows = LegacyRow.objects.filter(source=source, table="catalog_product_entity", key__in=keys, after__isnull=False)
    MIRROR.touch(source, "sku", list(rows.values_list("owner", flat=True)))
    if not read_network(source).multi_source and not Source.objects.filter(external_id__has_key=source).exists():
        MIRROR.touch(source, "network", [ALL])


def make_stock(source: str, keys: list[str]) -> None:
    """Make the stock of these SKUs what the old shop says now, writing only what differs from the last time."""
    network = read_network(source)
    skus = [Sku(key=key, rows=rows) for key, rows in MIRROR.rows_of(source, "sku", keys).items()]
    _add_settings(source, skus)
    places = set(Source.objects.filter(code__in=network.sources).values_list("code", flat=True))
    for sku in skus:
        _compute(sku, network, places)
    _carry(source, keys, skus)
    MIRROR.replace_findings(source, "sku", keys, [found for sku in skus for found in sku.found])


def _add_settings(source: str, skus: Collection[Sku]) -> None:
    ids = {str(sku.product["entity_id"]): sku for sku in skus if sku.product}
    for product, rows in MIRROR.rows_of(source, "product", ids).items():
        of_default_stock = [r for r in rows.all("cataloginventory_stock_item") if r.get("stock_id", "1") == "1"]
        ids[product].settings = of_default_stock[0] if of_default_stock else None


def _compute(sku: Sku, network: Network, places: set[str]) -> None:
    recorded = _recorded(sku, network, places)
    reservations = sku.rows.all("inventory_reservation")
    if sku.product is None:
        if recorded or reservations:
            amounts = [*(f"{number} in {place}" for place, number in sorted(recorded.items())),
                       *([f"{len(reservations)} reservations"] if reservations else [])]  # fmt: skip
            sku.note("no_such_product", ", ".join(amounts), whole=True)
        return
    if not sku.key.strip():
        sku.note("no_sku", f"product {sku.product['entity_id']}", whole=True)
        return
    _note_spellings(sku)
    if sku.product["type_id"] in COMPOSITE:
        if any(recorded.values()) or reservations:
            sku.note("stock_of_composite", f"a {sku.product['type_id']} is sold as its parts")
        return
    _note_rules(sku, network)
    name = str(sku.product["sku"]).strip()
    for place, wanted in _items(sku, network, recorded).items():
        sku.items[name, place] = wanted


def _recorded(sku: Sku, network: Network, places: set[str]) -> dict[str, Decimal]:
    """The quantity recorded per source, whether or not it may be sold."""
    rows = sku.rows.all("inventory_source_item")
    if not network.multi_source and sku.settings is not None:
        rows = [{"source_code": DEFAULT, "sku": sku.key, "quantity": sku.settings.get("qty"), "status": "1"}]
    recorded: dict[str, Decimal] = {}
    for row in rows:
        place, quantity = str(row["source_code"]), Decimal(row["quantity"] or 0)
        if place not in network.sources:
            sku.note("no_such_source", f"{quantity} in {place}")
        elif abs(quantity) >= LIMIT:
            sku.note("quantity_too_large", f"{quantity} in {place}")
        elif place in places:  # else: the network is yet to be made, and has this made anew
            recorded[place] = recorded.get(place, ZERO) + quantity
    return recorded


def _items(sku: Sku, network: Network, recorded: dict[str, Decimal]) -> dict[str, Wanted]:
    settings = settings_of(network, sku.settings)
    if settings["manage_stock"] == "0":
        return {place: Wanted(quantity=quantity, managed=False) for place, quantity in recorded.items()}
    threshold = Decimal(settings["min_qty"])
    # Below zero the threshold is how far orders may go: with it they have an end, and that is all there is.
    backorders = settings["backorders"] != "0" and threshold >= 0
    if settings["backorders"] == "2":
        sku.note("backorder_notice", "shoppers are not told that they will wait")
    if threshold:
        sku.note("threshold", f"{threshold} taken off what may be sold")
    salable = recorded | dict.fromkeys(_switched_off(sku, network, recorded), ZERO)
    net_of = net(salable, _balances(sku, network, salable, threshold))
    return {
        place: Wanted(quantity=recorded.get(place, ZERO), held_back=recorded.get(place, ZERO) - left,
                      backorders=backorders)
        for place, left in net_of.items()
    }  # fmt: skip


def _switched_off(sku: Sku, network: Network, recorded: dict[str, Decimal]) -> Iterator[str]:
    """Sources where staff said "out of stock" whatever lies there."""
    if network.multi_source:
        off = [str(row["source_code"]) for row in sku.rows.all("inventory_source_item") if row["status"] == "0"]
    else:
        off = [DEFAULT] if sku.settings and sku.settings.get("is_in_stock") == "0" else []
    for place in off:
        if recorded.get(place, ZERO) > 0:
            sku.note("switched_off", f"{recorded[place]} in {place} are not sold")
        if place in recorded:
            yield place


def _balances(sku: Sku, network: Network, recorded: dict[str, Decimal], threshold: Decimal) -> list[Balance]:
    sums: dict[str, Decimal] = {}
    for row in sku.rows.all("inventory_reservation"):
        stock = str(row["stock_id"])
        sums[stock] = sums.get(stock, ZERO) + Decimal(row["quantity"] or 0)
    balances = []
    for stock in sorted(network.links.keys() | sums.keys(), key=lambda stock: (len(stock), stock)):
        reserved, sources = sums.get(stock, ZERO), network.selling(stock)
        if reserved and not sources:
            sku.note("reserved_nowhere", f"{reserved} in stock {stock}, which has no source")
        if reserved > 0:
            sku.note("given_back_twice", f"{reserved} more given back than taken in stock {stock}, sold as there")
        assigned = any(place in recorded for place in sources)
        balances.append(Balance(sources=sources, amount=reserved - (threshold if assigned else ZERO)))
    return balances


def _note_spellings(sku: Sku) -> None:
    products = sku.rows.all("catalog_product_entity")
    spelled = str(sku.product and sku.product["sku"])
    if len(products) > 1:
        sku.note("sku_used_twice", "products " + ", ".join(str(row["entity_id"]) for row in products))
    if spelled != spelled.strip():
        sku.note("sku_with_blanks", f"{spelled!r} is carried without them")
    others = {str(row["sku"]) for table in ("inventory_source_item", "inventory_reservation")
              for row in sku.rows.all(table)}  # fmt: skip
    for other in sorted(others - {spelled, spelled.strip()}):
        sku.note("sku_spelled_differently", f"stock of {other!r}")


def _note_rules(sku: Sku, network: Network) -> None:
    """What is written in a product's stock settings and has no counterpart here."""
    own = sku.settings or {}
    for name in _RULES:
        if own.get(f"use_config_{name}") == "0" and Decimal(own.get(name) or 0):
            sku.note("rule_not_carried", f"{name} {own[name]}")
    if own.get("is_qty_decimal") == "1":
        sku.note("rule_not_carried", "is_qty_decimal: whether parts of a unit are sold")
    if network.multi_source and own.get("qty") is not None:
        for row in sku.rows.all("inventory_source_item"):
            if row["source_code"] == DEFAULT and Decimal(row["quantity"] or 0) != Decimal(own["qty"] or 0):
                sku.note("quantities_disagree", f"{row['quantity']} in the source, {own['qty']} with the product")


def _carry(source: str, keys: list[str], skus: Collection[Sku]) -> None:
    """Write the differences; quantity and what is held back are movements of their own, each with its cause."""
    before = {(row.sku, row.place): row for row in CarriedStock.objects.filter(source=source, sku_key__in=keys)}
    wanted = {item: (sku.key, want) for sku in skus for item, want in sku.items.items()}
    changes = [change for item in sorted(before.keys() | wanted.keys())
               for change in _changes(source, item, before.get(item), wanted.get(item, ("", Wanted()))[1])]  # fmt: skip
    if changes:
        adjust_stock(AdjustStock(changes=changes, reason="import", reference=source, lane=Lane.BULK))
    failpoints.hit("logistics.legacy.carried")
    CarriedStock.objects.filter(id__in=[before[item].id for item in before.keys() - wanted.keys()]).delete()
    CarriedStock.objects.bulk_create(
        [
            CarriedStock(source=source, sku_key=key, sku=sku, place=place, quantity=want.quantity,
                         held_back=want.held_back, managed=want.managed, backorders=want.backorders)
            for (sku, place), (key, want) in sorted(wanted.items(), key=lambda item: item[0])
        ],
        update_conflicts=True,
        unique_fields=["source", "sku", "place"],
        update_fields=["sku_key", "quantity", "held_back", "managed", "backorders"],
    )  # fmt: skip


def _changes(source: str, item: tuple[str, str], row: CarriedStock | None, want: Wanted) -> Iterator[StockChange]:
    sku, place = item
    had = row or CarriedStock(quantity=ZERO, held_back=ZERO, managed=None, backorders=None)
    flags = {
        name: getattr(want, name) for name in ("managed", "backorders") if getattr(want, name) != getattr(had, name)
    }
    named = {"source": place, "sku": sku, "id": migrated_id(source, "inventory_source_item", f"{place}/{sku}")}
    if want.quantity != had.quantity or flags:
        yield StockChange(**named, change=want.quantity - had.quantity, reference=f"{source}: quantity", **flags)
    if want.held_back != had.held_back:
        yield StockChange(**named, change=had.held_back - want.held_back, reference=f"{source}: reservations")

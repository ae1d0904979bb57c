"""How the demo's warehouses work together: whence orders are sent, what is kept back, a delivery under way, a count."""

from datetime import timedelta
from decimal import Decimal

from chassis import clock
from chassis.unit_of_work import unit_of_work
from config.demo.progress import Progress
from config.demo.shapes import DemoShop
from logistics.counting import commands as counting
from logistics.counting.models import StockTake
from logistics.shipping.models import ShippingRule
from logistics.sourcing.models import ParcelCost, Place, SourcingPolicy
from logistics.transfers import commands as transfers
from logistics.transfers.models import Transfer
from logistics.warehouse import policies
from logistics.warehouse.models import Source, StockItem

# channel, strategy
STRATEGIES = (("home", "nearest"), ("alpine", "fewest_shipments"))

# country, beginning of the postcode, about where that lies
PLACES = (
    ("DE", "0", "51.1", "13.2"), ("DE", "1", "52.9", "13.0"), ("DE", "2", "53.7", "9.6"), ("DE", "3", "52.0", "9.6"),
    ("DE", "4", "51.6", "7.1"), ("DE", "5", "50.6", "7.1"), ("DE", "6", "49.9", "8.3"), ("DE", "7", "48.5", "8.8"),
    ("DE", "8", "48.0", "11.4"), ("DE", "9", "49.7", "11.2"), ("AT", "1", "48.2", "16.4"), ("AT", "6", "47.3", "11.0"),
    ("CH", "8", "47.4", "8.7"), ("CH", "1", "46.5", "6.8"), ("NL", "1", "52.4", "4.9"), ("NL", "5", "51.4", "5.7"),
)  # fmt: skip

# source, country ("" is every other), what a parcel costs
COSTS = (
    ("leipzig", "DE", "4.10"), ("leipzig", "", "11.80"), ("venlo", "NL", "3.90"), ("venlo", "", "8.70"),
    ("winterthur", "CH", "6.50"), ("winterthur", "", "19.00"),
)  # fmt: skip


def load(demo: DemoShop, progress: Progress) -> None:
    """Each stage comes to the same when it is done again."""
    progress.stage("sourcing", [None], lambda _: _sourcing(), unit="networks")
    progress.stage("stock policies", demo.sources, lambda source: _policy(source.code), unit="policies")
    skus = sorted({level.sku for level in demo.stock if level.source == "leipzig" and level.on_hand > 6})
    progress.stage("transfer", [None], lambda _: _transfer(skus[:3]), unit="transfers")
    progress.stage("stock take", [None], lambda _: _count(skus[3:9]), unit="counts")
    progress.stage("surcharge", [None], lambda _: _surcharge(skus[0]), unit="rules")


def _sourcing() -> None:
    with unit_of_work("logistics"):
        for channel, strategy in STRATEGIES:
            SourcingPolicy.objects.update_or_create(channel=channel, defaults={"strategy": strategy})
        for country, area, latitude, longitude in PLACES:
            where = {"latitude": Decimal(latitude), "longitude": Decimal(longitude)}
            Place.objects.update_or_create(country=country, area=area, defaults=where)
        for code, country, amount in COSTS:
            source = Source.objects.get(code=code)
            ParcelCost.objects.update_or_create(source=source, country=country, defaults={"amount": Decimal(amount)})


def _policy(source: str) -> None:
    policies.set_source_policy(policies.SetSourcePolicy(source=source, low_at=Decimal(3)))


def _transfer(skus: list[str]) -> None:
    """From a supplier, so that the stock which the demo's orders count on stays where it is."""
    number = "PO-2041"
    if Transfer.objects.filter(number=number).exists():
        return
    with unit_of_work("logistics"):
        draft = transfers.draft_transfer(
            transfers.DraftTransfer(
                number=number,
                supplier="Moorland Mill",
                destination="leipzig",
                lines=dict.fromkeys(skus, Decimal(24)),
                expected_at=clock.now() + timedelta(days=40),
            )
        )
        transfers.send_transfer(draft.id)


def _count(skus: list[str]) -> None:
    """One piece more than the books say of the first, the rest as they say."""
    number = "COUNT-7"
    if StockTake.objects.filter(number=number).exists():
        return
    with unit_of_work("logistics"):
        take = counting.begin_stock_take(counting.BeginStockTake(number=number, source="leipzig"))
        items = StockItem.objects.filter(source__code="leipzig", sku__in=skus)
        counts = {item.sku: item.on_hand + (item.sku == skus[0]) for item in items}
        counting.note_counts(counting.NoteCounts(stock_take=take.id, counts=counts))
        counting.book_stock_take(take.id)


def _surcharge(sku: str) -> None:
    with unit_of_work("logistics"):
        ShippingRule.objects.get_or_create(channel="home", sku=sku, defaults={"surcharge": Decimal("2.50")})

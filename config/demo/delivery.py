"""Ways of delivery of the demo shop, with their prices per zone, tax included."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Zone:
    """Countries of a channel with the same prices; none are all that no other zone names."""

    channel: str
    code: str
    name: str
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Price:
    zone: str
    amount: Decimal
    free_from: Decimal | None = None
    by_weight: tuple[tuple[Decimal, Decimal], ...] = ()
    most: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Method:
    channel: str
    code: str
    name: str
    currency: str
    prices: tuple[Price, ...]
    days: tuple[int, int] = (1, 3)
    handling_days: int = 0
    pickup_source: str = ""


STANDARD = "standard"

ZONES = (
    Zone(channel="home", code="germany", name="Germany", countries=("DE",)),
    Zone(channel="home", code="europe", name="Rest of Europe"),
    Zone(channel="alpine", code="alps", name="Switzerland and Liechtenstein"),
)

METHODS = (
    Method(
        channel="home",
        code=STANDARD,
        name="Standard",
        currency="EUR",
        prices=(
            Price(zone="germany", amount=Decimal("4.95"), free_from=Decimal(80)),
            Price(zone="europe", amount=Decimal("9.95"), free_from=Decimal(150)),
        ),
    ),
    Method(
        channel="home",
        code="express",
        name="Express",
        currency="EUR",
        prices=(
            Price(zone="germany", amount=Decimal("12.95")),
            Price(zone="europe", amount=Decimal("24.95")),
        ),
        days=(1, 1),
    ),
    Method(
        channel="home",
        code="freight",
        name="Freight",
        currency="EUR",
        prices=(
            Price(
                zone="germany",
                amount=Decimal(0),
                by_weight=tuple(
                    (Decimal(start), Decimal(price)) for start, price in ((0, "19.90"), (10, "34.90"), (30, "59.90"))
                ),
                most=Decimal(200),
            ),
        ),
        days=(3, 6),
        handling_days=1,
    ),
    Method(
        channel="home",
        code="collect-leipzig",
        name="Collect in Leipzig",
        currency="EUR",
        prices=(Price(zone="germany", amount=Decimal(0)),),
        days=(0, 1),
        pickup_source="leipzig",
    ),
    Method(
        channel="alpine",
        code=STANDARD,
        name="Post",
        currency="CHF",
        prices=(Price(zone="alps", amount=Decimal("7.90"), free_from=Decimal(100)),),
    ),
    Method(
        channel="alpine",
        code="express",
        name="Express",
        currency="CHF",
        prices=(Price(zone="alps", amount=Decimal("16.90")),),
        days=(1, 1),
    ),
    Method(
        channel="alpine",
        code="collect-winterthur",
        name="Collect in Winterthur",
        currency="CHF",
        prices=(Price(zone="alps", amount=Decimal(0)),),
        days=(0, 1),
        pickup_source="winterthur",
    ),
)

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


@dataclass(frozen=True, kw_only=True)
class Method:
    channel: str
    code: str
    name: str
    currency: str
    prices: tuple[Price, ...]


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
    ),
)

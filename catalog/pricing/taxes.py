"""Reading how channels reckon with tax and what is due where: one statement each, whatever the number of channels."""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db import connections

from catalog.pricing.areas import Area, Due, Place, Rate, due
from catalog.pricing.models import TaxPolicy
from catalog.pricing.taxation import HUNDRED, Rounding, Tax, percent_of

_MILLIONTH = Decimal("0.000001")
POLICY = (
    "t.rounding, t.display, t.home_country, t.home_region, t.home_postcode, t.same_price_abroad, t.after_discount,"
    " t.discount_with_tax, t.shipping_with_tax, t.shipping_class, t.exempt"
)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How a channel reckons with tax; see the model."""

    home: Place
    rounding: Rounding = Rounding.LINE
    display: str = TaxPolicy.ENTERED
    same_price_abroad: bool = True
    after_discount: bool = True
    discount_with_tax: bool = True
    shipping_with_tax: bool = True
    shipping_class: str = "shipping"
    exempt: str = TaxPolicy.NOBODY

    @classmethod
    def of(cls, row: tuple[object, ...], *, country: str) -> "Policy":
        """A row of POLICY, all NULL for a channel without one; `country` is the channel's first."""
        if row[0] is None:
            return cls(home=Place(country=country))
        rounding, display, home, region, postcode, same, after, with_tax, shipping, class_, exempt = row
        return cls(
            home=Place(country=str(home) or country, region=str(region), postcode=str(postcode)),
            rounding=Rounding(str(rounding)),
            display=str(display),
            same_price_abroad=bool(same),
            after_discount=bool(after),
            discount_with_tax=bool(with_tax),
            shipping_with_tax=bool(shipping),
            shipping_class=str(class_),
            exempt=str(exempt),
        )

    def shows_tax(self, *, entered_with_tax: bool) -> bool:
        """Whether shoppers see prices with tax."""
        return entered_with_tax if self.display == TaxPolicy.ENTERED else self.display == TaxPolicy.WITH_TAX


def rates_of(channels: Collection[str], *, countries: Collection[str]) -> dict[str, list[Rate]]:
    """All rates of channels for areas of these countries, by channel."""
    found: dict[str, list[Rate]] = defaultdict(list)
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT r.channel, r.tax_class, r.code, r.rate, r.priority, r.on_subtotal,
                      a.country, a.region, a.postcodes
               FROM catalog_taxrate r JOIN catalog_taxarea a ON a.zone_id = r.zone_id
               WHERE r.channel = ANY(%s) AND a.country = ANY(%s)""",
            [list(channels), list(countries)],
        )
        for channel, tax_class, code, rate, priority, on_subtotal, country, region, postcodes in cursor.fetchall():
            tax = Tax(code=code, percent=rate, priority=priority, on_subtotal=on_subtotal)
            area = Area(country=country, region=region, postcodes=postcodes)
            found[channel].append(Rate(tax_class=tax_class, tax=tax, area=area))
    return found


@dataclass(frozen=True, kw_only=True)
class Shown:
    """How a channel's prices are shown on pages: to somebody in its first country."""

    includes_tax: bool
    entered_with_tax: bool
    rates: Due

    def amount(self, entered: Decimal, tax_class: str) -> Decimal:
        """A price as it is shown."""
        if self.includes_tax == self.entered_with_tax:
            return entered
        factor = (HUNDRED + percent_of(self.rates.get(tax_class, ()))) / HUNDRED
        exact = entered * factor if self.includes_tax else entered / factor
        return exact.quantize(_MILLIONTH, rounding=ROUND_HALF_UP)


def shown_in(channels: Collection[str]) -> Callable[[str], Shown]:
    """How these channels show prices; the rates are read only where they are needed."""
    known: dict[str, Shown] = {}
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            f"""SELECT c.code, c.prices_include_tax, c.countries, {POLICY}
                FROM catalog_channel c LEFT JOIN catalog_taxpolicy t ON t.channel = c.code WHERE c.code = ANY(%s)""",
            [list(channels)],
        )
        rows = cursor.fetchall()
    for code, entered_with_tax, countries, *policy in rows:
        country = countries[0] if countries else ""
        includes = Policy.of(tuple(policy), country=country).shows_tax(entered_with_tax=entered_with_tax)
        rates: Due = {}
        if includes != entered_with_tax:
            rates = due(rates_of([code], countries=[country])[code], Place(country=country))
        known[code] = Shown(includes_tax=includes, entered_with_tax=entered_with_tax, rates=rates)
    return known.__getitem__

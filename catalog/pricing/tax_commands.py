"""Defining where which tax is due and how a channel reckons with it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from catalog.pricing.errors import InvalidRate, InvalidTaxPolicy
from catalog.pricing.lists import reprice
from catalog.pricing.models import TaxArea, TaxPolicy, TaxRate, TaxZone
from catalog.pricing.taxation import Rounding
from chassis.ids import new_id
from chassis.unit_of_work import unit_of_work

_COUNTRY = re.compile("[A-Z]{2}")


@dataclass(frozen=True, kw_only=True)
class AreaInput:
    """A country, or a part of it; postcodes: `90210`, `90*` or `90000..91000`."""

    country: str
    region: str = ""
    postcodes: str = ""


@dataclass(frozen=True, kw_only=True)
class DefineTaxZone:
    """A zone, by its code; its areas become exactly these."""

    code: str
    areas: tuple[AreaInput, ...]
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class TaxRateInput:
    """Percent of tax on a class of goods sent to a zone, or to a country, which is a zone of its own then.

    code: which tax this is. priority: above others' it is taken on them too, unless it is `on_subtotal`.
    """

    rate: Decimal
    country: str = ""
    zone: str = ""
    tax_class: str = "standard"
    code: str = "vat"
    priority: int = 0
    on_subtotal: bool = False


@dataclass(frozen=True, kw_only=True)
class DefineTaxPolicy:
    """How a channel reckons with tax; the fields are those of the model."""

    channel: str
    rounding: str = Rounding.LINE.value
    display: str = TaxPolicy.ENTERED
    home_country: str = ""
    home_region: str = ""
    home_postcode: str = ""
    same_price_abroad: bool = True
    after_discount: bool = True
    discount_with_tax: bool = True
    shipping_with_tax: bool = True
    shipping_class: str = "shipping"
    exempt: str = TaxPolicy.NOBODY


def define_tax_zone(command: DefineTaxZone) -> UUID:
    """Make or change a zone. InvalidRate for an area that is none."""
    with unit_of_work("catalog"):
        return _zone(command)


def replace_tax_rates(channel: str, rates: Sequence[TaxRateInput]) -> None:
    """A channel's rates become exactly these; inside the caller's unit of work."""
    for rate in rates:
        if not 0 <= rate.rate <= 100:
            raise InvalidRate("A rate is a percentage from 0 to 100.", field="/tax_rates")
        if bool(rate.country) == bool(rate.zone):
            raise InvalidRate("A rate is for a zone or for a country.", field="/tax_rates")
    keys = [(rate.country, rate.zone, rate.tax_class, rate.code, rate.priority) for rate in rates]
    if len(set(keys)) < len(keys):
        raise InvalidRate("A tax has one rate per zone and class.", field="/tax_rates")
    zones = dict(TaxZone.objects.values_list("code", "id"))
    for country in {rate.country for rate in rates if rate.country} - zones.keys():
        zones[country] = _zone(DefineTaxZone(code=country, areas=(AreaInput(country=country),)))
    if unknown := {rate.zone for rate in rates if rate.zone} - zones.keys():
        raise InvalidRate(f"There is no tax zone {', '.join(sorted(unknown))}.", field="/tax_rates")
    TaxRate.objects.filter(channel=channel).delete()
    TaxRate.objects.bulk_create(
        [
            TaxRate(
                channel=channel,
                zone_id=zones[rate.zone or rate.country],
                tax_class=rate.tax_class,
                code=rate.code,
                rate=rate.rate,
                priority=rate.priority,
                on_subtotal=rate.on_subtotal,
            )
            for rate in rates
        ]
    )
    policy = TaxPolicy.objects.filter(channel=channel).first()
    if policy and policy.display != TaxPolicy.ENTERED:
        reprice({"channel": channel})


def define_tax_policy(command: DefineTaxPolicy) -> None:
    """Set how a channel reckons with tax; what its pages show follows by a job. InvalidTaxPolicy."""
    choices = {
        "rounding": dict(TaxPolicy.ROUNDINGS),
        "display": dict(TaxPolicy.DISPLAYS),
        "exempt": dict(TaxPolicy.EXEMPTIONS),
    }
    for name, known in choices.items():
        if getattr(command, name) not in known:
            raise InvalidTaxPolicy(f"{name} must be one of {', '.join(known)}.", field=f"/{name}")
    facts = {name: getattr(command, name) for name in command.__dataclass_fields__}
    with unit_of_work("catalog"):
        before = TaxPolicy.objects.select_for_update().filter(channel=command.channel).first()
        after = TaxPolicy(**facts)
        after.save()
        if (before.display if before else TaxPolicy.ENTERED) != after.display:
            reprice({"channel": command.channel})


def _zone(command: DefineTaxZone) -> UUID:
    for area in command.areas:
        if not _COUNTRY.fullmatch(area.country):
            raise InvalidRate("An area's country is two capital letters.", field="/areas")
    fresh = TaxZone(id=new_id(), code=command.code, name=command.name)
    TaxZone.objects.bulk_create([fresh], ignore_conflicts=True)
    zone = TaxZone.objects.select_for_update().get(code=command.code)
    zone.name = command.name
    zone.save(update_fields=["name"])
    TaxArea.objects.filter(zone=zone).delete()
    TaxArea.objects.bulk_create(
        [TaxArea(zone=zone, country=a.country, region=a.region, postcodes=a.postcodes) for a in command.areas]
    )
    return zone.id

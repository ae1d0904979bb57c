"""Commands of shipping: zones, and methods with their rates."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Any

from chassis.unit_of_work import unit_of_work
from logistics.shipping.checking import problem_of_countries, problem_of_method, problem_of_postcodes
from logistics.shipping.errors import BadCountry, BadMethod, BadPostcodes, BadRate, UnknownZone
from logistics.shipping.models import DELIVERY, ShippingMethod, ShippingRate, ShippingZone
from logistics.shipping.rates import FLAT, LIMIT, Steps, problem_of
from logistics.warehouse.commands import source_of


@dataclass(frozen=True, kw_only=True)
class DefineZone:
    """Countries (ISO 3166-1 alpha-2) with rates of their own; none means the rest of the world.

    `postcodes`: only those that begin so.
    """

    channel: str
    code: str
    name: str
    countries: Sequence[str] = ()
    postcodes: Sequence[str] = ()


def define_zone(command: DefineZone) -> ShippingZone:
    """Make or change a zone. Raises BadCountry, BadPostcodes."""
    if problem_of_countries(command.countries):
        raise BadCountry(field="/countries")
    if problem_of_postcodes(command.postcodes, command.countries):
        raise BadPostcodes(field="/postcodes")
    with unit_of_work("logistics"):
        zone, _ = ShippingZone.objects.update_or_create(
            channel=command.channel,
            code=command.code,
            defaults={
                "name": command.name,
                "countries": sorted(set(command.countries)),
                "postcodes": sorted(set(command.postcodes)),
            },
        )
    return zone


@dataclass(frozen=True, kw_only=True)
class Rate:
    """Price in a zone, tax included; `free_from` is the goods total from which it costs nothing.

    `steps` are (from, price) of a table over what `basis` names (weight in kg, price, quantity), up to `most`.
    """

    zone: str
    price: Decimal
    currency: str
    free_from: Decimal | None = None
    basis: str = FLAT
    steps: Steps = ()
    most: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class DefineMethod:
    """A way to deliver, with all its rates: those not named are gone.

    `pickup_source`: the code of the source where shoppers collect it. Days are working days (see `ShippingMethod`).
    """

    channel: str
    code: str
    name: str
    rates: Sequence[Rate]
    position: int = 0
    active: bool = True
    kind: str = DELIVERY
    pickup_source: str = ""
    carrier: str = ""
    handling_days: int = 0
    days_least: int | None = None
    days_most: int | None = None
    cut_off: time | None = None


def define_method(command: DefineMethod) -> ShippingMethod:
    """Make or change a method and replace its rates. Raises UnknownZone, UnknownSource, BadRate, BadMethod."""
    for index, rate in enumerate(command.rates):
        _check(rate, index)
    facts = _facts(command)
    with unit_of_work("logistics"):
        zones = {zone.code: zone for zone in ShippingZone.objects.filter(channel=command.channel)}
        for index, rate in enumerate(command.rates):
            if rate.zone not in zones:
                raise UnknownZone(f"{rate.zone} is no zone of {command.channel}.", field=f"/rates/{index}/zone")
        method, made = ShippingMethod.objects.select_for_update().get_or_create(
            channel=command.channel,
            code=command.code,
            defaults=facts,
        )
        if not made:
            for name, value in facts.items():
                setattr(method, name, value)
            method.version += 1
            method.save()
        method.rates.all().delete()
        ShippingRate.objects.bulk_create(
            ShippingRate(
                method=method,
                zone=zones[rate.zone],
                price=rate.price,
                currency=rate.currency,
                free_from=rate.free_from,
                basis=rate.basis,
                steps=[[str(start), str(price)] for start, price in rate.steps],
                most=rate.most,
            )
            for rate in command.rates
        )
    return method


def _facts(command: DefineMethod) -> dict[str, Any]:
    wrong = problem_of_method(
        kind=command.kind,
        has_source=bool(command.pickup_source),
        handling=command.handling_days,
        least=command.days_least,
        most=command.days_most,
    )
    if wrong:
        raise BadMethod(wrong)
    names = ("name", "position", "active", "kind", "carrier", "handling_days", "days_least", "days_most", "cut_off")
    source = source_of(command.pickup_source) if command.pickup_source else None
    return {name: getattr(command, name) for name in names} | {"pickup_source": source}


def _check(rate: Rate, index: int) -> None:
    amounts = [amount for amount in (rate.price, rate.free_from, rate.most) if amount is not None]
    if not all(amount.is_finite() and 0 <= amount < LIMIT for amount in amounts):
        raise BadRate(field=f"/rates/{index}")
    if wrong := problem_of(basis=rate.basis, steps=rate.steps, most=rate.most):
        raise BadRate(wrong, field=f"/rates/{index}/steps")
    if not re.fullmatch("[A-Z]{3}", rate.currency):
        raise BadRate(field=f"/rates/{index}/currency")

"""Commands of shipping: zones, and methods with their rates."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from chassis.unit_of_work import unit_of_work
from logistics.shipping.errors import BadCountry, BadRate, UnknownZone
from logistics.shipping.models import ShippingMethod, ShippingRate, ShippingZone

_LIMIT = Decimal(10) ** 14


@dataclass(frozen=True, kw_only=True)
class DefineZone:
    """Countries (ISO 3166-1 alpha-2) with rates of their own; none means the rest of the world."""

    channel: str
    code: str
    name: str
    countries: Sequence[str] = ()


def define_zone(command: DefineZone) -> ShippingZone:
    """Make or change a zone. Raises BadCountry."""
    for country in command.countries:
        if not re.fullmatch("[A-Z]{2}", country):
            raise BadCountry(f"{country!r} is no country code.", field="/countries")
    with unit_of_work("logistics"):
        zone, _ = ShippingZone.objects.update_or_create(
            channel=command.channel,
            code=command.code,
            defaults={"name": command.name, "countries": sorted(set(command.countries))},
        )
    return zone


@dataclass(frozen=True, kw_only=True)
class Rate:
    """Price in a zone, tax included; `free_from` is the goods total from which it costs nothing."""

    zone: str
    price: Decimal
    currency: str
    free_from: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class DefineMethod:
    """A way to deliver, with all its rates: those not named are gone."""

    channel: str
    code: str
    name: str
    rates: Sequence[Rate]
    position: int = 0
    active: bool = True


def define_method(command: DefineMethod) -> ShippingMethod:
    """Make or change a method and replace its rates. Raises UnknownZone, BadRate."""
    for index, rate in enumerate(command.rates):
        _check(rate, index)
    with unit_of_work("logistics"):
        zones = {zone.code: zone for zone in ShippingZone.objects.filter(channel=command.channel)}
        for index, rate in enumerate(command.rates):
            if rate.zone not in zones:
                raise UnknownZone(f"{rate.zone} is no zone of {command.channel}.", field=f"/rates/{index}/zone")
        method, made = ShippingMethod.objects.select_for_update().get_or_create(
            channel=command.channel,
            code=command.code,
            defaults={"name": command.name, "position": command.position, "active": command.active},
        )
        if not made:
            method.name, method.position, method.active = command.name, command.position, command.active
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
            )
            for rate in command.rates
        )
    return method


def _check(rate: Rate, index: int) -> None:
    amounts = [rate.price, *([] if rate.free_from is None else [rate.free_from])]
    if not all(amount.is_finite() and 0 <= amount < _LIMIT for amount in amounts):
        raise BadRate(field=f"/rates/{index}")
    if not re.fullmatch("[A-Z]{3}", rate.currency):
        raise BadRate(field=f"/rates/{index}/currency")

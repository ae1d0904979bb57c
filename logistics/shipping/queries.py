"""What delivery costs and when it arrives, in a fixed number of queries whatever the cart and the methods."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from chassis import clock
from chassis.money import Money
from contracts.logistics import ParcelLine, PickupPoint, ShippingOption
from logistics.shipping.estimates import Pace, estimate
from logistics.shipping.models import Article, ClosedDay, ShippingMethod, ShippingRate, ShippingRule
from logistics.shipping.rates import WEIGHT, Parcel, price_of
from logistics.warehouse.models import Channel

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """A channel's time zone and the days on which nothing moves."""

    time_zone: str
    closed: frozenset[date]


def shipping_options(
    *, channel: str, country: str, goods_total: Decimal, postcode: str = "", lines: Sequence[ParcelLine] = ()
) -> tuple[ShippingOption, ...]:
    """Options for a destination, by position; of several zones of a method the narrowest counts.

    `goods_total` is the discounted goods, tax included, in the channel's currency. Prices stand at the
    currency's exponent. A method whose table does not go that far, or that a product refuses, is not offered.
    """
    rates = _rates(channel, country, postcode)
    if not rates:
        return ()
    rules = list(ShippingRule.objects.filter(channel=channel, sku__in={line.sku for line in lines}))
    parcel = _parcel(goods_total, lines, weigh=any(rate.basis == WEIGHT for rate in rates))
    calendar = _calendar(channel)
    found = (_option(rate, parcel, lines, rules, calendar) for rate in rates)
    return tuple(option for option in found if option is not None)


def _rates(channel: str, country: str, postcode: str) -> list[ShippingRate]:
    rates = (
        ShippingRate.objects.filter(method__channel=channel, method__active=True)
        .filter(Q(zone__countries__contains=[country]) | Q(zone__countries=[]))
        .select_related("method__pickup_source", "zone")
        .order_by("method__position", "method__code", "zone__code")
    )
    chosen: dict[str, tuple[int, ShippingRate]] = {}
    for rate in rates:
        narrowness = _narrowness(rate, postcode.replace(" ", "").upper())
        if narrowness >= 0 and narrowness > chosen.get(rate.method.code, (-1, rate))[0]:
            chosen[rate.method.code] = (narrowness, rate)
    return [rate for _, rate in chosen.values()]


def _narrowness(rate: ShippingRate, postcode: str) -> int:
    """0 for the rest of the world, 1 for a country, more the more of the postcode is named; -1 if it is elsewhere."""
    if not rate.zone.postcodes:
        return 1 if rate.zone.countries else 0
    return max((1 + len(start) for start in rate.zone.postcodes if postcode.startswith(start)), default=-1)


def _parcel(goods_total: Decimal, lines: Sequence[ParcelLine], *, weigh: bool) -> Parcel:
    quantity = sum((line.quantity for line in lines), ZERO)
    if not weigh:
        return Parcel(total=goods_total, quantity=quantity)
    skus = {line.sku for line in lines}
    known = dict(Article.objects.filter(sku__in=skus, weight__isnull=False).values_list("sku", "weight"))
    weight = sum((known.get(line.sku, ZERO) * line.quantity for line in lines), ZERO)
    return Parcel(total=goods_total, quantity=quantity, weight=weight)


def _calendar(channel: str) -> Calendar:
    row = Channel.objects.filter(code=channel).values_list("time_zone", flat=True).first()
    closed = ClosedDay.objects.filter(channel=channel).values_list("day", flat=True)
    return Calendar(time_zone=row or "UTC", closed=frozenset(closed))


def _option(
    rate: ShippingRate,
    parcel: Parcel,
    lines: Iterable[ParcelLine],
    rules: Iterable[ShippingRule],
    calendar: Calendar,
) -> ShippingOption | None:
    method = rate.method
    mine = {rule.sku: rule for rule in rules if rule.method_id is None}
    mine |= {rule.sku: rule for rule in rules if rule.method_id == method.id}  # its own before that of all
    if any(rule.refused for rule in mine.values()):
        return None
    steps = [(Decimal(start), Decimal(price)) for start, price in rate.steps]
    price = price_of(parcel, basis=rate.basis, flat=rate.price, steps=steps, most=rate.most)
    if price is None:
        return None
    why = [_basis(rate, parcel)]
    if rate.free_from is not None and parcel.total >= rate.free_from:
        price, why = ZERO, [f"free from {rate.free_from.normalize():f} on"]
    for line in lines:
        if (rule := mine.get(line.sku)) and (added := _surcharge(rule, line)):
            price += added
            why.append(f"{line.sku} adds {added.normalize():f}")
    first, last = estimate(_pace(method), now=clock.now(), time_zone=calendar.time_zone, closed=calendar.closed)
    return ShippingOption(
        code=method.code,
        name=method.name,
        price=Money(price, rate.currency).quantized().amount,
        currency=rate.currency,
        kind=method.kind,
        earliest=first,
        latest=last,
        pickup_point=_point(method),
        explanation=tuple(why),
    )


def _basis(rate: ShippingRate, parcel: Parcel) -> str:
    if rate.basis == "flat":
        return f"flat in {rate.zone.name}"
    unit = {"weight": " kg", "price": f" {rate.currency}", "quantity": " units"}[rate.basis]
    return f"{parcel.value(rate.basis).normalize():f}{unit} in {rate.zone.name}"


def _surcharge(rule: ShippingRule, line: ParcelLine) -> Decimal:
    return rule.surcharge * line.quantity if rule.per_unit else rule.surcharge


def _pace(method: ShippingMethod) -> Pace:
    return Pace(handling=method.handling_days, least=method.days_least, most=method.days_most, cut_off=method.cut_off)


def _point(method: ShippingMethod) -> PickupPoint | None:
    source = method.pickup_source
    if source is None:
        return None
    known = {name: str(source.address.get(name, "")) for name in ("street", "city", "postcode")}
    return PickupPoint(code=source.code, name=source.name, country=source.country, **known)

"""What delivery costs, in one query."""

from decimal import Decimal

from django.db.models import Q

from chassis.money import Money
from contracts.logistics import ShippingOption
from logistics.shipping.models import ShippingRate


def shipping_options(*, channel: str, country: str, goods_total: Decimal) -> tuple[ShippingOption, ...]:
    """Options for a country, by position; a zone that names the country wins over the rest of the world.

    `goods_total` is the discounted goods, tax included, in the channel's currency. Prices stand at the
    currency's exponent.
    """
    rates = (
        ShippingRate.objects.filter(method__channel=channel, method__active=True)
        .filter(Q(zone__countries__contains=[country]) | Q(zone__countries=[]))
        .select_related("method", "zone")
        .order_by("method__position", "method__code", "zone__code")
    )
    chosen: dict[str, ShippingRate] = {}
    for rate in rates:
        known = chosen.get(rate.method.code)
        if known is None or (not known.zone.countries and rate.zone.countries):
            chosen[rate.method.code] = rate
    return tuple(_option(rate, goods_total) for rate in chosen.values())


def _option(rate: ShippingRate, goods_total: Decimal) -> ShippingOption:
    free = rate.free_from is not None and goods_total >= rate.free_from
    price = Money.zero(rate.currency) if free else Money(rate.price, rate.currency).quantized()
    return ShippingOption(code=rate.method.code, name=rate.method.name, price=price.amount, currency=rate.currency)

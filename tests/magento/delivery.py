"""python -m tests.magento.delivery CHANNEL CURRENCY COUNTRY: a way to deliver, which is not carried from Magento."""

import os
import sys
from decimal import Decimal

import django

import config  # noqa: F401


def main(channel: str, currency: str, country: str) -> None:
    """A zone of one country and one method, through the public commands."""
    from logistics.shipping.commands import DefineMethod, DefineZone, Rate, define_method, define_zone

    define_zone(DefineZone(channel=channel, code="home", name="Home", countries=(country,)))
    rate = Rate(zone="home", price=Decimal("5.00"), currency=currency)
    define_method(DefineMethod(channel=channel, code="parcel", name="Parcel", rates=(rate,)))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.monolith")
    django.setup()
    main(*sys.argv[1:])

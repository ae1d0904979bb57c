"""python -m tests.seed SKU=STOCK …: a channel, its view, and products with stock, through the public commands."""

import os
import sys
from decimal import Decimal

import django

import config  # noqa: F401

PRICE = Decimal("20.00")


def main(arguments: list[str]) -> None:
    """Define everything, then wait for nothing: the running processes carry the events."""
    from catalog.catalog.structure.channels import DefineChannel, DefineView, define_channel, define_view
    from catalog.commands import SaveProduct, save_product
    from catalog.pricing.commands import PriceInput
    from logistics.shipping.commands import DefineMethod, DefineZone, Rate, define_method, define_zone
    from logistics.warehouse.commands import (
        AdjustStock,
        DefineSource,
        LinkChannel,
        StockChange,
        adjust_stock,
        define_source,
        link_channel,
    )

    define_channel(DefineChannel(code="home", name="Home", currency="EUR", countries=("DE", "AT")))
    define_view(DefineView(code="en", name="English", channel="home", locale="en"))
    for number, source in enumerate(("north", "south"), start=1):
        define_source(DefineSource(code=source, name=source.title(), country="DE"))
        link_channel(LinkChannel(channel="home", source=source, priority=number))
    define_zone(DefineZone(channel="home", code="near", name="Near", countries=("DE", "AT")))
    rate = Rate(zone="near", price=Decimal("5.00"), currency="EUR")
    define_method(DefineMethod(channel="home", code="parcel", name="Parcel", rates=(rate,)))
    changes = []
    for argument in arguments:
        sku, _, stock = argument.partition("=")
        save_product(
            SaveProduct(
                sku=sku,
                texts={"": {"name": sku.title()}},
                channels=("home",),
                prices=(PriceInput(channel="home", amount=PRICE),),
            )
        )
        for source, count in zip(("north", "south"), _split(int(stock)), strict=True):
            changes.append(StockChange(source=source, sku=sku, on_hand=Decimal(count)))
    adjust_stock(AdjustStock(changes=changes, reason="seed"))


def _split(stock: int) -> tuple[int, int]:
    """Most in the first source, some in the second, so that orders cross sources."""
    return stock - stock // 3, stock // 3


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.monolith")
    django.setup()
    main(sys.argv[1:])

"""Loads the demo shop through the domains' own commands, in stages that can be broken off and gone on with.

The processes need not run: events lie in the outboxes until a relay moves them. Each command is a unit of
work of its own and comes to the same when it is done twice; see `progress` for why that matters.
"""

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar

from django.conf import settings

from catalog import commands as catalog
from chassis import clock
from chassis.messages import Lane
from commerce.document.commands import define_seller
from config.demo import delivery, depots, extras, goods, month, people_book, shop, signins, steering
from config.demo.progress import Progress
from config.demo.shapes import Attribute, Category, Channel, DemoShop, Product, Source, StockLevel, View
from config.demo.wording import labels, scoped
from config.demo.words.places import SELLERS
from logistics.shipping import commands as shipping
from logistics.warehouse import commands as warehouse

Row = TypeVar("Row")

RECORD = "demo-load.json"
LOGINS = "logins.txt"
PRODUCTS_PER_COMMAND = 15
STOCK_PER_COMMAND = 500
BEFORE_THE_ORDERS = timedelta(days=35)


def load(*, say: Callable[[str], None]) -> list[str]:
    """Load everything that is not there yet and return the sign-ins, also left in the state folder."""
    state = Path(settings.STATE_FOLDER)
    state.mkdir(parents=True, exist_ok=True)
    progress = Progress(state / RECORD, say=say)
    demo = shop.build(today=progress.today)
    say(f"{demo.name}, as of {progress.today}")
    _structure(demo, progress)
    _products(demo, progress)
    _stock(demo, progress)
    people_book.load(demo, progress)
    extras.load(demo, progress)
    steering.load(demo, progress)
    month.load(demo, progress)
    lines = signins.lines(demo)
    _write_privately(state / LOGINS, "\n".join(lines) + "\n")
    return lines


def _write_privately(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)


def _structure(demo: DemoShop, progress: Progress) -> None:
    views = demo.views
    roots = [category for category in demo.categories if category.parent is None]
    others = [category for category in demo.categories if category.parent is not None]

    def define_attribute(attribute: Attribute) -> None:
        catalog.define_attribute(_attribute(attribute, views=views, place=demo.attributes.index(attribute)))

    progress.stage("channels", demo.channels, _define_channel)
    progress.stage("sellers", list(SELLERS), lambda code: define_seller(channel=code, **SELLERS[code]))
    # A view names its root category, and all but the roots have addresses in the views.
    progress.stage("roots", roots, lambda root: _define_category(root, views=(), slugs={}), unit="categories")
    progress.stage("views", views, _define_view)
    progress.stage("attributes", demo.attributes, define_attribute)
    progress.stage(
        "product types",
        demo.product_types,
        lambda row: catalog.define_product_type(
            catalog.DefineProductType(code=row.code, name=row.name.en, attributes=row.attributes)
        ),
        unit="types",
    )

    def define_category(category: Category) -> None:
        own = tuple(view for view in views if view.channel == category.channel)
        # Every category has an address in every view; the good ones belong to the tree that the view shows.
        slugs = {view.code: category.slugs.get(view.code, category.code) for view in views}
        _define_category(category, views=own, slugs=slugs if category.parent else {})

    progress.stage("categories", [*roots, *others], define_category)


def _products(demo: DemoShop, progress: Progress) -> None:
    oldest_first = sorted(enumerate(demo.products), key=lambda row: row[1].created_at)

    def save(batch: Sequence[tuple[int, Product]]) -> None:
        with clock.travel(batch[-1][1].created_at):
            commands = [goods.command(product, views=demo.views, place=place) for place, product in batch]
            catalog.save_products(commands, lane=Lane.BULK)

    progress.stage("pictures", demo.products, goods.write_pictures, unit="products drawn")
    progress.stage("products", _batches(oldest_first, PRODUCTS_PER_COMMAND), save, unit="batches", every=1)


def _batches(rows: Sequence[Row], size: int) -> list[Sequence[Row]]:
    return [rows[first : first + size] for first in range(0, len(rows), size)]


def _stock(demo: DemoShop, progress: Progress) -> None:
    def adjust(levels: Sequence[StockLevel]) -> None:
        changes = [warehouse.StockChange(source=level.source, sku=level.sku, on_hand=level.on_hand) for level in levels]
        warehouse.adjust_stock(
            warehouse.AdjustStock(changes=changes, reason="received", reference="demo shop", lane=Lane.BULK)
        )

    earlier = datetime.combine(progress.today, time(), tzinfo=UTC) - BEFORE_THE_ORDERS
    with clock.travel(earlier):
        progress.stage("sources", demo.sources, _define_source)
        progress.stage("stock", _batches(demo.stock, STOCK_PER_COMMAND), adjust, unit="batches", every=1)
        # A checkout asks the warehouse for every line; what needs no shelf is stock that never runs out.
        services = [product.sku for product in demo.products if product.type == "virtual"]
        progress.stage("services", [services], lambda skus: _never_run_out(demo.sources[0], skus), unit="batches")
        progress.stage("delivery zones", delivery.ZONES, _define_zone, unit="zones")
        progress.stage("delivery methods", delivery.METHODS, _define_method, unit="methods")
        depots.load(demo, progress)


def _define_channel(channel: Channel) -> None:
    rates = tuple(
        catalog.TaxRateInput(country=country, tax_class=tax_class, rate=rate)
        for country in channel.countries
        for tax_class, rate in channel.tax_rates.items()
    )
    catalog.define_channel(
        catalog.DefineChannel(
            id=channel.id,
            code=channel.code,
            name=channel.name,
            currency=channel.currency,
            time_zone=channel.time_zone,
            countries=channel.countries,
            prices_include_tax=channel.prices_include_tax,
            tax_rates=rates,
        )
    )


def _define_view(view: View) -> None:
    catalog.define_view(
        catalog.DefineView(
            id=view.id,
            code=view.code,
            name=view.name,
            channel=view.channel,
            locale=view.locale,
            root=view.root_category,
        )
    )


def _attribute(attribute: Attribute, *, views: tuple[View, ...], place: int) -> catalog.DefineAttribute:
    return catalog.DefineAttribute(
        id=attribute.id,
        code=attribute.code,
        kind=attribute.type,
        labels=labels(views, attribute.label),
        scope="view" if attribute.type == "text" else "global",
        unit=attribute.unit,
        filterable=attribute.filterable,
        searchable=attribute.searchable,
        sortable=attribute.type == "decimal",
        position=place,
        options=tuple(
            catalog.OptionInput(code=option.code, labels=labels(views, option.label), swatch=option.swatch)
            for option in attribute.options
        ),
    )


def _define_category(category: Category, *, views: tuple[View, ...], slugs: dict[str, str]) -> None:
    catalog.define_category(
        catalog.DefineCategory(
            id=category.id,
            code=category.code,
            texts=scoped(views, name=category.name, description=category.description),
            parent=category.parent,
            slugs=slugs,
            position=category.position,
        )
    )


def _define_source(source: Source) -> None:
    warehouse.define_source(
        warehouse.DefineSource(
            id=source.id,
            code=source.code,
            name=source.name,
            country=source.country,
            address={"street": source.street, "city": source.city, "postcode": source.postcode},
            latitude=source.latitude,
            longitude=source.longitude,
        )
    )
    for channel, priority in source.channels.items():
        warehouse.link_channel(warehouse.LinkChannel(channel=channel, source=source.code, priority=priority))


def _never_run_out(source: Source, skus: Sequence[str]) -> None:
    changes = [warehouse.StockChange(source=source.code, sku=sku, managed=False) for sku in skus]
    warehouse.adjust_stock(
        warehouse.AdjustStock(changes=changes, reason="received", reference="demo shop", lane=Lane.BULK)
    )


def _define_zone(zone: delivery.Zone) -> None:
    shipping.define_zone(
        shipping.DefineZone(channel=zone.channel, code=zone.code, name=zone.name, countries=zone.countries)
    )


def _define_method(method: delivery.Method) -> None:
    place = delivery.METHODS.index(method)
    shipping.define_method(
        shipping.DefineMethod(
            channel=method.channel,
            code=method.code,
            name=method.name,
            position=place,
            kind="pickup" if method.pickup_source else "delivery",
            pickup_source=method.pickup_source,
            handling_days=method.handling_days,
            days_least=method.days[0],
            days_most=method.days[1],
            cut_off=time(14),
            rates=[
                shipping.Rate(
                    zone=price.zone,
                    price=price.amount,
                    currency=method.currency,
                    free_from=price.free_from,
                    basis="weight" if price.by_weight else "flat",
                    steps=price.by_weight,
                    most=price.most,
                )
                for price in method.prices
            ],
        )
    )

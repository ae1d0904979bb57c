"""What catalog can tell again, so that others rebuild their copies of it."""

from collections.abc import Iterator

from catalog.catalog.announcing import product_changed
from catalog.catalog.structure.channels import channel_changed, view_changed
from catalog.product.models import Channel, Product, View
from chassis.republishing import State
from contracts.catalog import ChannelChanged, ProductChanged, ViewChanged


def channels() -> Iterator[State]:
    """Every channel as it is now."""
    for row in Channel.objects.order_by("id").iterator():
        yield State(
            event=channel_changed(row), aggregate_id=row.id, aggregate_version=row.version, channel=row.code
        )  # fmt: skip


def views() -> Iterator[State]:
    """Every view as it is now."""
    for row in View.objects.select_related("channel").order_by("id").iterator():
        event = view_changed(row, channel=row.channel.code)
        yield State(event=event, aggregate_id=row.id, aggregate_version=row.version, channel=row.channel.code)


def products() -> Iterator[State]:
    """Every product that can be sold, as it is now."""
    sold = Product.objects.exclude(kind__in=Product.NOT_SOLD).select_related("parent").order_by("id")
    for row in sold.iterator(chunk_size=500):
        yield State(event=product_changed(row, row.parent), aggregate_id=row.id, aggregate_version=row.version)


REPUBLISH = {ChannelChanged: channels, ViewChanged: views, ProductChanged: products}

"""What logistics can tell again, so that others rebuild their copies of it."""

from collections.abc import Iterator

from chassis.republishing import State
from contracts.logistics import AvailabilityChanged
from logistics.warehouse.models import Availability


def availability() -> Iterator[State]:
    """What can be sold now of every SKU in every channel."""
    # A row of version 0 is not computed yet: it will be told for the first time when it is.
    for row in Availability.objects.filter(version__gt=0).order_by("channel", "sku").iterator(chunk_size=500):
        yield State(
            event=AvailabilityChanged(channel=row.channel, sku=row.sku, available=row.available, in_stock=row.in_stock),
            aggregate_id=f"{row.channel}/{row.sku}",
            aggregate_version=row.version,
            channel=row.channel,
        )


REPUBLISH = {AvailabilityChanged: availability}

"""What identity can tell again, so that others rebuild their copies of it."""

from collections.abc import Iterator

from chassis.republishing import State
from contracts.identity import ChannelGroupChanged
from identity.customer.commands import channel_group_changed
from identity.customer.models import ChannelCopy


def channel_groups() -> Iterator[State]:
    """Every channel whose group was ever chosen; any other is a group of its own everywhere."""
    for row in ChannelCopy.objects.filter(group_version__gt=0).order_by("code").iterator():
        yield State(
            event=channel_group_changed(row), aggregate_id=row.code, aggregate_version=row.group_version,
            channel=row.code,
        )  # fmt: skip


REPUBLISH = {ChannelGroupChanged: channel_groups}

"""Reads of the warehouse's own pages and of those of other slices."""

from collections.abc import Iterable

from logistics.warehouse.models import Channel


def channels() -> Iterable[str]:
    """Codes of the channels, for list filters."""
    return Channel.objects.order_by("code").values_list("code", flat=True)

"""Tables of sources, stock and what can be sold per channel."""

from typing import Any

from django.db import models

from chassis.ids import new_id
from chassis.records import Recorded


def units(**options: Any) -> models.DecimalField:
    """A column for a quantity: decimal(12,4)."""
    return models.DecimalField(max_digits=12, decimal_places=4, **options)


class Channel(models.Model):
    """Copy of catalog's channel; `version` is the event's."""

    code = models.TextField(primary_key=True)
    name = models.TextField()
    currency = models.CharField(max_length=3)
    countries = models.JSONField(default=list)
    time_zone = models.TextField(default="UTC", db_default="UTC")
    active = models.BooleanField(default=True)
    version = models.BigIntegerField()

    class Meta:
        app_label = "logistics"


class View(models.Model):
    """Copy of catalog's view; its channel may arrive later than itself."""

    code = models.TextField(primary_key=True)
    channel = models.TextField()
    locale = models.TextField()
    active = models.BooleanField(default=True)
    version = models.BigIntegerField()

    class Meta:
        app_label = "logistics"


class Source(models.Model):
    """A place that holds stock and sends parcels.

    `address`: street, city, postcode, region, phone. Coordinates are in degrees; without them the postcode's count.
    The policies are for items that have none of their own; `backorder_limit` of None is no limit, `low_at` of None
    means that nobody is told when little is left.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    code = models.TextField(unique=True)
    name = models.TextField()
    country = models.CharField(max_length=2, blank=True)
    address = models.JSONField(default=dict, blank=True, db_default=models.Value({}, models.JSONField()))
    latitude = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    longitude = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    safety_stock = units(default=0, db_default=0)
    low_at = units(null=True, blank=True)
    backorders = models.BooleanField(default=False, db_default=False)
    backorder_limit = units(null=True, blank=True)
    enabled = models.BooleanField(default=True)
    external_id = models.JSONField(default=dict, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        app_label = "logistics"

    def __str__(self) -> str:
        return self.code


class ChannelSource(models.Model):
    """A channel sells from these sources, lowest `priority` first."""

    id = models.UUIDField(primary_key=True, default=new_id)
    channel = models.TextField()
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="channels")
    priority = models.IntegerField(default=0)

    class Meta:
        app_label = "logistics"
        constraints = [models.UniqueConstraint(fields=["channel", "source"], name="logistics_channel_source_once")]


class StockItem(Recorded):
    """What lies of a SKU in a source. `on_hand` may be negative, `reserved` may not.

    managed: false for what never runs out. The policies of None are the source's (see `policy.py`): `safety_stock` is
    not sold; `backorders` lets orders go beyond what is there, up to `backorder_limit`, as does an `available_from`
    that is still to come. `level` is how full the shelf was when it was last told; empty: never looked at.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="items")
    sku = models.TextField()
    on_hand = units(default=0)
    reserved = units(default=0)
    managed = models.BooleanField(default=True)
    backorders = models.BooleanField(null=True, blank=True)
    safety_stock = units(null=True, blank=True)
    low_at = units(null=True, blank=True)
    backorder_limit = units(null=True, blank=True)
    available_from = models.DateTimeField(null=True, blank=True)
    level = models.TextField(blank=True, default="", db_default="", db_index=True)
    version = models.IntegerField(default=1)

    class Meta:
        app_label = "logistics"
        constraints = [
            models.UniqueConstraint(fields=["sku", "source"], name="logistics_stock_item_once"),
            models.CheckConstraint(condition=models.Q(reserved__gte=0), name="logistics_reserved_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} in {self.source}"


class StockMovement(models.Model):
    """Ledger of `on_hand`: every change with its reason, never edited. `on_hand` is the value after it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    item = models.ForeignKey(StockItem, on_delete=models.PROTECT, related_name="movements")
    quantity = units()
    on_hand = units()
    reason = models.TextField()
    reference = models.TextField(blank=True)
    actor = models.TextField(blank=True)
    moved_at = models.DateTimeField()

    class Meta:
        app_label = "logistics"
        indexes = [models.Index(fields=["item", "moved_at"], name="logistics_movement_item")]


class Availability(models.Model):
    """What can be sold of a SKU in a channel: the row that readers read and that orders its events.

    `available` counts what may be sold beyond the stock up to its limit; `limited` is false where there is none.
    `status` is in_stock while some lies there, else preorder (from `available_from` on), backorder or out_of_stock.
    `version` grows with each change.
    """

    pk = models.CompositePrimaryKey("channel", "sku")
    channel = models.TextField()
    sku = models.TextField()
    available = units(default=0)
    in_stock = models.BooleanField(default=False)
    limited = models.BooleanField(default=True)
    status = models.TextField(default="out_of_stock", db_default="out_of_stock")
    available_from = models.DateTimeField(null=True)
    version = models.BigIntegerField(default=0)

    class Meta:
        app_label = "logistics"

"""Tables of zones, methods and rates, of what single products add to them, and of days without work."""

from django.db import models

from chassis.ids import new_id
from chassis.records import Recorded
from logistics.shipping.rates import FLAT
from logistics.warehouse.models import Source

DELIVERY, PICKUP = "delivery", "pickup"


class ShippingZone(Recorded):
    """Countries of a channel that share rates; no countries means every country no other zone names.

    `postcodes` narrow it to those that begin so. The narrowest zone counts.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    channel = models.TextField()
    code = models.TextField()
    name = models.TextField()
    countries = models.JSONField(default=list)
    postcodes = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))

    class Meta:
        app_label = "logistics"
        constraints = [models.UniqueConstraint(fields=["channel", "code"], name="logistics_zone_once")]

    def __str__(self) -> str:
        return f"{self.channel}/{self.code}"


class ShippingMethod(models.Model):
    """A way to deliver in a channel; its code is what an order keeps.

    `kind` pickup: the shopper collects it at `pickup_source`. Working days: `handling_days` until it is handed over,
    then `days_least` to `days_most`; ordered before `cut_off` in the channel's time the day itself counts.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    channel = models.TextField()
    code = models.TextField()
    name = models.TextField()
    kind = models.TextField(default=DELIVERY, db_default=DELIVERY)
    pickup_source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="pickups", null=True, blank=True)
    carrier = models.TextField(blank=True, default="", db_default="")
    handling_days = models.PositiveSmallIntegerField(default=0, db_default=0)
    days_least = models.PositiveSmallIntegerField(null=True, blank=True)
    days_most = models.PositiveSmallIntegerField(null=True, blank=True)
    cut_off = models.TimeField(null=True, blank=True)
    position = models.IntegerField(default=0)
    active = models.BooleanField(default=True)
    external_id = models.JSONField(default=dict, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    version = models.IntegerField(default=1)

    class Meta:
        app_label = "logistics"
        constraints = [
            models.UniqueConstraint(fields=["channel", "code"], name="logistics_method_once"),
            models.CheckConstraint(
                condition=models.Q(kind=DELIVERY, pickup_source=None)
                | models.Q(kind=PICKUP, pickup_source__isnull=False),
                name="logistics_pickup_has_source",
            ),
            models.CheckConstraint(
                condition=models.Q(days_least=None, days_most=None) | models.Q(days_least__lte=models.F("days_most")),
                name="logistics_days_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel}/{self.code}"


class ShippingRate(models.Model):
    """What a method costs in a zone, tax included; nothing from a goods total of `free_from` on.

    `basis` flat: `price`. Else `steps` are [from, price] over the weight in kg, the goods total or the units, and
    nothing above `most` is taken.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    method = models.ForeignKey(ShippingMethod, on_delete=models.CASCADE, related_name="rates")
    zone = models.ForeignKey(ShippingZone, on_delete=models.PROTECT, related_name="rates")
    basis = models.TextField(default=FLAT, db_default=FLAT)
    price = models.DecimalField(max_digits=20, decimal_places=6)
    steps = models.JSONField(default=list, blank=True, db_default=models.Value([], models.JSONField()))
    most = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    currency = models.CharField(max_length=3)
    free_from = models.DecimalField(max_digits=20, decimal_places=6, null=True)

    class Meta:
        app_label = "logistics"
        constraints = [
            models.UniqueConstraint(fields=["method", "zone"], name="logistics_rate_once"),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="logistics_rate_not_negative"),
        ]


class ShippingRule(Recorded):
    """What a product does to delivery in a channel: costs more, by one or all methods, or is not sent that way.

    The surcharge is for each unit, or once for all of it. Delivery that is free from a total on is charged with it too.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    channel = models.TextField()
    sku = models.TextField()
    method = models.ForeignKey(ShippingMethod, on_delete=models.CASCADE, related_name="rules", null=True, blank=True)
    surcharge = models.DecimalField(max_digits=20, decimal_places=6, default=0)
    per_unit = models.BooleanField(default=True)
    refused = models.BooleanField(default=False)

    class Meta:
        app_label = "logistics"
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "sku", "method"], name="logistics_rule_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=models.Q(surcharge__gte=0), name="logistics_surcharge_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} in {self.channel}"


class ClosedDay(Recorded):
    """A day on which a channel's parcels neither leave nor arrive."""

    id = models.UUIDField(primary_key=True, default=new_id)
    channel = models.TextField()
    day = models.DateField()
    name = models.TextField(blank=True)

    class Meta:
        app_label = "logistics"
        constraints = [models.UniqueConstraint(fields=["channel", "day"], name="logistics_closed_once")]

    def __str__(self) -> str:
        return f"{self.channel}, {self.day}"


class Article(models.Model):
    """Copy of what catalog says of a product as a thing to carry: kilograms, None where nobody knows."""

    product = models.UUIDField(primary_key=True)
    sku = models.TextField(db_index=True)
    weight = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    version = models.BigIntegerField()

    class Meta:
        app_label = "logistics"

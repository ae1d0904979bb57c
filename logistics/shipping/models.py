"""Tables of zones, methods and rates."""

from django.db import models

from chassis.ids import new_id
from chassis.records import Recorded


class ShippingZone(Recorded):
    """Countries of a channel that share rates; no countries means every country no other zone names."""

    id = models.UUIDField(primary_key=True, default=new_id)
    channel = models.TextField()
    code = models.TextField()
    name = models.TextField()
    countries = models.JSONField(default=list)

    class Meta:
        app_label = "logistics"
        constraints = [models.UniqueConstraint(fields=["channel", "code"], name="logistics_zone_once")]

    def __str__(self) -> str:
        return f"{self.channel}/{self.code}"


class ShippingMethod(models.Model):
    """A way to deliver in a channel; its code is what an order keeps."""

    id = models.UUIDField(primary_key=True, default=new_id)
    channel = models.TextField()
    code = models.TextField()
    name = models.TextField()
    position = models.IntegerField(default=0)
    active = models.BooleanField(default=True)
    external_id = models.JSONField(default=dict, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    version = models.IntegerField(default=1)

    class Meta:
        app_label = "logistics"
        constraints = [models.UniqueConstraint(fields=["channel", "code"], name="logistics_method_once")]

    def __str__(self) -> str:
        return f"{self.channel}/{self.code}"


class ShippingRate(models.Model):
    """What a method costs in a zone, tax included; nothing from a goods total of `free_from` on."""

    id = models.UUIDField(primary_key=True, default=new_id)
    method = models.ForeignKey(ShippingMethod, on_delete=models.CASCADE, related_name="rates")
    zone = models.ForeignKey(ShippingZone, on_delete=models.PROTECT, related_name="rates")
    price = models.DecimalField(max_digits=20, decimal_places=6)
    currency = models.CharField(max_length=3)
    free_from = models.DecimalField(max_digits=20, decimal_places=6, null=True)

    class Meta:
        app_label = "logistics"
        constraints = [
            models.UniqueConstraint(fields=["method", "zone"], name="logistics_rate_once"),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="logistics_rate_not_negative"),
        ]

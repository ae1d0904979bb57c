"""Tables of sourcing: the strategy of a channel, where postcodes lie, what a parcel costs from a source."""

from django.db import models

from chassis.ids import new_id
from chassis.records import Recorded
from logistics.sourcing.strategies import PRIORITY


class SourcingPolicy(Recorded):
    """How a channel chooses among its sources; a channel without a row goes by priority."""

    id = models.UUIDField(primary_key=True, default=new_id)
    channel = models.TextField(unique=True)
    strategy = models.TextField(default=PRIORITY)

    class Meta:
        app_label = "logistics"
        verbose_name_plural = "sourcing policies"

    def __str__(self) -> str:
        return f"{self.channel}: {self.strategy}"


class Place(Recorded):
    """Where the postcodes that begin with `area` lie; an empty one is the whole country. The longest match counts."""

    id = models.UUIDField(primary_key=True, default=new_id)
    country = models.CharField(max_length=2)
    area = models.CharField(max_length=3, blank=True, help_text="The first characters of the postcode, at most three.")
    latitude = models.DecimalField(max_digits=7, decimal_places=4)
    longitude = models.DecimalField(max_digits=7, decimal_places=4)

    class Meta:
        app_label = "logistics"
        constraints = [
            models.UniqueConstraint(fields=["country", "area"], name="logistics_place_once"),
            models.CheckConstraint(
                condition=models.Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="logistics_place_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.area}…" if self.area else self.country


class ParcelCost(Recorded):
    """What a parcel from a source into a country costs the shop, in its own currency; no country is every other."""

    id = models.UUIDField(primary_key=True, default=new_id)
    source = models.ForeignKey("logistics.Source", on_delete=models.PROTECT, related_name="parcel_costs")
    country = models.CharField(max_length=2, blank=True)
    amount = models.DecimalField(max_digits=20, decimal_places=6)

    class Meta:
        app_label = "logistics"
        constraints = [
            models.UniqueConstraint(fields=["source", "country"], name="logistics_parcel_cost_once"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="logistics_parcel_cost_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} to {self.country or 'anywhere'}"

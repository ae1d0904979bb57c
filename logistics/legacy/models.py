"""Kept rows, what is to be made anew, findings, and what was carried of each stock item."""

from django.db import models

from chassis.mirrors import MirroredRow, MirrorFinding, TouchedThing
from logistics.warehouse.models import units

__all__ = ["CarriedStock", "LegacyFinding", "LegacyRow", "LegacyTouched"]


class LegacyRow(MirroredRow):
    class Meta(MirroredRow.Meta):
        abstract = False
        app_label = "logistics"


class LegacyTouched(TouchedThing):
    class Meta(TouchedThing.Meta):
        abstract = False
        app_label = "logistics"


class LegacyFinding(MirrorFinding):
    class Meta(MirrorFinding.Meta):
        abstract = False
        app_label = "logistics"


class CarriedStock(models.Model):
    """What the old shop said of a SKU in a source when it was last carried.

    A change there is carried as the difference to this, so that goods which this shop has sent since stay sent.
    `quantity` is what lies there, `held_back` what of it may not be sold (negative where more may be).
    """

    source = models.TextField(help_text="the old shop")
    sku_key = models.TextField()
    sku = models.TextField()
    place = models.TextField(help_text="the source's code")
    quantity = units()
    held_back = units()
    managed = models.BooleanField()
    backorders = models.BooleanField()

    class Meta:
        app_label = "logistics"
        constraints = [models.UniqueConstraint(fields=["source", "sku", "place"], name="logistics_carried_stock_once")]
        indexes = [models.Index(fields=["source", "sku_key"], name="logistics_carried_stock_key")]

"""Kept rows, what is to be made anew, findings, and what was carried of each order."""

from django.db import models

from chassis.fields import EncryptedTextField
from chassis.mirrors import MirroredRow, MirrorFinding, TouchedThing

__all__ = ["CarriedOrder", "LegacyFinding", "LegacyRow", "LegacyTouched"]


class LegacyRow(MirroredRow):
    """A row of the old shop. Most are personal data, so all are encrypted."""

    after = EncryptedTextField(null=True)

    class Meta(MirroredRow.Meta):
        abstract = False
        app_label = "commerce"


class LegacyTouched(TouchedThing):
    class Meta(TouchedThing.Meta):
        abstract = False
        app_label = "commerce"


class LegacyFinding(MirrorFinding):
    class Meta(MirrorFinding.Meta):
        abstract = False
        app_label = "commerce"


class CarriedOrder(models.Model):
    """A keyed hash of what was carried of an order: one that is the same again is left alone."""

    pk = models.CompositePrimaryKey("source", "owner")
    source = models.TextField()
    owner = models.TextField(help_text="the order's id in the old shop")
    digest = models.CharField(max_length=64)

    class Meta:
        app_label = "commerce"

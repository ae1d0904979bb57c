"""Kept rows, what is to be made anew, findings, and what was carried of each customer."""

from django.db import models

from chassis.fields import EncryptedTextField
from chassis.mirrors import MirroredRow, MirrorFinding, TouchedThing

__all__ = ["CarriedCustomer", "LegacyFinding", "LegacyRow", "LegacyTouched"]


class LegacyRow(MirroredRow):
    """A row of the old shop. Most are personal data, so all are encrypted."""

    after = EncryptedTextField(null=True)

    class Meta(MirroredRow.Meta):
        abstract = False
        app_label = "identity"


class LegacyTouched(TouchedThing):
    class Meta(TouchedThing.Meta):
        abstract = False
        app_label = "identity"


class LegacyFinding(MirrorFinding):
    class Meta(MirrorFinding.Meta):
        abstract = False
        app_label = "identity"


class CarriedCustomer(models.Model):
    """What the old shop said of a customer when it was last carried, as keyed hashes.

    A customer who is the same there is left alone here: profile and password may have changed in this shop since.
    """

    pk = models.CompositePrimaryKey("source", "owner")
    source = models.TextField()
    owner = models.TextField(help_text="the customer's id in the old shop")
    digest = models.CharField(max_length=64, help_text="of everything that was carried")
    password = models.CharField(max_length=64, help_text="of the password's hash")
    blocked = models.BooleanField()

    class Meta:
        app_label = "identity"

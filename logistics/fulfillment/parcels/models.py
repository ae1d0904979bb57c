"""Tables of what carriers say: labels, and what happened to parcels."""

from django.db import models

from chassis.fields import EncryptedJSONField
from chassis.ids import new_id
from logistics.fulfillment.models import Shipment


class ParcelLabel(models.Model):
    """What is stuck onto a parcel: `content` is {"pdf": base64}, encrypted, since it has a person's address."""

    shipment = models.OneToOneField(Shipment, primary_key=True, on_delete=models.CASCADE, related_name="label")
    content = EncryptedJSONField()
    bought_at = models.DateTimeField()

    class Meta:
        app_label = "logistics"


class TrackingEvent(models.Model):
    """Something a carrier told of a parcel, once, however often and in whatever order it was told."""

    id = models.UUIDField(primary_key=True, default=new_id)
    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="tracking")
    event = models.TextField()
    status = models.TextField()
    place = models.TextField(blank=True)
    at = models.DateTimeField()
    heard_at = models.DateTimeField()

    class Meta:
        app_label = "logistics"
        constraints = [models.UniqueConstraint(fields=["shipment", "event"], name="logistics_tracked_once")]

"""Logistics over REST. `urlpatterns` stand under /api/v1/<view>/, `webhooks` under /api/webhooks/."""

from django.urls import path

from logistics.fulfillment.parcels.api import CarrierWebhook
from logistics.warehouse.api import AvailabilityView

urlpatterns = [path("availability", AvailabilityView.as_view(), name="availability")]
webhooks = [path("carriers/<slug:code>", CarrierWebhook.as_view())]

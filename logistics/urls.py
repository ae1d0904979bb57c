"""Storefront routes, relative to /api/v1/{view}/."""

from django.urls import path

from logistics.warehouse.api import AvailabilityView

urlpatterns = [path("availability", AvailabilityView.as_view(), name="availability")]

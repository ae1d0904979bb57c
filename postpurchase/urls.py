"""Storefront routes, relative to /api/v1/{view}/."""

from django.urls import path

from postpurchase.loyalty.api import PointsView
from postpurchase.returns.api import ReturnsView, ReturnView

urlpatterns = [
    path("points", PointsView.as_view(), name="points"),
    path("returns", ReturnsView.as_view(), name="returns"),
    path("returns/<uuid:id>", ReturnView.as_view(), name="return"),
]

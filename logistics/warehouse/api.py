"""GET /api/v1/{view}/availability?sku=A&sku=B: what can be sold now, for product pages and carts."""

from decimal import Decimal

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from chassis.errors import Invalid
from chassis.messages import encode
from chassis.web.parsers import storable_text
from logistics.warehouse.availability import availability
from logistics.warehouse.errors import UnknownView
from logistics.warehouse.projection import channel_of

MAX_SKUS = 100
MAX_SKU_LENGTH = 255


class SkuAvailabilitySerializer(serializers.Serializer):  # type: ignore[type-arg]
    """One SKU; `available` is null where there is no limit, `available_from` says when a pre-order can be sent."""

    sku = serializers.CharField()
    available = serializers.DecimalField(max_digits=12, decimal_places=4, allow_null=True)
    in_stock = serializers.BooleanField(help_text="Whether it can be bought, now or in advance.")
    status = serializers.ChoiceField(choices=["in_stock", "preorder", "backorder", "out_of_stock"])
    available_from = serializers.DateTimeField(allow_null=True)


class AvailabilitySerializer(serializers.Serializer):  # type: ignore[type-arg]
    items = SkuAvailabilitySerializer(many=True)


class AvailabilityView(APIView):
    """What can be sold of some SKUs."""

    authentication_classes = ()

    @extend_schema(
        operation_id="availability_list",
        tags=["logistics"],
        parameters=[
            OpenApiParameter("sku", str, required=True, many=True, description=f"SKUs, repeated; {MAX_SKUS} at most.")
        ],
        responses=AvailabilitySerializer,
    )
    def get(self, request: Request, view: str) -> HttpResponse:
        """What can be sold now.

        Of some SKUs in the view's channel. Advisory: only placing an order reserves.
        """
        skus = _skus(request)
        if not storable_text(view):
            raise UnknownView()
        found = availability(channel=channel_of(view), skus=skus)
        items = [
            {
                "sku": item.sku,
                "available": None if item.available is None else _plain(item.available),
                "in_stock": item.in_stock,
                "status": item.status,
                "available_from": item.available_from,
            }
            for item in found
        ]
        answer = HttpResponse(encode({"items": items}), content_type="application/json")
        answer["Cache-Control"] = "public, max-age=2"
        return answer


def _skus(request: Request) -> list[str]:
    skus = list(dict.fromkeys(sku for sku in request.query_params.getlist("sku") if sku))
    if not skus or len(skus) > MAX_SKUS:
        raise Invalid(f"Name 1 to {MAX_SKUS} SKUs.", field="sku")
    if any(len(sku) > MAX_SKU_LENGTH or not storable_text(sku) for sku in skus):
        raise Invalid("This is no SKU.", field="sku")
    return skus


def _plain(quantity: Decimal) -> str:
    """Without trailing zeros: 3 and 1.5, not 3.0000."""
    return format(quantity.normalize(), "f")

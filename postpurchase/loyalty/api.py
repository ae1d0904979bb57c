"""GET /api/v1/{view}/points: the signed-in customer's balance and statement."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chassis.access.authentication import principal_of
from chassis.access.permissions import SignedIn
from chassis.web.pages import CursorPages, page_of
from postpurchase.loyalty.ledger import balance
from postpurchase.loyalty.models import PointsEntry


class PointsEntrySerializer(serializers.Serializer):  # type: ignore[type-arg]
    """One line of the statement: earned or reversed, redeemed by a checkout or refunded to it."""

    kind = serializers.CharField()
    points = serializers.IntegerField()
    order_number = serializers.CharField()
    created_at = serializers.DateTimeField()


class PointsPages(CursorPages):
    """The statement's pages, with the balance of now on each."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        page = super().get_paginated_response_schema(schema)
        page["properties"]["balance"] = {"type": "integer", "description": "The sum of all entries."}
        page["required"].append("balance")
        return page


class PointsView(APIView):
    """The ledger of whoever is signed in, newest first."""

    permission_classes = (SignedIn,)

    pagination_class = PointsPages
    page_order = ("-created_at", "-id")

    @extend_schema(operation_id="points_retrieve", tags=["loyalty"], responses=PointsEntrySerializer(many=True))
    def get(self, request: Request, view: str) -> Response:
        """Balance and statement of the signed-in customer's points.

        Newest first.
        """
        customer = UUID(principal_of(request).id)
        entries = PointsEntry.objects.filter(account=customer)
        answer = page_of(self, request, entries, PointsEntrySerializer, balance=balance(customer))
        answer["Cache-Control"] = "private, no-store"
        return answer

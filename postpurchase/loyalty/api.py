"""GET /api/v1/{view}/points: the signed-in customer's balance and statement."""

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chassis.access.authentication import SignedIn, principal_of
from chassis.web.pages import keyset_page
from postpurchase.loyalty.ledger import balance
from postpurchase.loyalty.models import PointsEntry


class PointsEntrySerializer(serializers.Serializer):  # type: ignore[type-arg]
    """One line of the statement."""

    kind = serializers.CharField()
    points = serializers.IntegerField()
    order_number = serializers.CharField()
    created_at = serializers.DateTimeField()


class PointsSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """`next` is the cursor of the following page."""

    balance = serializers.IntegerField()
    entries = PointsEntrySerializer(many=True)
    next = serializers.CharField(allow_null=True)


class PointsView(APIView):
    """The ledger of whoever is signed in, newest first."""

    permission_classes = (SignedIn,)

    @extend_schema(
        operation_id="points_retrieve",
        tags=["loyalty"],
        parameters=[OpenApiParameter("cursor", str)],
        responses=PointsSerializer,
    )
    def get(self, request: Request, view: str) -> Response:
        customer = UUID(principal_of(request).id)
        page = keyset_page(
            PointsEntry.objects.filter(account=customer),
            order=("-created_at", "-id"),
            cursor=request.query_params.get("cursor"),
        )
        answer = PointsSerializer({"balance": balance(customer), "entries": page.items, "next": page.next})
        return Response(answer.data, headers={"Cache-Control": "private, no-store"})

"""POST /api/v1/{view}/returns and GET /api/v1/{view}/returns/{id}, for customers and guests."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chassis.access.authentication import principal_of
from chassis.web.amounts import AmountField
from chassis.web.etag import with_etag
from chassis.web.idempotency import idempotent
from chassis.web.pages import CursorPages, page_of
from postpurchase.returns.commands import RequestReturn, WantedLine, request_return
from postpurchase.returns.models import ReturnRequest
from postpurchase.returns.queries import order_of, return_of, returns_of, token_of

MAX_LINES = 100
TOKEN_HEADER = "Return-Token"
RETURN = OpenApiExample(
    "A guest's return",
    value={
        "order_number": "HOME-100042",
        "email": "ada@example.org",
        "reason": "too small",
        "lines": [{"line": "0192f1c8-6c5b-7a3e-9d2f-2f4a9f0b7c11", "quantity": "1"}],
    },
    request_only=True,
)


class WantedLineSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """`line` is the order line's id."""

    line = serializers.UUIDField()
    quantity = serializers.DecimalField(max_digits=12, decimal_places=4)


class RequestReturnSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """Guests add the e-mail address on the order; customers are known by their token."""

    order_number = serializers.CharField(max_length=64)
    email = serializers.EmailField(required=False, default="")
    reason = serializers.CharField(max_length=200)
    note = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)
    lines = WantedLineSerializer(many=True, allow_empty=False, max_length=MAX_LINES)


class ReturnLineSerializer(serializers.Serializer):  # type: ignore[type-arg]
    line = serializers.UUIDField(source="line_id")
    sku = serializers.CharField(source="line.sku")
    name = serializers.CharField(source="line.name")
    quantity = serializers.DecimalField(max_digits=12, decimal_places=4)
    received = serializers.DecimalField(max_digits=12, decimal_places=4)


class ReturnSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """`amount` is known once the goods came; `problem` says why a refund failed."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    order_number = serializers.CharField(source="order.number")
    state = serializers.CharField()
    reason = serializers.CharField()
    decision = serializers.CharField()
    amount = AmountField(currency="order.currency")
    currency = serializers.CharField(source="order.currency")
    problem = serializers.CharField()
    created_at = serializers.DateTimeField()
    lines = ReturnLineSerializer(many=True)


class NewReturnSerializer(ReturnSerializer):
    """`token` opens the return for a guest."""

    token = serializers.CharField()


def _guest(request: Request) -> str:
    """Tells guests apart: one's idempotency key must not meet another's."""
    return str(request.data.get("email", "")) if isinstance(request.data, dict) else ""


class ReturnsView(APIView):
    """Ask to send something back."""

    pagination_class = CursorPages
    page_order = ("-created_at",)

    @extend_schema(operation_id="returns_list", tags=["returns"], responses=ReturnSerializer(many=True))
    def get(self, request: Request, view: str) -> Response:
        """The signed-in customer's returns.

        Those of the view's channel, newest first.
        """
        rows = returns_of(principal_of(request), view=view)
        answer = page_of(self, request, rows, ReturnSerializer)
        answer["Cache-Control"] = "private, no-store"
        return answer

    @extend_schema(
        operation_id="returns_create",
        tags=["returns"],
        request=RequestReturnSerializer,
        responses={201: NewReturnSerializer},
        examples=[RETURN],
    )
    @idempotent("postpurchase", secret=True, scope=_guest)
    def post(self, request: Request, view: str) -> Response:
        """Ask to send something back.

        A customer by token, a guest with the e-mail address of the order; the answer's `token` opens it for a guest.
        """
        body = RequestReturnSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        values = body.validated_data
        order = order_of(principal_of(request), view=view, number=values["order_number"], email=values["email"])
        made = request_return(
            RequestReturn(
                order=order.id,
                lines=[WantedLine(**line) for line in values["lines"]],
                reason=values["reason"],
                note=values["note"],
            )
        )
        answer = _shown(made) | {"token": token_of(made)}
        return _private(Response(answer, status=status.HTTP_201_CREATED), made)


class ReturnView(APIView):
    """Where a return stands."""

    @extend_schema(
        operation_id="returns_retrieve",
        tags=["returns"],
        parameters=[OpenApiParameter(TOKEN_HEADER, str, OpenApiParameter.HEADER, description="For guests.")],
        responses=ReturnSerializer,
    )
    def get(self, request: Request, view: str, id: UUID) -> Response:
        """Where a return stands.

        For its customer, or with the token given when it was made.
        """
        found = return_of(principal_of(request), id, token=request.headers.get(TOKEN_HEADER, ""))
        return _private(Response(_shown(found)), found)


def _shown(request: ReturnRequest) -> dict[str, Any]:
    return dict(ReturnSerializer(request).data)


def _private(response: Response, request: ReturnRequest) -> Response:
    response["Cache-Control"] = "private, no-store"
    return with_etag(response, request.version)

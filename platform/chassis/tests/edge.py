"""A tiny API on which the edge is tested: every view does one thing that can go wrong."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connections
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chassis import errors
from chassis.access.authentication import principal_of
from chassis.web import health
from chassis.web.parsers import StrictJSONParser

MIDDLEWARE = [
    "chassis.web.middleware.CorrelationMiddleware",
    "chassis.web.middleware.SecurityHeadersMiddleware",
    "chassis.web.problem.ProblemMiddleware",
    "chassis.web.middleware.LimitsMiddleware",
    "django.middleware.common.CommonMiddleware",
]


class SoldOut(errors.DomainError):
    code, status, title = "sold_out", 409, "There are not enough of these."


class LineSerializer(serializers.Serializer[Any]):
    sku = serializers.CharField(max_length=10)
    quantity = serializers.DecimalField(max_digits=12, decimal_places=4)


class BasketSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField()
    lines = LineSerializer(many=True)


def fail(what: str) -> None:
    """Raise what the path names."""
    if what == "domain":
        raise SoldOut("Two are left.", field="/lines/0/quantity", available=2)
    if what == "several":
        raise errors.Problems([SoldOut("a", field="/lines/0"), errors.Invalid("b", field="/lines/1")])
    if what == "missing":
        raise Http404
    if what == "denied":
        raise PermissionDenied
    if what == "defect":
        raise ZeroDivisionError("the secret inside")
    with connections["commerce"].cursor() as cursor:
        if what == "number":
            cursor.execute("SELECT %s::integer", ["99999999999999"])
        if what == "nul":
            cursor.execute("SELECT %s::text", ["a\0b"])


class Failing(APIView):
    def get(self, request: Request, what: str) -> Response:
        fail(what)
        return Response()


class Baskets(APIView):
    parser_classes = [StrictJSONParser]

    def post(self, request: Request) -> Response:
        serializer = BasketSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response(serializer.validated_data, status=201)


class WhoAmI(APIView):
    def get(self, request: Request) -> Response:
        return Response({"principal": str(principal_of(request)), "id": str(uuid.UUID(int=0))})


def plain(request: HttpRequest, what: str) -> HttpResponse:
    fail(what)
    return HttpResponse()


urlpatterns = [
    path("api/failing/<str:what>", Failing.as_view()),
    path("api/plain/<str:what>", plain),
    path("api/baskets", Baskets.as_view()),
    path("api/me", WhoAmI.as_view()),
    path("page/<str:what>", plain),
    *health.urlpatterns,
]

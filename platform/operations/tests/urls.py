"""The admin and a few doors, for tests of this domain alone."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chassis.access.authentication import principal_of
from chassis.admin import site


def door(request: HttpRequest, **parts: object) -> HttpResponse:
    return HttpResponse(b"in", content_type="text/plain")


class Guarded(APIView):
    def get(self, request: Request, **parts: object) -> Response:
        return Response({"who": str(principal_of(request))})


class Open(Guarded):
    authentication_classes = ()


def read(request: HttpRequest, **parts: object) -> HttpResponse:
    return HttpResponse(b"in")


read.cls = Guarded  # type: ignore[attr-defined]

urlpatterns = [
    path("admin/", site.urls),
    path("api/v1/<slug:view>/things", door),
    path("api/v1/<slug:view>/things/<int:thing>", door),
    path("api/v1/<slug:view>/guarded", Guarded.as_view()),
    path("api/v1/<slug:view>/open", Open.as_view()),
    path("api/v1/<slug:view>/read", read),
    path("healthz", door),
]

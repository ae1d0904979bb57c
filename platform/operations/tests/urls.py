"""The admin and a few doors, for tests of this domain alone."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from chassis.admin import site


def door(request: HttpRequest, **parts: object) -> HttpResponse:
    return HttpResponse(b"in", content_type="text/plain")


urlpatterns = [
    path("admin/", site.urls),
    path("api/v1/<slug:view>/things", door),
    path("api/v1/<slug:view>/things/<int:thing>", door),
    path("healthz", door),
]

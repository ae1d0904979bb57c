"""The API reference as a page: everything from this server, and nothing inline but styles."""

from typing import Any

from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.response import Response

from chassis.web import schema  # noqa: F401  describes the doors, from the moment that it is loaded

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Reference(SpectacularSwaggerSplitView):
    """Swagger UI with its script in a second request, so that the policy needs no exception for scripts."""

    url_name = "schema"
    authentication_classes = ()

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Content-Security-Policy"] = POLICY
        answer["Cache-Control"] = "public, max-age=300"
        return answer


@method_decorator(cache_control(public=True, max_age=300), name="dispatch")
class Document(SpectacularAPIView):
    """The OpenAPI document: YAML, or JSON where that is accepted."""

    authentication_classes = ()


urlpatterns: list[URLPattern] = [
    path("api/schema/", Document.as_view(), name="schema"),
    path("api/docs/", Reference.as_view(), name="docs"),
]

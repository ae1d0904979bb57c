"""A look at what is not published yet, over REST."""

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from catalog.catalog.publication.preview import previewed


class Preview(APIView):
    @extend_schema(operation_id="preview_product", responses=OpenApiTypes.OBJECT, tags=["catalog"])
    def get(self, request: Request, view: str, token: str) -> HttpResponse:
        """A product's page before it is published.

        For who holds a link that staff gave out; it has no price, and nobody keeps it.
        """
        response = HttpResponse(previewed(view, token).content, content_type="application/json")
        response["Cache-Control"] = "private, no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

"""Old addresses over REST, for a storefront that is asked for a page it does not have."""

from dataclasses import asdict

from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.views import APIView

from catalog.catalog.api import VIEW, clean
from catalog.catalog.errors import InvalidParameter
from catalog.catalog.forwarding.queries import destination
from catalog.catalog.queries import Body, view_facts
from catalog.catalog.reading import encoded, reading


class DestinationSerializer(serializers.Serializer):  # type: ignore[type-arg]
    kind = serializers.ChoiceField(choices=["product", "category", "content", "url"])
    slug = serializers.CharField(allow_null=True, help_text="of the page, by its kind")
    url = serializers.CharField(allow_null=True, help_text="for what leads elsewhere")
    permanent = serializers.BooleanField(help_text="answer 301 if so, else 302")


class _Schema(APIView):
    @extend_schema(
        operation_id="forwarding",
        summary="Where an address of the older shop leads",
        tags=["seo"],
        parameters=[VIEW, OpenApiParameter("path", OpenApiTypes.STR, required=True)],
        responses=DestinationSerializer,
    )
    def get(self) -> None:
        """The page of ours that took over an old path, as it is addressed now, or an address elsewhere."""


@reading(_Schema, priced=False)
def forwarding(request: HttpRequest, view: str) -> Body:
    """One statement, and one for each further step."""
    path = request.GET.get("path", "")
    if not path:
        raise InvalidParameter("path is needed.", field="/path")
    facts = view_facts(clean(view))
    return encoded(asdict(destination(facts, clean(path))), keys=(f"view-{facts.code}",))

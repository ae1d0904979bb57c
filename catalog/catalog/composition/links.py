"""Products to show beside another, as cards with price and stock of the moment."""

import msgspec
from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.views import APIView

from catalog.catalog.api import VIEW, clean
from catalog.catalog.errors import InvalidParameter
from catalog.catalog.queries import Body, cards, view_facts
from catalog.catalog.reading import encoded, group_of, reading
from catalog.catalog.reviews.commands import product_at
from catalog.product.composition import ProductLink


class LinkedSerializer(serializers.Serializer):  # type: ignore[type-arg]
    items = serializers.ListField(child=serializers.DictField(), help_text="Cards as in a listing, 50 at most.")


class _LinksSchema(APIView):
    @extend_schema(
        operation_id="product_links",
        summary="Products to show beside one",
        tags=["catalog"],
        parameters=[VIEW, OpenApiParameter("kind", OpenApiTypes.STR, required=True, enum=ProductLink.SHOWN)],
        responses=LinkedSerializer,
    )
    def get(self) -> None:
        """Related, up-sell or cross-sell products, in the order that staff gave them; what is not sold is left out."""


@reading(_LinksSchema)
def product_links(request: HttpRequest, view: str, slug: str) -> Body:
    """Four statements, whatever the number of products."""
    kind = request.GET.get("kind", "")
    if kind not in ProductLink.SHOWN:
        raise InvalidParameter(f"kind must be one of {', '.join(ProductLink.SHOWN)}.", field="/kind")
    facts = view_facts(clean(view), group=group_of(request))
    product = product_at(facts, clean(slug))
    rows = ProductLink.objects.filter(product=product, kind=kind).order_by("position")
    found = cards(facts, list(rows.values_list("target_id", flat=True)))
    body = {"items": [msgspec.Raw(card) for card in found]}
    return encoded(body, keys=(f"product-{product}", f"view-{facts.code}"))

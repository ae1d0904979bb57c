"""Storefront reads that search: category listings, search, suggestions."""

from typing import Any

import msgspec
from django.db import connections
from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.views import APIView

from catalog.catalog import queries, scopes
from catalog.catalog.api import VIEW, CardPriceSerializer
from catalog.catalog.errors import CategoryNotFound, InvalidParameter
from catalog.catalog.queries import Body, Moved, ViewFacts
from catalog.catalog.reading import encoded, group_of, reading
from catalog.catalog.sorting import slug_of
from catalog.search.engine import SORTS
from catalog.search.listing import CATEGORY_SORTS, MAX_PAGE, MAX_TEXT, PAGE, asked, listing
from catalog.search.queries import engine_of

SUGGESTIONS = 6


class CardSerializer(serializers.Serializer):  # type: ignore[type-arg]
    id = serializers.UUIDField()
    sku = serializers.CharField()
    type = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()
    image = serializers.CharField(allow_blank=True)
    price = CardPriceSerializer(allow_null=True)
    in_stock = serializers.BooleanField(allow_null=True, help_text="null: not known")


class FacetValueSerializer(serializers.Serializer):  # type: ignore[type-arg]
    value = serializers.CharField()
    label = serializers.CharField()
    count = serializers.IntegerField()
    swatch = serializers.CharField(allow_blank=True)


class FacetSerializer(serializers.Serializer):  # type: ignore[type-arg]
    code = serializers.CharField()
    label = serializers.CharField()
    values = FacetValueSerializer(many=True)


class PriceRangeSerializer(serializers.Serializer):  # type: ignore[type-arg]
    currency = serializers.CharField()
    min = serializers.CharField()
    max = serializers.CharField()


class ListingSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """Counts of a facet disregard that facet's own filter, so that another of its values can be added."""

    items = CardSerializer(many=True)
    total = serializers.IntegerField()
    page = serializers.IntegerField()
    limit = serializers.IntegerField()
    next = serializers.CharField(allow_null=True, help_text="Send it as `cursor` for the next page.")
    facets = FacetSerializer(many=True)
    price = PriceRangeSerializer(allow_null=True)
    corrected = serializers.BooleanField(help_text="The words were not found; these products have similar ones.")


class CategoryListingSerializer(ListingSerializer):
    category = serializers.DictField()


class SuggestionsSerializer(serializers.Serializer):  # type: ignore[type-arg]
    terms = serializers.ListField(child=serializers.CharField())
    products = CardSerializer(many=True)
    categories = serializers.ListField(child=serializers.DictField())


def _parameters(sorts: tuple[str, ...]) -> list[OpenApiParameter]:
    return [
        VIEW,
        OpenApiParameter("page", {"type": "integer", "minimum": 1, "default": 1}),
        OpenApiParameter("cursor", OpenApiTypes.STR, description="`next` of the page before, instead of `page`."),
        OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": PAGE}),
        OpenApiParameter("sort", OpenApiTypes.STR, enum=list(sorts), default=sorts[0]),
        OpenApiParameter("price_from", OpenApiTypes.DECIMAL),
        OpenApiParameter("price_to", OpenApiTypes.DECIMAL),
        OpenApiParameter("in_stock", OpenApiTypes.BOOL),
        OpenApiParameter(
            "filter.{attribute}",
            OpenApiTypes.STR,
            description="Values of a filterable attribute, separated by commas: filter.color=red,blue.",
        ),
    ]


class _ListingSchema(APIView):
    @extend_schema(
        operation_id="category_listing",
        summary="A category's products",
        tags=["catalog"],
        parameters=_parameters(CATEGORY_SORTS),
        responses=CategoryListingSerializer,
    )
    def get(self) -> None:
        """Products of the category and of all below it, with facets."""


class _SearchSchema(APIView):
    @extend_schema(
        operation_id="search",
        summary="Search",
        tags=["catalog"],
        parameters=[OpenApiParameter("q", OpenApiTypes.STR), *_parameters(SORTS)],
        responses=ListingSerializer,
    )
    def get(self) -> None:
        """Products that have every word, in the view's language; similar words when none has them."""


class _SuggestSchema(APIView):
    @extend_schema(
        operation_id="suggest",
        summary="Completions while typing",
        tags=["catalog"],
        parameters=[VIEW, OpenApiParameter("q", OpenApiTypes.STR, required=True)],
        responses=SuggestionsSerializer,
    )
    def get(self) -> None:
        """Words, products and categories that go on from what is typed."""


@reading(_ListingSchema)
def category(request: HttpRequest, view: str, slug: str) -> Body | Moved:
    """A category's page."""
    facts = queries.view_facts(_clean(view), group=group_of(request))
    wanted = asked(request.GET, sorts=CATEGORY_SORTS)
    found = queries.category_by_slug(facts, _clean(slug))
    if isinstance(found, Moved):
        return found
    if found is None:
        raise CategoryNotFound()
    body = {"category": found, **listing(facts, wanted, category=found["id"])}
    return encoded(body, keys=(f"category-{found['id']}", f"view-{facts.code}"))


@reading(_SearchSchema)
def search(request: HttpRequest, view: str) -> Body:
    """Search in a view."""
    facts = queries.view_facts(_clean(view), group=group_of(request))
    body = listing(facts, asked(request.GET, sorts=SORTS))
    return encoded(body, keys=(f"search-{facts.code}", f"view-{facts.code}"))


@reading(_SuggestSchema)
def suggest(request: HttpRequest, view: str) -> Body:
    """Completions in a view."""
    facts = queries.view_facts(_clean(view), group=group_of(request))
    text = request.GET.get("q", "").strip()
    if not text or len(text) > MAX_TEXT or "\0" in text:
        raise InvalidParameter(f"q must be 1 to {MAX_TEXT} characters.", field="/q")
    found = engine_of(facts.code, locale=facts.locale).suggest(text, limit=SUGGESTIONS)
    body = {
        "terms": found.terms,
        "products": [msgspec.Raw(card) for card in queries.cards(facts, found.ids)],
        "categories": _categories(facts, text),
    }
    return encoded(body, keys=(f"search-{facts.code}", f"view-{facts.code}"))


def _categories(view: ViewFacts, text: str) -> list[dict[str, Any]]:
    """Categories whose address goes on from what is typed: addresses are folded names."""
    start = slug_of(text, locale=view.locale)
    if not start:
        return []
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT c.id, s.slug, c.texts::text, c.code FROM catalog_slug s JOIN catalog_category c ON c.id = s.target
               WHERE s.view = %s AND s.kind = 'category' AND s.current AND c.active
                 AND (s.slug LIKE %s OR s.slug LIKE %s) ORDER BY length(s.slug), s.slug LIMIT %s""",
            [view.code, f"{start}%", f"%-{start}%", SUGGESTIONS],
        )
        rows = cursor.fetchall()
    return [
        {"id": id_, "slug": slug, "name": scopes.resolve(msgspec.json.decode(texts), view.scopes).get("name", code)}
        for id_, slug, texts, code in rows
    ]


def _clean(text: str) -> str:
    """Text from an address: what the database could not hold cannot be there."""
    if "\0" in text or len(text) > 300:
        raise CategoryNotFound()
    return text

"""Storefront reads that search: category listings, search, suggestions."""

import msgspec
from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.views import APIView

from catalog.catalog import queries
from catalog.catalog.api import VIEW, CardPriceSerializer
from catalog.catalog.errors import CategoryNotFound, InvalidParameter
from catalog.catalog.queries import Body, Moved
from catalog.catalog.reading import encoded, group_of, reading
from catalog.search import counting
from catalog.search.asking import BY_ATTRIBUTE, CATEGORY_SORTS, MAX_KEYS, MAX_PAGE, MAX_TEXT, PAGE, asked
from catalog.search.completion import categories_like
from catalog.search.engine import SORTS
from catalog.search.listing import listing
from catalog.search.queries import answer
from catalog.search.steering.guidance import guidance_of

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
    value = serializers.CharField(help_text="What the filter takes: an option's code, or a range as 10..20.")
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
    ranges = FacetValueSerializer(many=True, help_text="Values of the parameter `price`.")


class SortSerializer(serializers.Serializer):  # type: ignore[type-arg]
    key = serializers.CharField(help_text="A key of the parameter `sort`.")
    label = serializers.CharField()


class ListingSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """Counts of a facet disregard that facet's own filter, so that another of its values can be added."""

    items = CardSerializer(many=True)
    total = serializers.IntegerField()
    page = serializers.IntegerField()
    limit = serializers.IntegerField()
    next = serializers.CharField(allow_null=True, help_text="Send it as `cursor` for the next page.")
    facets = FacetSerializer(many=True)
    price = PriceRangeSerializer(allow_null=True)
    sorts = SortSerializer(many=True, help_text="Attributes to sort by, beside the keys that every listing has.")
    corrected = serializers.BooleanField(help_text="The words were not found; these products have similar ones.")


class SearchSerializer(ListingSerializer):
    redirect = serializers.CharField(
        allow_null=True, help_text="Where staff want this query to lead: a path of the storefront or an address."
    )


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
        OpenApiParameter(
            "sort",
            {
                "type": "array",
                "items": {"type": "string", "anyOf": [{"enum": list(sorts)}, {"pattern": f"^{BY_ATTRIBUTE}$"}]},
                "default": [sorts[0]],
                "minItems": 1,
                "maxItems": MAX_KEYS,
                "uniqueItems": True,
            },
            explode=False,
            style="form",
            description="Keys in turn, the first deciding: sort=in_stock,-price. By attributes those of `sorts`, with "
            "`-` for the reverse: sort=-attribute.weight. `relevance` stands alone.",
        ),
        OpenApiParameter("price_from", OpenApiTypes.DECIMAL),
        OpenApiParameter("price_to", OpenApiTypes.DECIMAL, description="This price is still in."),
        OpenApiParameter("price", OpenApiTypes.STR, description="Ranges as in `price.ranges`: price=..10,50.. ."),
        OpenApiParameter("in_stock", OpenApiTypes.BOOL),
        OpenApiParameter(
            "filter.{attribute}",
            OpenApiTypes.STR,
            description="Values of a filterable attribute, separated by commas: filter.color=red,blue, or ranges of "
            "a number: filter.weight=..2,5..10. A range holds its lower limit and not its upper one.",
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
        responses=SearchSerializer,
    )
    def get(self) -> None:
        """Products that have every word or its synonym, in the view's language; similar words when none has them."""


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
    wanted = asked(request.GET, sorts=SORTS)
    body = {"redirect": guidance_of(facts).redirect(wanted.text), **listing(facts, wanted)}
    counting.note(facts, wanted, found=body["total"], corrected=body["corrected"])
    return encoded(body, keys=(f"search-{facts.code}", f"view-{facts.code}"))


@reading(_SuggestSchema)
def suggest(request: HttpRequest, view: str) -> Body:
    """Completions in a view."""
    facts = queries.view_facts(_clean(view), group=group_of(request))
    text = request.GET.get("q", "").strip()
    if not text or len(text) > MAX_TEXT or "\0" in text:
        raise InvalidParameter(f"q must be 1 to {MAX_TEXT} characters.", field="/q")
    found = answer(facts.code, lambda engine: engine.suggest(text, limit=SUGGESTIONS), locale=facts.locale)
    body = {
        "terms": found.terms,
        "products": [msgspec.Raw(card) for card in queries.cards(facts, found.ids)],
        "categories": categories_like(facts, text, limit=SUGGESTIONS),
    }
    return encoded(body, keys=(f"search-{facts.code}", f"view-{facts.code}"))


def _clean(text: str) -> str:
    """Text from an address: what the database could not hold cannot be there."""
    if "\0" in text or len(text) > 300:
        raise CategoryNotFound()
    return text

"""Storefront reads of products and the category tree."""

from pathlib import PurePosixPath

from django.core.files import File
from django.http import FileResponse, HttpRequest, HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.views import APIView

from catalog.catalog import queries
from catalog.catalog.errors import InvalidParameter
from catalog.catalog.queries import Body, Moved
from catalog.catalog.reading import encoded, group_of, reading
from chassis.errors import NotFound

VIEW = OpenApiParameter("view", OpenApiTypes.STR, OpenApiParameter.PATH, description="Code of the store view.")


class TierSerializer(serializers.Serializer):  # type: ignore[type-arg]
    min_quantity = serializers.CharField()
    amount = serializers.CharField(help_text="What one costs from that quantity on.")


class UnitPriceSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """Amounts are decimal numbers as text."""

    amount = serializers.CharField(help_text="What one costs now.")
    regular = serializers.CharField(help_text="What it costs when it is not reduced.")
    compare_at = serializers.CharField(allow_null=True, help_text="What others ask for it.")
    lowest_30_days = serializers.CharField(
        allow_null=True, help_text="Of a reduced price: the lowest of the 30 days before it; null if none is on record."
    )
    tiers = TierSerializer(many=True)


class CardPriceSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """Of the cheapest variant. Amounts are shown with tax if `includes_tax`, for the customer group of the token."""

    currency = serializers.CharField()
    includes_tax = serializers.BooleanField()
    amount = serializers.CharField(help_text="The lowest price of the product now.")
    regular = serializers.CharField(help_text="What it costs when it is not reduced.")
    compare_at = serializers.CharField(allow_null=True, help_text="What others ask for it.")
    lowest_30_days = serializers.CharField(
        allow_null=True, help_text="Of a reduced price: the lowest of the 30 days before it; null if none is on record."
    )
    highest = serializers.CharField()
    reduced = serializers.BooleanField()
    valid_until = serializers.DateTimeField(allow_null=True)


class PriceSerializer(CardPriceSerializer):
    tiers = TierSerializer(many=True)
    variants = serializers.DictField(child=UnitPriceSerializer(), required=False, help_text="By SKU.")


class PictureSerializer(serializers.Serializer):  # type: ignore[type-arg]
    url = serializers.CharField()
    kind = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())
    alt = serializers.CharField(allow_blank=True)


class ProductSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A product page; the prebuilt document with price and availability."""

    id = serializers.UUIDField()
    sku = serializers.CharField()
    type = serializers.ChoiceField(choices=["simple", "virtual", "configurable"])
    slug = serializers.CharField()
    name = serializers.CharField()
    short_description = serializers.CharField(allow_blank=True)
    description = serializers.CharField(allow_blank=True)
    meta_title = serializers.CharField(allow_blank=True)
    meta_description = serializers.CharField(allow_blank=True)
    requires_shipping = serializers.BooleanField()
    attributes = serializers.ListField(child=serializers.DictField())
    media = PictureSerializer(many=True)
    categories = serializers.ListField(child=serializers.DictField())
    axes = serializers.ListField(child=serializers.DictField())
    variants = serializers.ListField(child=serializers.DictField())
    price = PriceSerializer(allow_null=True)
    always_available = serializers.BooleanField()
    availability = serializers.DictField(help_text="By SKU; a SKU that is missing has unknown stock.")


class CategorySerializer(serializers.Serializer):  # type: ignore[type-arg]
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    children = serializers.ListField(child=serializers.DictField(), help_text="The same again.")


class CategoryTreeSerializer(serializers.Serializer):  # type: ignore[type-arg]
    items = CategorySerializer(many=True)


class _ProductSchema(APIView):
    @extend_schema(
        operation_id="product_read",
        summary="A product page by its address",
        tags=["catalog"],
        parameters=[VIEW],
        responses=ProductSerializer,
    )
    def get(self) -> None:
        """A former address answers 301 with the present one."""


class _ProductsSchema(APIView):
    @extend_schema(
        operation_id="product_by_sku",
        summary="A product page by SKU",
        tags=["catalog"],
        parameters=[VIEW, OpenApiParameter("sku", OpenApiTypes.STR, required=True)],
        responses=ProductSerializer,
    )
    def get(self) -> None:
        """The page of the product that has this SKU, itself or as a variant's."""


class _CategoriesSchema(APIView):
    @extend_schema(
        operation_id="category_tree",
        summary="The view's categories",
        tags=["catalog"],
        parameters=[VIEW],
        responses=CategoryTreeSerializer,
    )
    def get(self) -> None:
        """All active categories under the view's root."""


@reading(_ProductSchema)
def product(request: HttpRequest, view: str, slug: str) -> Body | Moved:
    """One SELECT of prebuilt JSON."""
    return queries.product_page(_clean(view), _clean(slug), group=group_of(request))


@reading(_ProductsSchema)
def products(request: HttpRequest, view: str) -> Body:
    """By SKU."""
    sku = request.GET.get("sku", "").strip()
    if not sku or len(sku) > 255 or "\0" in sku:
        raise InvalidParameter("sku must be 1 to 255 characters.", field="/sku")
    return queries.product_by_sku(_clean(view), sku, group=group_of(request))


@reading(_CategoriesSchema, priced=False)
def categories(request: HttpRequest, view: str) -> Body:
    """The tree."""
    facts = queries.view_facts(_clean(view))
    tree = queries.category_tree(facts)
    return encoded({"items": tree}, keys=(f"categories-{facts.code}", f"view-{facts.code}"))


def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """A picture from wherever media lie; with MEDIA_URL at another server nobody comes here."""
    response = FileResponse(_opened(path))
    response["Cache-Control"] = "public, max-age=86400"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _opened(path: str) -> File:
    from django.core.files.storage import default_storage

    if ".." in PurePosixPath(path).parts or path.startswith("/") or "\0" in path or not path:
        raise NotFound()
    try:
        return default_storage.open(path, "rb")
    except OSError as error:  # not there, a folder, a name longer than a name can be
        raise NotFound() from error


def _clean(text: str) -> str:
    """Text from an address: what the database could not hold cannot be there."""
    if "\0" in text or len(text) > 300:
        raise NotFound()
    return text

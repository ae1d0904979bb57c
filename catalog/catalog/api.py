"""Storefront reads of products and the category tree."""

from django.core.files import File
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.views import APIView

from catalog.catalog import queries
from catalog.catalog.errors import InvalidParameter
from catalog.catalog.media.sizes import is_public, sized
from catalog.catalog.queries import Body, Moved
from catalog.catalog.reading import encoded, group_of, reading
from catalog.product.models import Product
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
    components = serializers.DictField(child=UnitPriceSerializer(), required=False, help_text="Of a bundle, by SKU.")


class SizeSerializer(serializers.Serializer):  # type: ignore[type-arg]
    width = serializers.IntegerField()
    url = serializers.CharField()


class PictureSerializer(serializers.Serializer):  # type: ignore[type-arg]
    url = serializers.CharField()
    kind = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())
    alt = serializers.CharField(allow_blank=True)
    srcset = SizeSerializer(many=True, help_text="Smaller sizes; none of a video.")


class RatingSerializer(serializers.Serializer):  # type: ignore[type-arg]
    average = serializers.CharField()
    count = serializers.IntegerField()


class OptionSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A question. Of a bundle the choices have `sku` and `quantity`; `amount` or `percent` is what an answer adds."""

    code = serializers.CharField()
    kind = serializers.ChoiceField(choices=["select", "multi_select", "text", "date", "amount"])
    label = serializers.CharField()
    required = serializers.BooleanField()
    max_length = serializers.IntegerField(allow_null=True)
    amount = serializers.CharField(allow_null=True)
    percent = serializers.CharField(allow_null=True)
    least = serializers.CharField(allow_null=True, required=False, help_text="Of a gift card's amount.")
    most = serializers.CharField(allow_null=True, required=False)
    choices = serializers.ListField(child=serializers.DictField())


class MemberSerializer(serializers.Serializer):  # type: ignore[type-arg]
    id = serializers.UUIDField()
    sku = serializers.CharField()
    name = serializers.CharField()
    slug = serializers.CharField(allow_blank=True)
    quantity = serializers.CharField()


class ProductSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A product page; the prebuilt document with price and availability."""

    id = serializers.UUIDField()
    sku = serializers.CharField()
    type = serializers.ChoiceField(choices=Product.SAVED)
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
    options = OptionSerializer(many=True, help_text="What is chosen of it; the answers are a cart line's `choices`.")
    members = MemberSerializer(many=True, help_text="Of a grouped product: each is a line of its own.")
    rating = RatingSerializer(allow_null=True, help_text="Of approved reviews.")
    canonical = serializers.CharField(allow_blank=True, help_text="Of a view that says where its storefront is.")
    samples = serializers.ListField(child=serializers.DictField(), help_text="Free files: {file, label}.")
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
    return queries.product_page(clean(view), clean(slug), group=group_of(request))


@reading(_ProductsSchema)
def products(request: HttpRequest, view: str) -> Body:
    """By SKU."""
    sku = request.GET.get("sku", "").strip()
    if not sku or len(sku) > 255 or "\0" in sku:
        raise InvalidParameter("sku must be 1 to 255 characters.", field="/sku")
    return queries.product_by_sku(clean(view), sku, group=group_of(request))


@reading(_CategoriesSchema, priced=False)
def categories(request: HttpRequest, view: str) -> Body:
    """The tree."""
    facts = queries.view_facts(clean(view))
    tree = queries.category_tree(facts)
    return encoded({"items": tree}, keys=(f"categories-{facts.code}", f"view-{facts.code}"))


def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """A picture from wherever media lie; with MEDIA_URL at another server nobody comes here."""
    return _picture(_opened(path))


def derived(request: HttpRequest, width: int, path: str) -> HttpResponseBase:
    """A picture at a smaller width, made at the first request."""
    return _picture(sized(path, width))


def _picture(file: File) -> HttpResponseBase:
    response = FileResponse(file)
    response["Cache-Control"] = "public, max-age=86400"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _opened(path: str) -> File:
    if not is_public(path):
        raise NotFound()
    try:
        return default_storage.open(path, "rb")
    except OSError as error:  # not there, a folder, a name longer than a name can be
        raise NotFound() from error


def clean(text: str) -> str:
    """Text from an address: what the database could not hold cannot be there."""
    if "\0" in text or len(text) > 300:
        raise NotFound()
    return text

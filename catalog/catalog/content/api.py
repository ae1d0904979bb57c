"""Content over REST."""

from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.views import APIView

from catalog.catalog.api import VIEW
from catalog.catalog.content import queries
from catalog.catalog.errors import ContentNotFound
from catalog.catalog.queries import Body, Moved, view_facts
from catalog.catalog.reading import encoded, reading

MOST_IN_MENU = 100


class BlockSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """`body` is HTML as staff wrote it."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    body = serializers.CharField(allow_blank=True)
    meta_title = serializers.CharField(allow_blank=True)
    meta_description = serializers.CharField(allow_blank=True)


class PageSerializer(BlockSerializer):
    slug = serializers.CharField()


class MenuItemSerializer(serializers.Serializer):  # type: ignore[type-arg]
    slug = serializers.CharField()
    title = serializers.CharField()


class MenuSerializer(serializers.Serializer):  # type: ignore[type-arg]
    items = MenuItemSerializer(many=True)


class _PageSchema(APIView):
    @extend_schema(
        operation_id="content_page",
        summary="A content page by its address",
        tags=["content"],
        parameters=[VIEW],
        responses=PageSerializer,
    )
    def get(self) -> None:
        """A former address answers 301 with the present one."""


class _PagesSchema(APIView):
    @extend_schema(
        operation_id="content_pages",
        summary="Pages for a menu",
        tags=["content"],
        parameters=[VIEW],
        responses=MenuSerializer,
    )
    def get(self) -> None:
        """Title and address of the pages that staff put into the view's menu, 100 at most."""


class _BlockSchema(APIView):
    @extend_schema(
        operation_id="content_block",
        summary="A content block by its code",
        tags=["content"],
        parameters=[VIEW],
        responses=BlockSerializer,
    )
    def get(self) -> None:
        """A block in the view's language."""


@reading(_PageSchema, priced=False)
def page(request: HttpRequest, view: str, slug: str) -> Body | Moved:
    """A page."""
    facts = view_facts(_clean(view))
    found = queries.page(facts, _clean(slug))
    return found if isinstance(found, Moved) else encoded(found, keys=(f"content-{found['id']}", f"view-{facts.code}"))


@reading(_PagesSchema, priced=False)
def pages(request: HttpRequest, view: str) -> Body:
    """The menu."""
    facts = view_facts(_clean(view))
    return encoded({"items": queries.menu(facts, most=MOST_IN_MENU)}, keys=(f"view-{facts.code}",))


@reading(_BlockSchema, priced=False)
def block(request: HttpRequest, view: str, code: str) -> Body:
    """A block."""
    facts = view_facts(_clean(view))
    found = queries.block(facts, _clean(code))
    return encoded(found, keys=(f"content-{found['id']}", f"view-{facts.code}"))


def _clean(text: str) -> str:
    if "\0" in text or len(text) > 300:
        raise ContentNotFound()
    return text

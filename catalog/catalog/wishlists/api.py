"""Wishlists over REST."""

from typing import Any
from uuid import UUID

import msgspec
from drf_spectacular.utils import OpenApiTypes, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.catalog.errors import UnknownWishlist
from catalog.catalog.queries import ViewFacts, cards, view_facts
from catalog.catalog.wishlists import commands
from catalog.catalog.wishlists.models import Wishlist, WishlistItem
from catalog.pricing.choice import group_key
from chassis.access.authentication import principal_of
from chassis.errors import Unauthenticated
from chassis.web.etag import IF_MATCH, precondition, with_etag
from chassis.web.idempotency import idempotent
from chassis.web.pages import CursorPages, page_of


class NewWishlist(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)


class WishlistChange(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120, required=False)
    shared = serializers.BooleanField(required=False, help_text="true: whoever has `share` may look at it")


class NewWish(serializers.Serializer[Any]):
    sku = serializers.CharField(max_length=255)


class WishlistBody(serializers.ModelSerializer[Wishlist]):
    """`share` opens the list to others; empty while nobody else may see it."""

    class Meta:
        model = Wishlist
        fields = ("id", "name", "share", "version", "created_at")


class WishBody(serializers.Serializer[WishlistItem]):
    """A product on a list; `product` is what a listing shows, null while the view does not sell it."""

    sku = serializers.CharField(source="product.sku")
    added_at = serializers.DateTimeField()
    product = serializers.SerializerMethodField()

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_product(self, item: WishlistItem) -> Any:
        return self.context["cards"].get(str(item.product.parent_id or item.product_id))


def _customer(request: Request) -> UUID:
    principal = principal_of(request)
    if principal.kind != "customer":
        raise Unauthenticated()
    return UUID(principal.id)


def _private(response: Response) -> Response:
    response["Cache-Control"] = "private, no-store"
    return response


def _body(row: Wishlist, *, status: int = 200) -> Response:
    return _private(with_etag(Response(WishlistBody(row).data, status=status), row.version))


class Wishlists(APIView):
    pagination_class = CursorPages
    page_order = ("-created_at",)

    @extend_schema(operation_id="list_wishlists", responses=WishlistBody(many=True), tags=["wishlists"])
    def get(self, request: Request, view: str) -> Response:
        """The signed-in customer's wishlists."""
        mine = Wishlist.objects.filter(customer=_customer(request), channel=view_facts(view).channel)
        return _private(page_of(self, request, mine, WishlistBody))

    @extend_schema(operation_id="make_wishlist", request=NewWishlist, responses={201: WishlistBody}, tags=["wishlists"])
    @idempotent("catalog")
    def post(self, request: Request, view: str) -> Response:
        """Make a wishlist."""
        body = NewWishlist(data=request.data)
        body.is_valid(raise_exception=True)
        channel = view_facts(view).channel
        made = commands.make_wishlist(customer=_customer(request), channel=channel, **body.validated_data)
        return _body(made, status=201)


class WishlistDetail(APIView):
    @extend_schema(
        operation_id="change_wishlist",
        parameters=[IF_MATCH],
        request=WishlistChange,
        responses=WishlistBody,
        tags=["wishlists"],
    )
    @idempotent("catalog")
    def patch(self, request: Request, view: str, wishlist: UUID) -> Response:
        """Rename a wishlist, or share it.

        Sharing gives it a `share` by which others read it; not sharing it any more makes that one void.
        """
        body = WishlistChange(data=request.data)
        body.is_valid(raise_exception=True)
        changed = commands.change_wishlist(
            wishlist,
            customer=_customer(request),
            name=body.validated_data.get("name"),
            shared=body.validated_data.get("shared"),
            expected=precondition(request),
        )
        return _body(changed)

    @extend_schema(
        operation_id="remove_wishlist", parameters=[IF_MATCH], request=None, responses={204: None}, tags=["wishlists"]
    )
    @idempotent("catalog")
    def delete(self, request: Request, view: str, wishlist: UUID) -> Response:
        """Remove a wishlist."""
        commands.remove_wishlist(wishlist, customer=_customer(request), expected=precondition(request))
        return Response(status=204)


class Wishes(APIView):
    pagination_class = CursorPages
    page_order = ("-added_at",)

    @extend_schema(operation_id="list_wishes", responses=WishBody(many=True), tags=["wishlists"])
    def get(self, request: Request, view: str, wishlist: UUID) -> Response:
        """What is on a wishlist, newest first."""
        row = Wishlist.objects.filter(id=wishlist, customer=_customer(request)).first()
        if row is None:
            raise UnknownWishlist()
        facts = view_facts(view, group=group_key(principal_of(request).customer_group))
        return _private(with_etag(_page(self, request, row, facts), row.version))

    @extend_schema(operation_id="add_wish", request=NewWish, responses={201: WishlistBody}, tags=["wishlists"])
    @idempotent("catalog")
    def post(self, request: Request, view: str, wishlist: UUID) -> Response:
        """Put a product on a wishlist.

        Once: a second time changes nothing.
        """
        body = NewWish(data=request.data)
        body.is_valid(raise_exception=True)
        return _body(commands.add_wish(wishlist, customer=_customer(request), **body.validated_data), status=201)


class Wish(APIView):
    @extend_schema(
        operation_id="remove_wish",
        parameters=[IF_MATCH],
        request=None,
        responses={200: WishlistBody},
        tags=["wishlists"],
    )
    @idempotent("catalog")
    def delete(self, request: Request, view: str, wishlist: UUID, sku: str) -> Response:
        """Take a product off a wishlist."""
        expected = precondition(request)
        return _body(commands.remove_wish(wishlist, customer=_customer(request), sku=sku, expected=expected))


class SharedWishes(APIView):
    pagination_class = CursorPages
    page_order = ("-added_at",)

    @extend_schema(operation_id="shared_wishes", responses=WishBody(many=True), tags=["wishlists"])
    def get(self, request: Request, view: str, share: str) -> Response:
        """What is on a wishlist that its owner shares."""
        facts = view_facts(view)
        row = Wishlist.objects.filter(share=share, channel=facts.channel).first() if share else None
        if row is None:
            raise UnknownWishlist()
        answer = _page(self, request, row, facts)
        answer.data["name"] = row.name
        return _private(answer)


def _page(view: Any, request: Request, row: Wishlist, facts: ViewFacts) -> Response:
    pages = view.pagination_class()
    items = pages.paginate_queryset(row.items.select_related("product"), request, view=view)
    found = cards(facts, [item.product.parent_id or item.product_id for item in items])
    known = {card["id"]: card for card in map(msgspec.json.decode, found)}
    return pages.get_paginated_response(WishBody(items, many=True, context={"cards": known}).data)  # type: ignore[no-any-return]

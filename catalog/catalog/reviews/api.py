"""Reviews over REST."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.catalog.queries import view_facts
from catalog.catalog.reviews.commands import WriteReview, product_at, write_review
from catalog.catalog.reviews.models import Review
from catalog.catalog.reviews.states import State
from chassis.access.authentication import principal_of
from chassis.errors import Unauthenticated
from chassis.web.idempotency import idempotent
from chassis.web.pages import CursorPages, page_of


class NewReview(serializers.Serializer[Any]):
    """`nickname` is shown to everybody."""

    nickname = serializers.CharField(max_length=60)
    rating = serializers.IntegerField(min_value=1, max_value=5)
    title = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    text = serializers.CharField(max_length=5000)


class ReviewBody(serializers.ModelSerializer[Review]):
    class Meta:
        model = Review
        fields = ("id", "nickname", "rating", "title", "text", "answer", "created_at")


class WrittenReview(ReviewBody):
    class Meta(ReviewBody.Meta):
        fields = (*ReviewBody.Meta.fields, "state")  # type: ignore[assignment]


class Reviews(APIView):
    pagination_class = CursorPages
    page_order = ("-created_at",)

    @extend_schema(operation_id="list_reviews", responses=ReviewBody(many=True), tags=["reviews"])
    def get(self, request: Request, view: str, slug: str) -> Response:
        """Approved reviews of a product.

        Newest first, of the view's channel; the sum of all stands in the product's page as `rating`.
        """
        facts = view_facts(view)
        rows = Review.objects.filter(product=product_at(facts, slug), channel=facts.channel, state=State.APPROVED)
        answer = page_of(self, request, rows, ReviewBody)
        answer["Cache-Control"] = "public, max-age=60"
        return answer

    @extend_schema(operation_id="write_review", request=NewReview, responses={201: WrittenReview}, tags=["reviews"])
    @idempotent("catalog")
    def post(self, request: Request, view: str, slug: str) -> Response:
        """Write a review.

        For signed-in customers. It waits until staff have seen it; a second one of the same product replaces it.
        """
        principal = principal_of(request)
        if principal.kind != "customer":
            raise Unauthenticated()
        body = NewReview(data=request.data)
        body.is_valid(raise_exception=True)
        command = WriteReview(slug=slug, customer=UUID(principal.id), **body.validated_data)
        return Response(WrittenReview(write_review(command, view=view_facts(view))).data, status=201)

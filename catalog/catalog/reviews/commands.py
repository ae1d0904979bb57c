"""Writing and judging reviews."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connections

from catalog.catalog.errors import ProductNotFound, UnknownReview
from catalog.catalog.queries import ViewFacts
from catalog.catalog.rebuilding import rebuild
from catalog.catalog.reviews.models import Review
from catalog.catalog.reviews.states import State
from catalog.product.models import Product
from chassis import clock
from chassis.unit_of_work import publish, unit_of_work
from contracts.catalog import ReviewDecided, ReviewSubmitted


@dataclass(frozen=True, kw_only=True)
class WriteReview:
    """A customer's review of the product at an address; a second one replaces the first and waits again."""

    slug: str
    customer: UUID
    nickname: str
    rating: int
    text: str
    title: str = ""


def write_review(command: WriteReview, *, view: ViewFacts) -> Review:
    """Keep a review until staff have seen it. Raises ProductNotFound."""
    product = product_at(view, command.slug)
    facts: dict[str, Any] = {
        "view": view.code,
        "channel": view.channel,
        "nickname": command.nickname,
        "rating": command.rating,
        "title": command.title,
        "text": command.text,
        "created_at": clock.now(),
    }
    with unit_of_work("catalog"):
        Product.objects.select_for_update(no_key=True).get(id=product)  # before its reviews, as staff's decisions do
        mine = Review.objects.select_for_update()
        review, made = mine.get_or_create(product_id=product, customer=command.customer, defaults=facts)
        if not made:
            shown = review.state == State.APPROVED
            for name, value in facts.items():
                setattr(review, name, value)
            review.transition("rewrite")
            review.save()
            if shown:
                rebuild([product])
        publish(
            ReviewSubmitted(review=review.id, product=product, channel=view.channel, rating=review.rating),
            aggregate_id=review.id,
            aggregate_version=review.version,
            channel=view.channel,
        )
    return review


def approve_review(review: UUID, *, answer: str = "") -> None:
    """Show a review; the product's sum follows at once."""
    _decide(review, "approve", answer=answer)


def reject_review(review: UUID) -> None:
    """Do not show a review, or no longer."""
    _decide(review, "reject", answer="")


def product_at(view: ViewFacts, slug: str) -> UUID:
    """The product that a view shows at an address, present or former. Raises ProductNotFound."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT d.product_id FROM catalog_productdocument d WHERE d.view = %(view)s AND d.slug = %(slug)s
               UNION ALL
               SELECT d.product_id FROM catalog_slug s
               JOIN catalog_productdocument d ON d.view = s.view AND d.product_id = s.target
               WHERE s.view = %(view)s AND s.kind = 'product' AND s.slug = %(slug)s AND NOT s.current LIMIT 1""",
            {"view": view.code, "slug": slug},
        )
        row = cursor.fetchone()
    if row is None:
        raise ProductNotFound()
    found: UUID = row[0]
    return found


def _decide(review: UUID, name: str, *, answer: str) -> None:
    with unit_of_work("catalog"):
        product = Review.objects.filter(id=review).values_list("product", flat=True).first()
        if product is None:
            raise UnknownReview()
        # The product before its review: as whoever saves the product does.
        Product.objects.select_for_update().get(id=product)
        row = Review.objects.select_for_update().get(id=review)
        row.transition(name)
        row.answer, row.decided_at = answer or row.answer, clock.now()
        row.save()
        rebuild([product])
        publish(
            ReviewDecided(
                review=row.id, product=product, channel=row.channel, customer=row.customer, approved=name == "approve"
            ),
            aggregate_id=row.id,
            aggregate_version=row.version,
            channel=row.channel,
        )

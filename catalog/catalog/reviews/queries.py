"""Sums of reviews, for documents."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Avg, Count

from catalog.catalog.reviews.models import Review
from catalog.catalog.reviews.states import State


def sums_of(products: Collection[UUID]) -> dict[UUID, dict[str, str | int]]:
    """How often and how well products were rated, by what is approved; mere words count for nothing."""
    rows = Review.objects.filter(product__in=products, state=State.APPROVED, rating__isnull=False).values_list(
        "product"
    )
    return {
        product: {"average": f"{average:.2f}", "count": count}
        for product, average, count in rows.annotate(Avg("rating"), Count("id"))
    }

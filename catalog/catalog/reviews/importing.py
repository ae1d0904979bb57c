"""Reviews that were written elsewhere: taken over with their state, and told of on the bulk lane."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from catalog.catalog.rebuilding import rebuild
from catalog.catalog.reviews.models import Review
from catalog.catalog.reviews.states import State
from catalog.product.models import Product
from chassis.messages import Lane
from chassis.unit_of_work import publish, unit_of_work
from contracts.catalog import ReviewDecided

_MOVES = {State.APPROVED: "approve", State.REJECTED: "reject", State.PENDING: "rewrite"}
_WRITTEN = (
    *("product", "view", "channel", "customer", "nickname", "title", "text", "rating", "state", "version"),
    *("external_id", "created_at", "decided_at"),
)


@dataclass(frozen=True, kw_only=True)
class ImportReview:
    """A review as it was elsewhere; `rating` None for mere words, `customer` None where nobody is known."""

    id: UUID
    product: UUID
    view: str
    channel: str
    nickname: str
    text: str
    created_at: datetime
    title: str = ""
    rating: int | None = None
    customer: UUID | None = None
    state: State = State.PENDING
    external_id: Mapping[str, Any] = field(default_factory=dict)


def import_reviews(commands: Sequence[ImportReview]) -> set[UUID]:
    """Make or change reviews by their ids; returns those whose author has another review of the same product here.

    A customer has one review per product: of an imported one beside it the author is not kept.
    """
    if not commands:
        return set()
    with unit_of_work("catalog"):
        mine = {command.id: command for command in commands}
        old = {row.id: row for row in Review.objects.filter(id__in=list(mine))}
        products = sorted({*(command.product for command in commands), *(row.product_id for row in old.values())})
        # Products before their reviews, as staff's decisions lock them.
        list(Product.objects.select_for_update(no_key=True).filter(id__in=products).order_by("id"))
        locked = Review.objects.select_for_update().filter(id__in=list(mine)).order_by("id")
        old = {row.id: row for row in locked}
        taken = _taken(commands)
        Review.objects.filter(id__in=list(old)).update(customer=None)
        before = {id_: row.state for id_, row in old.items()}
        rows = [_row(command, old.get(command.id), nobody=command.id in taken) for command in commands]
        Review.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=_WRITTEN)
        rebuild(products, lane=Lane.BULK)
        for row in rows:
            if row.state not in (before.get(row.id), State.PENDING):
                _tell_decision(row)
    return taken


def _tell_decision(row: Review) -> None:
    approved = row.state == State.APPROVED
    publish(
        ReviewDecided(
            review=row.id, product=row.product_id, channel=row.channel, customer=row.customer, approved=approved
        ),
        aggregate_id=row.id,
        aggregate_version=row.version,
        channel=row.channel,
        lane=Lane.BULK,
    )


def remove_reviews(reviews: Sequence[UUID]) -> None:
    """Reviews that are gone where they came from."""
    with unit_of_work("catalog"):
        products = sorted(set(Review.objects.filter(id__in=list(reviews)).values_list("product_id", flat=True)))
        list(Product.objects.select_for_update(no_key=True).filter(id__in=products).order_by("id"))
        Review.objects.filter(id__in=list(reviews)).delete()
        rebuild(products, lane=Lane.BULK)


def _taken(commands: Sequence[ImportReview]) -> set[UUID]:
    asked = [(command.product, command.customer) for command in commands if command.customer]
    others = Review.objects.filter(
        product__in=[product for product, _ in asked], customer__in=[customer for _, customer in asked]
    ).exclude(id__in=[command.id for command in commands])
    held = set(others.values_list("product_id", "customer"))
    return {command.id for command in commands if (command.product, command.customer) in held}


def _row(command: ImportReview, old: Review | None, *, nobody: bool) -> Review:
    row = old or Review(id=command.id, version=0)
    row.product_id, row.view, row.channel = command.product, command.view, command.channel
    row.nickname, row.title, row.text, row.rating = command.nickname, command.title, command.text, command.rating
    row.customer = None if nobody else command.customer
    row.external_id = {**row.external_id, **command.external_id}
    row.created_at = command.created_at
    if row.state != command.state:
        row.transition(_MOVES[command.state])
        row.decided_at = None if command.state == State.PENDING else row.decided_at or command.created_at
    else:
        row.version += 1
    return row

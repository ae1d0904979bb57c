"""Reviews with their state and their author's name.

Magento has a vote for each of several ratings; a review here has one, their mean. Who it belongs to is known by the id
that identity gives the same customer.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from catalog.catalog.reviews.states import State
from catalog.commands import ImportReview, import_reviews, remove_reviews
from catalog.legacy import made
from catalog.legacy.shops import Shop, Store, shop_of
from catalog.legacy.tables import MIRROR
from catalog.legacy.values import Notes, moment
from catalog.product.models import Product
from chassis import clock
from chassis.ids import migrated_id
from chassis.mirrors import Found, Row, Rows

KIND = "review"
OF_PRODUCTS = "1"
STATES = {"1": State.APPROVED, "2": State.PENDING, "3": State.REJECTED}
DETAIL, VOTE, SHOWN = "review_detail", "rating_option_vote", "review_store"


def make_reviews(source: str, owners: list[str]) -> None:
    """Take over the reviews that have changed, remove those that are gone."""
    shop = shop_of(source)
    rows = MIRROR.rows_of(source, KIND, owners)
    products = _products(source, rows)
    latest = _latest(source, rows)
    found: list[Found] = []
    commands: dict[str, ImportReview] = {}
    for owner in owners:
        notes = Notes(owner)
        if command := _command(source, shop, owner, rows[owner], products, notes):
            if command.customer and latest.get((command.product, command.customer), owner) != owner:
                notes("another_of_the_customer", "a customer has one review of a product here: its author is not kept")
                command = replace(command, customer=None)
            commands[owner] = command
        found += notes.found
    changed = made.changed(source, KIND, commands)
    taken = import_reviews([commands[owner] for owner in sorted(changed, key=int)])
    found += [
        Found(owner=owner, code="another_of_the_customer", detail="written here") for owner in changed
        if commands[owner].id in taken
    ]  # fmt: skip
    gone = made.forget(source, KIND, [owner for owner in owners if owner not in commands])
    remove_reviews([migrated_id(source, KIND, owner) for owner in gone])
    MIRROR.replace_findings(source, KIND, owners, found)


def _products(source: str, rows: Mapping[str, Rows]) -> dict[str, Product]:
    """The products by Magento's id."""
    named = {row["entity_pk_value"] or "" for one in rows.values() if (row := one.one(KIND))}
    ids = {migrated_id(source, "product", old): old for old in named}
    return {ids[row.id]: row for row in Product.objects.filter(id__in=list(ids))}


def _latest(source: str, rows: Mapping[str, Rows]) -> dict[tuple[Any, Any], str]:
    """Of several reviews of one product by a customer, the last one, whichever of them is being made."""
    customers = {row["customer_id"] for one in rows.values() if (row := one.one(DETAIL)) and row["customer_id"]}
    touching = MIRROR.touching(source, "reviewer", {one for one in customers if one})
    theirs = {row["review_id"] or "": customer for customer, several in touching.items() for _, row in several}
    all_rows = MIRROR.rows_of(source, KIND, theirs) if theirs else {}
    products = _products(source, all_rows)
    latest: dict[tuple[Any, Any], str] = {}
    for owner in sorted(all_rows, key=int):
        row = all_rows[owner].one(KIND)
        product = products.get(row["entity_pk_value"] or "") if row else None
        if product:
            latest[product.parent_id or product.id, migrated_id(source, "customer", theirs[owner])] = owner
    return latest


def _command(
    source: str, shop: Shop, owner: str, rows: Rows, products: Mapping[str, Product], notes: Notes
) -> ImportReview | None:
    row, detail = rows.one(KIND), rows.one(DETAIL)
    if row is None or detail is None:
        if rows:
            notes.whole("incomplete", "a review without its text, or the reverse")
        return None
    product, state = products.get(row["entity_pk_value"] or ""), STATES.get(row["status_id"] or "")
    store = _store(shop, detail, rows, notes)
    if row["entity_id"] != OF_PRODUCTS:
        notes.whole("of_something_else", "not of a product")
    elif product is None:
        notes.whole("no_product", row["entity_pk_value"] or "")
    elif state is None or store is None:
        notes.whole("unknown_state" if state is None else "no_store", row["status_id"] or "")
    if row["entity_id"] != OF_PRODUCTS or product is None or state is None or store is None:
        return None
    if product.parent_id:
        notes("of_a_variant", "shown with the variant's product")
    customer = detail["customer_id"]
    return ImportReview(
        id=migrated_id(source, KIND, owner),
        product=product.parent_id or product.id,
        view=store.code,
        channel=shop.websites[store.website].code,
        nickname=(detail["nickname"] or "").strip(),
        title=(detail["title"] or "").strip(),
        text=detail["detail"] or "",
        rating=_rating(rows.all(VOTE), notes),
        customer=migrated_id(source, "customer", customer) if customer else None,
        state=state,
        created_at=moment(row["created_at"]) or clock.now(),
        external_id={source: owner},
    )


def _store(shop: Shop, detail: Row, rows: Rows, notes: Notes) -> Store | None:
    """Where it was written; for one that staff wrote, the first store that shows it."""
    shown = [int(one["store_id"] or 0) for one in rows.all(SHOWN)]
    stores = [shop.stores[id_] for id_ in (int(detail["store_id"] or 0), *sorted(shown)) if id_ in shop.stores]
    sites = {shop.stores[id_].website for id_ in shown if id_ in shop.stores}
    if stores and (others := sites - {stores[0].website}):
        notes("shown_in_one_channel", f"also in {', '.join(sorted(shop.websites[id_].code for id_ in others))}")
    return stores[0] if stores else None


def _rating(votes: Collection[Row], notes: Notes) -> int | None:
    by_rating: dict[str, int] = defaultdict(int)
    for vote in sorted(votes, key=lambda vote: (int(vote["rating_id"] or 0), int(vote["vote_id"] or 0))):
        by_rating[vote["rating_id"] or ""] = int(vote["value"] or 0)
    values = [value for value in by_rating.values() if 1 <= value <= 5]
    if not values:
        notes("no_rating", "only words")
        return None
    if len(set(values)) > 1:
        notes("several_ratings", ", ".join(map(str, values)))
    return int((Decimal(sum(values)) / len(values)).quantize(Decimal(1), rounding=ROUND_HALF_UP))

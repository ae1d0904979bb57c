"""What shoppers wrote and kept: reviews with their votes, and wishlists."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from chassis.ids import migrated_id
from config.parity.facts import RECORD, Fact, Such, fact
from config.parity.magento.families import read_families
from config.parity.magento.shop import moment
from config.parity.sides import Sides

STATES = {1: "approved", 2: "pending", 3: "rejected"}
Row = dict[str, Any]


def review_keys(sides: Sides) -> Iterator[str]:
    """Ids of all reviews."""
    return (str(row["review_id"]) for row in sides.there("SELECT review_id FROM {review}"))


def reviews(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Reviews as they were written; here each has one rating and one store, and a customer one review of a product."""
    ids = [int(key) for key in keys]
    rows = sides.there(
        "SELECT r.*, d.store_id, d.title, d.detail, d.nickname, d.customer_id, d.detail_id, e.entity_code"
        " FROM {review} r LEFT JOIN {review_detail} d ON d.review_id = r.review_id"
        " LEFT JOIN {review_entity} e ON e.entity_id = r.entity_id WHERE r.review_id IN %s", ids,
    )  # fmt: skip
    votes, shown = defaultdict(list), defaultdict(list)
    for row in sides.there("SELECT * FROM {rating_option_vote} WHERE review_id IN %s ORDER BY rating_id, vote_id", ids):
        votes[row["review_id"]].append(row)
    for row in sides.there("SELECT * FROM {review_store} WHERE review_id IN %s ORDER BY store_id", ids):
        shown[row["review_id"]].append(row["store_id"])
    products = [str(row["entity_pk_value"]) for row in rows]
    known = sides.there(
        "SELECT entity_id FROM {catalog_product_entity} WHERE entity_id IN %s", [int(one) for one in products]
    )
    there = {str(row["entity_id"]) for row in known}
    families = read_families(sides, sorted(there))
    several = _several(sides, rows)
    found = {}
    for row in rows:
        product = str(row["entity_pk_value"])
        record = _review(sides, row, shown[row["review_id"]], votes[row["review_id"]])
        if row["entity_code"] != "product" or row["detail_id"] is None or product not in there:
            record[RECORD] = Fact(True, {"no_product": None})
        above = {str(migrated_id(sides.name, "product", one)) for one in families.of(product).parents}
        record["product"] = fact(
            str(migrated_id(sides.name, "product", product)),
            {"shown_with_its_product": Such(above.__contains__)} if above else {},
        )
        customer = str(migrated_id(sides.name, "customer", row["customer_id"])) if row["customer_id"] else None
        record["customer"] = fact(customer, {"another_of_the_customer": None} if row["customer_id"] in several else {})
        found[str(row["review_id"])] = record
    return found


def _review(sides: Sides, row: Row, shown: Sequence[int], votes: Sequence[Row]) -> dict[str, Any]:
    stores, made = sides.shop.stores, moment(row["created_at"])
    store = stores.get(row["store_id"] or 0)
    codes = {stores[one].code for one in shown if one in stores}
    known = STATES.get(row["status_id"])
    return {
        "view": fact(store.code if store else None, {} if store else {"store_that_shows_it": Such(codes.__contains__)}),
        "nickname": (row["nickname"] or "").strip(),
        "title": (row["title"] or "").strip(),
        "text": row["detail"] or "",
        "state": known or row["status_id"],
        "made": fact(made, {} if made else {"no_date": Such(bool)}),
        "rating": _rating(votes),
    }


def _rating(votes: Sequence[Row]) -> Any:
    """What was voted; of several ratings here is their mean."""
    last = {vote["rating_id"]: vote["value"] for vote in votes}
    values = [value for value in last.values() if value in range(1, 6)]
    if not values:
        return None
    mean = int((Decimal(sum(values)) / len(values)).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return fact(values[0] if len(set(values)) == 1 else values, {"mean_of_several_ratings": mean})


def _several(sides: Sides, rows: Sequence[Row]) -> set[int]:
    """Customers who wrote more than one review."""
    found = sides.there(
        "SELECT customer_id FROM {review_detail} WHERE customer_id IN %s GROUP BY customer_id HAVING COUNT(*) > 1",
        sorted({row["customer_id"] for row in rows if row["customer_id"]}),
    )
    return {row["customer_id"] for row in found}


def wishlist_keys(sides: Sides) -> Iterator[str]:
    """Ids of all wishlists."""
    return (str(row["wishlist_id"]) for row in sides.there("SELECT wishlist_id FROM {wishlist}"))


def wishlists(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What is on each list, by website; here a list is nothing while nothing is on it."""
    ids, items = [int(key) for key in keys], defaultdict(list)
    for row in sides.there(
        "SELECT w.*, p.entity_id AS known, o.value AS chosen FROM {wishlist_item} w"
        " LEFT JOIN {wishlist_item_option} o ON o.wishlist_item_id = w.wishlist_item_id AND o.code = 'simple_product'"
        " LEFT JOIN {catalog_product_entity} p ON p.entity_id = COALESCE(o.value, w.product_id)"
        " WHERE w.wishlist_id IN %s",
        ids,
    ):
        items[row["wishlist_id"]].append(row)
    found = {}
    for row in sides.there("SELECT * FROM {wishlist} WHERE wishlist_id IN %s", ids):
        by_site: dict[str, set[str]] = defaultdict(set)
        for item in items[row["wishlist_id"]]:
            store = sides.shop.stores.get(item["store_id"] or 0)
            site = sides.shop.websites[store.website].code if store else next(
                (one.code for one in sides.shop.websites.values()), "")  # fmt: skip
            if item["known"]:
                by_site[site].add(str(migrated_id(sides.name, "product", item["known"])))
        record: dict[str, Any] = {f"on it [{site}]": sorted(products) for site, products in by_site.items()}
        record |= {
            f"customer [{site}]": str(migrated_id(sides.name, "customer", row["customer_id"])) for site in by_site
        }
        found[str(row["wishlist_id"])] = record if by_site else {RECORD: Fact(True, {"nothing_is_on_it": None})}
    return found

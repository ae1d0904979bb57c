"""Reviews and wishlists, as the catalogue has them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from chassis.ids import migrated_id
from config.parity.sides import Sides
from config.parity.sixfold.products import ALIAS

REVIEW = ("product", "view", "nickname", "title", "text", "rating", "state", "customer", "made")


def reviews(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Each review here."""
    ids, found = sides.ids("review", keys), {}
    for id_, *facts in sides.here(ALIAS, _REVIEWS, list(ids)):
        record = dict(zip(REVIEW, facts, strict=True))
        who = {name: str(record[name]) if record[name] else None for name in ("product", "customer")}
        found[ids[id_]] = record | who
    return found


_REVIEWS = """
    SELECT id, product_id, view, nickname, title, text, rating, state, customer, created_at
    FROM catalog_review WHERE id = ANY(%s)"""


def wishlist_keys(sides: Sides) -> Iterator[str]:
    """A list does not say where it came from: those that are gone there are not looked for here."""
    return iter(())


def wishlists(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The lists of each channel that one became."""
    ids: dict[UUID, tuple[str, str]] = {
        migrated_id(sides.name, "wishlist", f"{key}/{site.id}"): (key, site.code)
        for key in keys
        for site in sides.shop.websites.values()
    }
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for id_, customer, channel, products in sides.here(ALIAS, _WISHLISTS, list(ids)):
        key, site = ids[id_]
        found[key] |= {f"customer [{site}]": str(customer), f"on it [{channel}]": sorted(map(str, products or ()))}
    return found


_WISHLISTS = """
    SELECT w.id, w.customer, w.channel, array_agg(i.product_id) FILTER (WHERE i.id IS NOT NULL)
    FROM catalog_wishlist w LEFT JOIN catalog_wishlistitem i ON i.wishlist_id = w.id
    WHERE w.id = ANY(%s) GROUP BY w.id"""

"""Wishlists of customers, one for each channel that something on them was seen in.

They belong to the id that identity gives the same customer. A list is nothing while nothing is on it.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from catalog.commands import ImportWish, ImportWishlist, import_wishlists
from catalog.legacy import made
from catalog.legacy.shops import Shop, shop_of
from catalog.legacy.tables import MIRROR
from catalog.legacy.values import Notes, moment
from catalog.product.models import Product
from chassis import clock
from chassis.ids import migrated_id
from chassis.mirrors import Found, Row, Rows

KIND, ITEM, OPTION = "wishlist", "wishlist_item", "wishlist_item_option"
NAME = "Wish List"
# Of what was asked for with an item these say nothing beyond the item itself.
PLAIN = frozenset({"qty", "action", "product", "item", "uenc", "form_key", "related_product", "original_qty"})


def make_wishlists(source: str, owners: list[str]) -> None:
    """Take over the lists that have changed, remove those that are gone."""
    shop = shop_of(source)
    rows = MIRROR.rows_of(source, KIND, owners)
    items = {one["wishlist_item_id"] or "" for several in rows.values() for one in several.all(ITEM)}
    wishes = MIRROR.rows_of(source, "wish", items) if items else {}
    products = _products(source, rows, wishes)
    found: list[Found] = []
    commands: dict[str, tuple[ImportWishlist, ...]] = {}
    for owner in owners:
        notes = Notes(owner)
        if lists := _lists(source, shop, owner, rows[owner], wishes, products, notes):
            commands[owner] = lists
        found += notes.found
    changed = made.changed(source, KIND, commands)
    gone = made.forget(source, KIND, [owner for owner in owners if owner not in commands])
    kept = {one.id for owner in changed for one in commands[owner]}
    all_ids = {_id(source, owner, site) for owner in {*changed, *gone} for site in shop.websites}
    if all_ids:
        import_wishlists([one for owner in sorted(changed, key=int) for one in commands[owner]], gone=all_ids - kept)
    MIRROR.replace_findings(source, KIND, owners, found)


def _id(source: str, owner: str, site: int) -> UUID:
    return migrated_id(source, KIND, f"{owner}/{site}")


def _products(source: str, rows: Mapping[str, Rows], wishes: Mapping[str, Rows]) -> dict[str, Product]:
    named = {one["product_id"] or "" for several in rows.values() for one in several.all(ITEM)}
    named |= {_chosen(wish) for wish in wishes.values()} - {""}
    ids = {migrated_id(source, "product", old): old for old in named}
    return {ids[row.id]: row for row in Product.objects.filter(id__in=list(ids))}


def _chosen(wish: Rows) -> str:
    """The variant of a configurable product that was put on the list."""
    return next((row["value"] or "" for row in wish.all(OPTION) if row["code"] == "simple_product"), "")


def _lists(
    source: str,
    shop: Shop,
    owner: str,
    rows: Rows,
    wishes: Mapping[str, Rows],
    products: Mapping[str, Product],
    notes: Notes,
) -> tuple[ImportWishlist, ...]:
    row = rows.one(KIND)
    if row is None:
        if rows:
            notes.whole("incomplete", "items of a list that is not there")
        return ()
    by_site = _wanted(shop, rows, wishes, products, notes)
    if not by_site:
        notes.whole("empty")
        return ()
    shared = (row["sharing_code"] or "") if int(row["shared"] or 0) else ""
    if shared and len(by_site) > 1:
        notes("shared_in_one_channel", "a link that is shared opens the list of one channel")
    return tuple(
        ImportWishlist(
            id=_id(source, owner, site),
            customer=migrated_id(source, "customer", row["customer_id"] or ""),
            channel=shop.websites[site].code,
            name=NAME,
            items=tuple(ImportWish(product=product, added_at=at) for product, at in sorted(wanted.items())),
            created_at=min(wanted.values()),
            share=shared if number == 0 else "",
        )
        for number, (site, wanted) in enumerate(sorted(by_site.items()))
    )


def _wanted(
    shop: Shop, rows: Rows, wishes: Mapping[str, Rows], products: Mapping[str, Product], notes: Notes
) -> dict[int, dict[UUID, datetime]]:
    """By website: since when which product is on the list."""
    by_site: dict[int, dict[UUID, datetime]] = {}
    for item in rows.all(ITEM):
        store = shop.stores.get(int(item["store_id"] or 0)) or _only(shop)
        product = _product(item, wishes.get(item["wishlist_item_id"] or "", Rows()), products, notes)
        if product and store:
            wanted = by_site.setdefault(store.website, {})
            wanted.setdefault(product.id, moment(item["added_at"]) or clock.now())
        elif product:
            notes("no_store", f"item {item['wishlist_item_id']}")
    return by_site


def _only(shop: Shop) -> Any:
    """A store to stand for one that is gone: of the only website, if there is one."""
    (site, *others) = shop.websites.values() or (None,)
    return site.default if site and not others else None


def _product(item: Row, wish: Rows, products: Mapping[str, Product], notes: Notes) -> Product | None:
    where = f"item {item['wishlist_item_id']}"
    product = products.get(_chosen(wish)) or products.get(item["product_id"] or "")
    if product is None:
        notes("no_product", f"{where}: {item['product_id']}")
        return None
    if item["description"]:
        notes("comment_not_carried", where)
    if float(item["qty"] or 1) != 1:
        notes("quantity_not_carried", f"{where}: {item['qty']}")
    more = _asked(wish) - PLAIN - ({"super_attribute", "selected_configurable_option"} if _chosen(wish) else set())
    if more:
        notes("choices_not_carried", f"{where}: {', '.join(sorted(more))}")
    return product


def _asked(wish: Rows) -> set[str]:
    """What the shopper had chosen with it, by Magento's names."""
    text = next((row["value"] or "" for row in wish.all(OPTION) if row["code"] == "info_buyRequest"), "")
    try:
        asked = json.loads(text or "{}")
    except ValueError:
        return {"info_buyRequest"}
    return {str(name) for name, value in asked.items() if value} if isinstance(asked, dict) else set()

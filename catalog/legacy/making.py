"""The way in: rows are kept by a handler, and a job makes what they touch anew."""

from collections.abc import Mapping, Sequence
from typing import Any

from catalog.legacy.addresses import make_addresses
from catalog.legacy.attributes import make_attributes, make_entity_types
from catalog.legacy.categories import make_categories
from catalog.legacy.compositions import make_compositions, make_link_types
from catalog.legacy.contents import make_blocks, make_pages
from catalog.legacy.groups import make_groups
from catalog.legacy.parts import nothing, part
from catalog.legacy.products import make_products
from catalog.legacy.reviews import make_reviews
from catalog.legacy.rules import make_catalog_rules, make_sales_rules
from catalog.legacy.sets import make_attribute_sets, make_tax_classes
from catalog.legacy.shops import make_shop
from catalog.legacy.tables import MIRROR, is_kept
from catalog.legacy.taxes import make_regions, make_taxes
from catalog.legacy.wishlists import make_wishlists
from chassis import failpoints
from chassis.mirrors import Maker
from chassis.subscriptions import Received


def keep_rows(batch: list[Received[Any]]) -> None:
    """Keep the rows of an envelope that the catalogue needs."""
    kept: Sequence[Received[Any]] = [r for r in batch if is_kept(r.event.table, r.event.after)]
    MIRROR.keep(kept)


def _make_products(source: str, owners: list[str]) -> None:
    make_products(source, owners)
    failpoints.hit("catalog.legacy.products")


MAKERS: Mapping[str, Maker] = {
    "website": make_shop,
    "group": make_shop,
    "store": make_shop,
    "setting": make_shop,
    "currency_rate": nothing,
    "entity_type": make_entity_types,
    "option": part("option"),
    "attribute": make_attributes,
    "attribute_set": make_attribute_sets,
    "region": make_regions,
    "tax_class": make_tax_classes,
    "category": make_categories,
    **{kind: part(kind) for kind in ("picture", "custom_value", "custom_option", "download_link", "download_sample")},
    "product": _make_products,
    "link": part("link"),
    "link_type": make_link_types,
    "part": nothing,
    "composition": make_compositions,
    "customer_group": make_groups,
    "tax_rate": make_taxes,
    "tax_rule": make_taxes,
    "sales_rule": make_sales_rules,
    "catalog_rule": make_catalog_rules,
    **{kind: part(kind) for kind in ("cms_page_stores", "cms_block_stores", "reviewer", "wish")},
    "cms_page": make_pages,
    "cms_block": make_blocks,
    "old_path": nothing,
    "address": make_addresses,
    "review": make_reviews,
    "wishlist": make_wishlists,
}

MAKE_LEGACY = MIRROR.job_kind(MAKERS)

"""The way in: rows are kept by a handler, and a job makes what they touch anew."""

from collections.abc import Mapping, Sequence
from typing import Any

from catalog.legacy.attributes import make_attributes, make_entity_types, make_options
from catalog.legacy.categories import make_categories
from catalog.legacy.groups import make_groups
from catalog.legacy.pictures import make_pictures
from catalog.legacy.products import make_products
from catalog.legacy.rules import make_catalog_rules, make_sales_rules
from catalog.legacy.sets import make_attribute_sets, make_tax_classes
from catalog.legacy.shops import make_shop
from catalog.legacy.tables import MIRROR, is_kept
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
    "entity_type": make_entity_types,
    "option": make_options,
    "attribute": make_attributes,
    "attribute_set": make_attribute_sets,
    "tax_class": make_tax_classes,
    "category": make_categories,
    "picture": make_pictures,
    "product": _make_products,
    "customer_group": make_groups,
    "sales_rule": make_sales_rules,
    "catalog_rule": make_catalog_rules,
}

MAKE_LEGACY = MIRROR.job_kind(MAKERS)

"""What rules may look at of products, in one statement whatever their number."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connections

from catalog.product.scopes import fallback, resolve
from catalog.promotion.facts import ZERO, AttributeValue


@dataclass(frozen=True, kw_only=True)
class Traits:
    """A product for rules, as in `facts.LineFacts`. `in_stock` is None where nothing of it needs stock."""

    sku: str
    parent_sku: str
    kind: str
    tax_class: str
    weight: Decimal
    categories: frozenset[str]
    own_categories: frozenset[str]
    attributes: Mapping[str, AttributeValue]
    own_attributes: Mapping[str, AttributeValue]
    parent_attributes: Mapping[str, AttributeValue]
    in_stock: Decimal | None


def traits_of(products: Sequence[UUID], *, channel: str, view: str) -> dict[UUID, Traits]:
    """What is known of products, resolved for a view."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT p.id, p.sku, coalesce(parent.sku, ''), p.kind, p.tax_class, p.weight, parent.values::text,
                      p.values::text,
                      ARRAY(SELECT c.code FROM catalog_categoryentry e JOIN catalog_category c ON c.id = e.category_id
                            WHERE e.product_id = coalesce(p.parent_id, p.id)),
                      ARRAY(SELECT c.code FROM catalog_productcategory o JOIN catalog_category c ON c.id = o.category_id
                            WHERE o.product_id = coalesce(p.parent_id, p.id)),
                      CASE WHEN NOT p.requires_shipping THEN NULL
                           ELSE coalesce(CASE WHEN a.in_stock THEN a.available END, 0) END
               FROM catalog_product p
               LEFT JOIN catalog_product parent ON parent.id = p.parent_id
               LEFT JOIN catalog_availability a ON a.channel = %s AND a.sku_key = p.sku_key
               WHERE p.id = ANY(%s)""",
            [channel, list(products)],
        )
        rows = cursor.fetchall()
    scopes = fallback(view=view, channel=channel)
    return {row[0]: _traits(row, scopes) for row in rows}


def attributes_of(own: str | None, parents: str | None, scopes: Sequence[str]) -> dict[str, AttributeValue]:
    """A product's values over those of its parent, as rules compare them."""
    merged = {**resolve(json.loads(parents or "{}"), scopes), **resolve(json.loads(own or "{}"), scopes)}
    return {name: _value(value) for name, value in merged.items()}


def _traits(row: Sequence[Any], scopes: Sequence[str]) -> Traits:
    _, sku, parent_sku, kind, tax_class, weight, parents, own, categories, direct, in_stock = row
    return Traits(
        sku=sku,
        parent_sku=parent_sku,
        kind=kind,
        tax_class=tax_class,
        weight=weight or ZERO,
        categories=frozenset(categories),
        own_categories=frozenset(direct),
        attributes=attributes_of(own, parents, scopes),
        own_attributes=attributes_of(own, None, scopes),
        parent_attributes=attributes_of(None, parents, scopes),
        in_stock=in_stock,
    )


def _value(value: Any) -> AttributeValue:
    if isinstance(value, bool | str):
        return value
    return frozenset(map(str, value)) if isinstance(value, list) else Decimal(str(value))

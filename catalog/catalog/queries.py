"""Reads of shoppers: one statement each where it is hot, JSON passed on as it is stored."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections

from catalog.catalog.errors import ProductNotFound, UnknownView
from catalog.catalog.sorting import sku_key
from catalog.pricing.choice import GUESTS
from catalog.product import scopes
from chassis import clock

MAX_AGE = 60

# The block of the reader's group if there is one, else everybody's: one look-up in the primary key.
PRICE = """LEFT JOIN LATERAL (
    SELECT p.block, p.summary, p.amount, p.valid_until FROM catalog_priceblock p
    WHERE p.channel = d.channel AND p.product_id = d.product_id AND p.customer_group IN ('', %s)
    ORDER BY p.customer_group DESC LIMIT 1) b ON true"""
_PAGE = (
    """
SELECT d.content, b.block, b.valid_until, d.product_id, d.always_available,
       (SELECT json_object_agg(a.sku, json_build_object('available', a.available::text, 'in_stock', a.in_stock))::text
        FROM catalog_availability a WHERE a.channel = d.channel AND a.sku_key = ANY(d.sku_keys))
FROM catalog_productdocument d
"""
    + PRICE
    + """
WHERE d.view = %s AND """
)


@dataclass(frozen=True, kw_only=True)
class ViewFacts:
    """A view as reads need it; `group` is the customer group whose prices are read, `steering` as in the model."""

    code: str
    locale: str
    channel: str
    currency: str
    root: UUID | None
    group: str = GUESTS
    steering: int = 0

    @property
    def scopes(self) -> tuple[str, str, str]:
        return scopes.fallback(view=self.code, channel=self.channel)


@dataclass(frozen=True, kw_only=True)
class Body:
    """JSON ready to send, what it is made of (surrogate keys), and for how many seconds it may be kept."""

    content: bytes
    keys: tuple[str, ...]
    max_age: int = MAX_AGE


@dataclass(frozen=True, kw_only=True)
class Moved:
    """The present address of what was asked for by a former one; it replaces the last `up` parts of the path."""

    slug: str
    up: int = 1


def view_facts(code: str, *, group: str = GUESTS) -> ViewFacts:
    """An active view of an active channel; UnknownView."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT v.code, v.locale, c.code, c.currency, v.root_id, v.steering
               FROM catalog_view v JOIN catalog_channel c ON c.id = v.channel_id
               WHERE v.code = %s AND v.active AND c.active""",
            [code],
        )
        row = cursor.fetchone()
    if row is None:
        raise UnknownView(f"There is no view {code[:64]}.")
    code, locale, channel, currency, root, steering = row
    return ViewFacts(
        code=code, locale=locale, channel=channel, currency=currency, root=root, group=group, steering=steering
    )


def product_page(view: str, slug: str, *, group: str = GUESTS) -> Body | Moved:
    """A product's page by its address, with a customer group's prices: one SELECT. UnknownView, ProductNotFound."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(_PAGE + "d.slug = %s", [group, view, slug])
        row = cursor.fetchone()
    if row is not None:
        return _body(row, view)
    view_facts(view)
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT d.slug FROM catalog_slug s
               JOIN catalog_productdocument d ON d.view = s.view AND d.product_id = s.target
               WHERE s.view = %s AND s.kind = 'product' AND s.slug = %s AND NOT s.current""",
            [view, slug],
        )
        moved = cursor.fetchone()
    if moved is None:
        raise ProductNotFound()
    return Moved(slug=moved[0])


def product_by_sku(view: str, sku: str, *, group: str = GUESTS) -> Body:
    """The page of the product that has this SKU, itself or as a variant's."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(_PAGE + "d.sku_keys @> ARRAY[%s] LIMIT 1", [group, view, sku_key(sku)])
        row = cursor.fetchone()
    if row is None:
        view_facts(view)
        raise ProductNotFound(field="/sku")
    return _body(row, view)


def category_tree(view: ViewFacts) -> list[dict[str, Any]]:
    """The view's active categories as a tree, two statements' worth in one."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """WITH RECURSIVE tree AS (
                   SELECT c.id, c.parent_id, c.code, c.texts, c.position FROM catalog_category c
                   WHERE c.active AND NOT %(view)s = ANY(c.inactive_in)
                     AND CASE WHEN %(root)s::uuid IS NULL THEN c.parent_id IS NULL
                                           ELSE c.parent_id = %(root)s::uuid END
                   UNION ALL
                   SELECT c.id, c.parent_id, c.code, c.texts, c.position FROM catalog_category c
                   JOIN tree t ON c.parent_id = t.id
                   WHERE c.active AND NOT %(view)s = ANY(c.inactive_in))
               SELECT t.id, t.parent_id, t.code, t.texts::text, s.slug FROM tree t
               LEFT JOIN catalog_slug s ON s.target = t.id AND s.view = %(view)s AND s.current
               ORDER BY t.position, t.code""",
            {"root": view.root, "view": view.code},
        )
        rows = cursor.fetchall()
    nodes: dict[UUID, dict[str, Any]] = {}
    for id_, _, code, texts, slug in rows:
        nodes[id_] = {**_category(id_, code, texts, slug, view), "children": []}
    top = []
    for id_, parent, *_ in rows:
        siblings = nodes[parent]["children"] if parent in nodes else top
        siblings.append(nodes[id_])
    return top


def category_by_slug(view: ViewFacts, slug: str) -> dict[str, Any] | Moved | None:
    """An active category of the view's tree by its present or a former address."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT c.id, c.code, c.texts::text, now_.slug, s.current
               FROM catalog_slug s
               JOIN catalog_category c ON c.id = s.target
               LEFT JOIN catalog_slug now_ ON now_.target = c.id AND now_.view = s.view AND now_.current
               WHERE s.view = %s AND s.kind = 'category' AND s.slug = %s
                 AND NOT EXISTS (
                    WITH RECURSIVE line AS (
                        SELECT c.id, c.parent_id, c.active AND NOT s.view = ANY(c.inactive_in) AS active
                        UNION ALL SELECT u.id, u.parent_id, u.active AND NOT s.view = ANY(u.inactive_in)
                        FROM catalog_category u JOIN line l ON u.id = l.parent_id)
                    SELECT 1 FROM line HAVING NOT bool_and(active)
                        OR (%s::uuid IS NOT NULL AND NOT bool_or(id = %s::uuid)))""",
            [view.code, slug, view.root, view.root],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    id_, code, texts, present, current = row
    return _category(id_, code, texts, present, view) if current else Moved(slug=present)


def cards(view: ViewFacts, ids: Sequence[UUID]) -> list[bytes]:
    """The products of a listing as JSON with price and stock, in the order of `ids`: one SELECT."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            f"""SELECT d.product_id, d.card, b.summary, CASE WHEN d.always_available THEN true ELSE (
                   SELECT bool_or(a.in_stock) FROM catalog_availability a
                   WHERE a.channel = d.channel AND a.sku_key = ANY(d.sku_keys)) END
               FROM catalog_productdocument d
               {PRICE}
               WHERE d.view = %s AND d.product_id = ANY(%s)""",
            [view.group, view.code, list(ids)],
        )
        found = {
            id_: f'{card[:-1]},"price":{summary or "null"},"in_stock":{_json_bool(in_stock)}}}'.encode()
            for id_, card, summary, in_stock in cursor.fetchall()
        }
    return [found[id_] for id_ in ids if id_ in found]


def _body(row: tuple[str, str | None, datetime | None, UUID, bool, str | None], view: str) -> Body:
    content, block, valid_until, product, always, availability = row
    text = (
        f'{content[:-1]},"price":{block or "null"},"always_available":{_json_bool(always)},'
        f'"availability":{availability or "{}"}}}'
    )
    max_age = MAX_AGE
    if valid_until is not None:
        max_age = max(0, min(MAX_AGE, int((valid_until - clock.now()).total_seconds())))
    return Body(content=text.encode(), keys=(f"product-{product}", f"view-{view}"), max_age=max_age)


def _category(id_: UUID, code: str, texts: str, slug: str | None, view: ViewFacts) -> dict[str, Any]:
    resolved = scopes.resolve(json.loads(texts), view.scopes)
    return {
        "id": id_,
        "slug": slug or "",
        "name": resolved.get("name", code),
        "description": resolved.get("description", ""),
    }


def _json_bool(value: bool | None) -> str:
    return "null" if value is None else "true" if value else "false"

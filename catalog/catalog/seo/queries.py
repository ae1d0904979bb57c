"""Addresses of a view for its sitemap, and products as schema.org has them."""

import json
from typing import Any

from django.db import connections

from catalog.catalog.content.models import Content, shown_at
from catalog.catalog.content.queries import addresses
from catalog.catalog.errors import SitemapNotFound
from catalog.catalog.queries import Body, Moved, ViewFacts, product_page
from catalog.product.models import ProductDocument, View
from chassis import clock

PER_FILE = 10_000


def base_of(view: ViewFacts) -> str:
    """The address of a view's storefront. Raises SitemapNotFound for a view that has none."""
    base: str = View.objects.values_list("base_url", flat=True).get(code=view.code)
    if not base:
        raise SitemapNotFound("The view does not say where its storefront is.")
    return base


def files_of(view: ViewFacts) -> int:
    """How many files the sitemap of a view has: products by the ten thousand, behind one of all else."""
    products = ProductDocument.objects.filter(view=view.code).count()
    return 1 + -(-products // PER_FILE)


def urls_of(view: ViewFacts, number: int) -> list[tuple[str, str]]:
    """Path and day of change of what one file of the sitemap lists."""
    if number == 0:
        return [*_categories(view), *_pages(view)]
    rows = ProductDocument.objects.filter(view=view.code).order_by("product_id")
    part = rows.values_list("slug", "changed_at")[(number - 1) * PER_FILE : number * PER_FILE]
    found = [(f"products/{slug}", changed.date().isoformat()) for slug, changed in part]
    if not found:
        raise SitemapNotFound()
    return found


def structured(view: ViewFacts, slug: str) -> dict[str, Any] | Moved:
    """A product as schema.org's Product with its offer, made of the page's own parts."""
    page = product_page(view.code, slug)
    if isinstance(page, Moved):
        return page
    assert isinstance(page, Body)
    product = json.loads(page.content)
    base = View.objects.values_list("base_url", flat=True).get(code=view.code)
    url = f"{base}products/{product['slug']}" if base else product["slug"]
    body: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "sku": product["sku"],
        "name": product["name"],
        "description": product["short_description"] or product["description"],
        "image": [media["url"] for media in product["media"] if media["kind"] == "image"],
        "url": url,
        "category": [category["name"] for category in product["categories"]],
        "additionalProperty": [
            {"@type": "PropertyValue", "name": attribute["label"], "value": attribute["text"]}
            for attribute in product["attributes"]
        ],
    }
    if product["rating"]:
        rating = product["rating"]
        body["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": rating["average"],
            "reviewCount": rating["count"],
        }
    if product["price"]:
        body["offers"] = _offer(product, url)
    return body


def _offer(product: dict[str, Any], url: str) -> dict[str, Any]:
    price = product["price"]
    stock = [item["in_stock"] for item in product["availability"].values()]
    there = product["always_available"] or any(stock)
    known = {"availability": f"https://schema.org/{'InStock' if there else 'OutOfStock'}"} if there or stock else {}
    shared = {"priceCurrency": price["currency"], "url": url, **known}
    if price["highest"] != price["amount"]:
        return {
            "@type": "AggregateOffer",
            "lowPrice": price["amount"],
            "highPrice": price["highest"],
            **shared,
        }
    until = {"priceValidUntil": price["valid_until"]} if price["valid_until"] else {}
    return {"@type": "Offer", "price": price["amount"], **until, **shared}


def _categories(view: ViewFacts) -> list[tuple[str, str]]:
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """WITH RECURSIVE tree AS (
                   SELECT c.id, c.changed_at FROM catalog_category c
                   WHERE c.active AND NOT %(view)s = ANY(c.inactive_in)
                     AND CASE WHEN %(root)s::uuid IS NULL THEN c.parent_id IS NULL ELSE c.parent_id = %(root)s END
                   UNION ALL SELECT c.id, c.changed_at FROM catalog_category c JOIN tree t ON c.parent_id = t.id
                   WHERE c.active AND NOT %(view)s = ANY(c.inactive_in))
               SELECT s.slug, t.changed_at FROM tree t
               JOIN catalog_slug s ON s.target = t.id AND s.view = %(view)s AND s.current
               ORDER BY s.slug LIMIT %(most)s""",
            {"view": view.code, "root": view.root, "most": 40_000},
        )
        return [(f"categories/{slug}", changed.date().isoformat()) for slug, changed in cursor.fetchall()]


def _pages(view: ViewFacts) -> list[tuple[str, str]]:
    rows = list(Content.objects.filter(shown_at(clock.now(), view=view.code), kind=Content.PAGE)[:PER_FILE])
    slug_of = addresses(view, [row.id for row in rows])
    return [(f"pages/{slug_of[row.id]}", row.changed_at.date().isoformat()) for row in rows if row.id in slug_of]

"""Keeping the members of rule-based categories, for a batch of products in a fixed number of statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from catalog.pricing.models import PriceBlock
from catalog.product.collections.rules import Facts, fits
from catalog.product.copying import copy_in
from catalog.product.models import Category, Product, ProductCategory


def apply_rules(products: Sequence[Product]) -> None:
    """Put products into the categories whose rule picks them and out of those it does not pick them for any more.

    The caller holds the products' rows locked and makes their documents afterwards.
    """
    ruled = {row.id: row for row in Category.objects.filter(rule__isnull=False)}
    if not ruled or not products:
        return
    facts = _facts(products)
    placed = {(p, c): by_rule for p, c, by_rule in _places(products)}
    wanted = {
        (product.id, category.id)
        for product in products
        for category in ruled.values()
        if product.channels and fits(category.rule, facts[product.id])
    }
    stale = [pair for pair, by_rule in placed.items() if by_rule and pair not in wanted]
    for category in {category for _, category in stale}:
        gone = [product for product, its in stale if its == category]
        ProductCategory.objects.filter(category=category, product__in=gone, by_rule=True).delete()
    new = sorted(pair for pair in wanted if pair not in placed)
    copy_in(ProductCategory, [ProductCategory(product_id=p, category_id=c, by_rule=True) for p, c in new])


def _places(products: Iterable[Product]) -> Iterable[tuple[UUID, UUID, bool]]:
    rows = ProductCategory.objects.filter(product__in=[product.id for product in products])
    return rows.values_list("product_id", "category_id", "by_rule")


def _facts(products: Sequence[Product]) -> dict[UUID, Facts]:
    ids = [product.id for product in products]
    values: dict[UUID, dict[str, set[Any]]] = defaultdict(lambda: defaultdict(set))
    variants = Product.objects.filter(parent__in=ids, channels__len__gt=0).only("parent_id", "values")
    for row, owner in [*((p, p.id) for p in products), *((v, v.parent_id) for v in variants)]:
        for scoped in row.values.values():
            for code, value in scoped.items():
                values[owner][code].update(value if isinstance(value, list) else [value])
    prices = PriceBlock.objects.filter(product_id__in=ids, customer_group="")
    blocks = list(prices.values_list("product_id", "channel", "amount", "summary"))
    above = _above(products)
    return {
        product.id: Facts(
            kind=product.kind,
            values=values[product.id],
            categories=above[product.id],
            prices={channel: amount for owner, channel, amount, _ in blocks if owner == product.id},
            reduced={c for owner, c, _, summary in blocks if owner == product.id and '"reduced":true' in summary},
        )
        for product in products
    }


def _above(products: Collection[Product]) -> Mapping[UUID, set[str]]:
    """The codes of the categories in which staff put products, and of all above them."""
    rows = {row.id: row for row in Category.objects.only("id", "code", "parent_id")}
    found: dict[UUID, set[str]] = defaultdict(set)
    for product, category, by_rule in _places(products):
        row = None if by_rule else rows.get(category)
        while row is not None:
            found[product].add(row.code)
            row = rows.get(row.parent_id) if row.parent_id else None
    return found

"""Catalog rules: what each product costs by them, per channel, customer group and span of time.

Rules act on the base price, by priority, each on what the one before has left; the result is rounded at the currency's
exponent. It is computed ahead for all windows of the rules that run, so that a rule which begins at midnight needs
nobody at midnight: prices know their boundaries. A group that some rule names has results of its own, which stand in
place of everybody's.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connections

from catalog.product.copying import copy_in
from catalog.product.scopes import fallback
from catalog.promotion.conditions import Lines
from catalog.promotion.evaluation import CartRule, evaluate
from catalog.promotion.facts import ZERO, CartFacts, LineFacts
from catalog.promotion.goods import attributes_of
from catalog.promotion.loading import compiled
from catalog.promotion.models import PromotedPrice
from chassis import clock

EVERYBODY = ""


@dataclass(frozen=True, kw_only=True)
class Priced:
    """A product with its base price in a channel."""

    product: UUID
    channel: str
    currency: str
    facts: LineFacts


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a product costs from a moment until just before another, for a group or everybody."""

    group: str
    amount: Decimal
    starts_at: datetime | None
    ends_at: datetime | None
    rules: tuple[UUID, ...]


def results(good: Priced, rules: Sequence[CartRule], *, now: datetime) -> list[Result]:
    """All that rules do to a price from now on; nothing where they leave it alone. Pure."""
    mine = [rule for rule in rules if not rule.channels or good.channel in rule.channels]
    moments = sorted({m for rule in mine for m in (rule.starts_at, rule.ends_at) if m is not None and m > now})
    groups = sorted({group for rule in mine for group in rule.customer_groups})
    found: list[Result] = []
    for group in (EVERYBODY, *groups):
        spans = zip([None, *moments], [*moments, None], strict=True)
        own = [_result(good, mine, group, starts or now, starts, ends) for starts, ends in spans]
        found += _joined(own)
    # A group for which nothing is different at all needs no results of its own.
    general = [(one.amount, one.starts_at, one.ends_at) for one in found if one.group == EVERYBODY]
    return [
        one
        for one in found
        if one.group == EVERYBODY
        or [(other.amount, other.starts_at, other.ends_at) for other in found if other.group == one.group] != general
    ]


def promote_prices(products: Collection[UUID]) -> None:
    """Make the results of these products (not variants) and their variants anew; the caller holds their rows locked."""
    now = clock.now()
    rules = running_catalog_rules(now)
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """DELETE FROM catalog_promotedprice WHERE product_id IN (
                   SELECT id FROM catalog_product WHERE id = ANY(%(ids)s) OR parent_id = ANY(%(ids)s))""",
            {"ids": list(products)},
        )
    if rules:
        goods = _goods(products)
        copy_in(PromotedPrice, [_row(good, one) for good in goods for one in results(good, rules, now=now)])


def running_catalog_rules(now: datetime) -> list[CartRule]:
    """The catalog rules that run or will."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT id, version, name, priority, exclusive_group, stop, currency, channels, customer_groups,
                      starts_at, ends_at, condition::text, actions::text
               FROM catalog_promotionrule
               WHERE kind = 'catalog' AND state = 'active' AND (ends_at IS NULL OR ends_at > %s)""",
            [now],
        )
        return [_rule(row) for row in cursor.fetchall()]


def _rule(row: Sequence[Any]) -> CartRule:
    id_, version, name, priority, group, stop, currency, channels, groups, starts_at, ends_at, condition, actions = row
    where, given = compiled(id_, version, condition, actions, catalog=True)
    return CartRule(
        id=id_,
        name=name,
        priority=priority,
        exclusive_group=group,
        stop=stop,
        currency=currency,
        channels=frozenset(channels),
        customer_groups=frozenset(groups),
        starts_at=starts_at,
        ends_at=ends_at,
        condition=Lines(where=where),
        actions=given,
    )


def _result(
    good: Priced, rules: Sequence[CartRule], group: str, at: datetime, starts: datetime | None, ends: datetime | None
) -> Result:
    """One unit in a cart of its own, at a moment, for a member of a group."""
    cart = CartFacts(
        channel=good.channel, currency=good.currency, at=at, lines=(good.facts,), customer_group=group
    )  # fmt: skip
    outcome = evaluate(cart, rules)
    return Result(
        group=group,
        amount=good.facts.unit_price - outcome.off(good.facts.key),
        starts_at=starts,
        ends_at=ends,
        rules=tuple(one.rule for one in outcome.explanations if one.applied and one.amount),
    )


def _joined(own: Sequence[Result]) -> Iterator[Result]:
    """Results that follow each other and are alike as one; those that change nothing left out."""
    last: Result | None = None
    for one in own:
        if last is not None and (last.amount, last.rules) == (one.amount, one.rules):
            last = Result(
                group=one.group, amount=one.amount, starts_at=last.starts_at, ends_at=one.ends_at, rules=one.rules
            )
            continue
        if last is not None and (last.rules or last.group != EVERYBODY):
            yield last
        last = one
    if last is not None and (last.rules or last.group != EVERYBODY):
        yield last


def _row(good: Priced, one: Result) -> PromotedPrice:
    return PromotedPrice(
        product_id=good.product,
        channel=good.channel,
        currency=good.currency,
        groups=[one.group] if one.group else [],
        amount=one.amount,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        rules=list(one.rules),
    )


def _goods(products: Collection[UUID]) -> list[Priced]:
    """Products and variants with their base prices in all their channels, in one statement."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT p.id, p.sku, coalesce(parent.sku, ''), p.kind, p.tax_class, p.weight, parent.values::text,
                      p.values::text,
                      ARRAY(SELECT c.code FROM catalog_categoryentry e JOIN catalog_category c ON c.id = e.category_id
                            WHERE e.product_id = coalesce(p.parent_id, p.id)),
                      ARRAY(SELECT c.code FROM catalog_productcategory o JOIN catalog_category c ON c.id = o.category_id
                            WHERE o.product_id = coalesce(p.parent_id, p.id)),
                      pr.channel, pr.currency, pr.amount
               FROM catalog_product p
               JOIN catalog_price pr ON pr.product_id = p.id AND pr.kind = 'base'
               JOIN catalog_channel c ON c.code = pr.channel AND c.currency = pr.currency
               LEFT JOIN catalog_product parent ON parent.id = p.parent_id
               WHERE p.id = ANY(%(ids)s) OR p.parent_id = ANY(%(ids)s)""",
            {"ids": list(products)},
        )
        return [_priced(row) for row in cursor.fetchall()]


def _priced(row: Sequence[Any]) -> Priced:
    id_, sku, parent_sku, kind, tax_class, weight, parents, own, categories, direct, channel, currency, amount = row
    scopes = fallback(view="", channel=channel)
    return Priced(
        product=id_,
        channel=channel,
        currency=currency,
        facts=LineFacts(
            key=sku,
            sku=sku,
            parent_sku=parent_sku,
            unit_price=amount,
            regular_unit_price=amount,
            kind=kind,
            tax_class=tax_class,
            weight=weight or ZERO,
            categories=frozenset(categories),
            own_categories=frozenset(direct),
            attributes=attributes_of(own, parents, scopes),
            own_attributes=attributes_of(own, None, scopes),
            parent_attributes=attributes_of(None, parents, scopes),
        ),
    )

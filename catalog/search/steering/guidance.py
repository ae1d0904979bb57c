"""What staff have to say in a view, kept in each process until they say something else."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections

from catalog.catalog.queries import ViewFacts
from catalog.search.engine import NO_GOODS, Concept, Goods
from catalog.search.steering import expansion
from catalog.search.steering.models import MerchandisingRule
from catalog.search.words import normalised
from chassis import clock


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A merchandising rule with its products by id."""

    action: str
    place: int
    goods: Goods
    starts_at: datetime | None
    ends_at: datetime | None

    def holds(self, now: datetime) -> bool:
        return (self.starts_at is None or self.starts_at <= now) and (self.ends_at is None or now < self.ends_at)


@dataclass(frozen=True, kw_only=True)
class Steering:
    """What is pinned by place, what comes first and what last."""

    pins: dict[int, UUID] = field(default_factory=dict)
    boosted: Goods = NO_GOODS
    buried: Goods = NO_GOODS


@dataclass(frozen=True, kw_only=True)
class Guidance:
    """A view's synonyms, redirects and rules."""

    locale: str
    synonyms: expansion.Synonyms
    redirects: dict[str, str]
    rules: dict[str | UUID, list[Rule]]

    def concepts(self, text: str) -> tuple[Concept, ...]:
        """What a text means; empty where no synonym has a say."""
        return expansion.concepts(text, self.synonyms, locale=self.locale)

    def redirect(self, text: str) -> str | None:
        """Where a query leads, if not to its hits."""
        return self.redirects.get(normalised(text)) if self.redirects else None

    def merchandising(self, *, query: str, category: UUID | None) -> Steering:
        """What the rules that hold now say of a query or a category."""
        asked: list[str | UUID | None] = [query or None, category]
        about = [rule for key in asked if key is not None for rule in self.rules.get(key, ())]
        now = clock.now()
        rules = [rule for rule in about if rule.holds(now)] if about else []
        pins: dict[int, UUID] = {}
        for rule in rules:
            if rule.action == MerchandisingRule.PIN:
                _pin(pins, rule)
        return Steering(
            pins=pins,
            boosted=_together(rule.goods for rule in rules if rule.action == MerchandisingRule.BOOST),
            buried=_together(rule.goods for rule in rules if rule.action == MerchandisingRule.BURY),
        )


_known: dict[str, tuple[int, Guidance]] = {}


def guidance_of(view: ViewFacts) -> Guidance:
    """What holds in a view: read once for each number that the view's `steering` has had."""
    known = _known.get(view.code)
    if known is None or known[0] != view.steering or known[1].locale != view.locale:
        known = _known[view.code] = (view.steering, _read(view))
    return known[1]


def _pin(pins: dict[int, UUID], rule: Rule) -> None:
    """One after the other from the rule's place on; a place that an earlier rule has taken is passed over."""
    place = rule.place
    for product in rule.goods.products:
        while place in pins:
            place += 1
        pins[place] = product


def _together(several: Iterable[Goods]) -> Goods:
    found = list(several)
    return Goods(
        products=tuple(dict.fromkeys(product for goods in found for product in goods.products)),
        values=tuple(dict.fromkeys(value for goods in found for value in goods.values)),
    )


def _read(view: ViewFacts) -> Guidance:
    synonyms = _rows("SELECT words, also FROM catalog_synonym WHERE active AND locale = ANY(%s)", _locales(view.locale))
    # A view's own word comes after, and so before, that for all views.
    redirects = _rows(
        "SELECT query, address FROM catalog_searchredirect WHERE active AND view = ANY(%s) ORDER BY view",
        ["", view.code],
    )
    rules: dict[str | UUID, list[Rule]] = {}
    for query, category, rule in _rules(view):
        rules.setdefault(category or query, []).append(rule)
    return Guidance(
        locale=view.locale,
        synonyms=expansion.compiled(((words, also) for words, also in synonyms), locale=view.locale),
        redirects=dict(redirects),
        rules=rules,
    )


def _rules(view: ViewFacts) -> Iterable[tuple[str, UUID | None, Rule]]:
    rows = _rows(
        """SELECT r.query, r.category_id, r.action, r.place, r.attribute, r.value, r.starts_at, r.ends_at,
                  ARRAY(SELECT coalesce(p.parent_id, p.id) FROM unnest(r.skus) WITH ORDINALITY AS s(sku, place)
                        JOIN catalog_product p ON p.sku_key = s.sku ORDER BY s.place)
           FROM catalog_merchandisingrule r WHERE r.active AND r.view = ANY(%s) ORDER BY r.view DESC, r.code""",
        ["", view.code],
    )
    for query, category, action, place, attribute, value, starts_at, ends_at, products in rows:
        goods = Goods(products=tuple(dict.fromkeys(products)), values=((attribute, value),) if attribute else ())
        yield query, category, Rule(action=action, place=place or 1, goods=goods, starts_at=starts_at, ends_at=ends_at)


def _locales(locale: str) -> list[str]:
    """A locale and the wider ones that it is part of: de-AT, de."""
    parts = locale.split("-")
    return ["-".join(parts[:count]) for count in range(len(parts), 0, -1)]


def _rows(statement: str, names: list[str]) -> list[tuple[Any, ...]]:
    with connections["catalog"].cursor() as cursor:
        cursor.execute(statement, [names])
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found

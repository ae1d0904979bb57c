"""Defining synonyms, redirects and merchandising rules, each by its code. What is defined holds at once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import connections

from catalog.catalog.checking import all_known
from catalog.catalog.errors import InvalidValue
from catalog.catalog.sorting import sku_key
from catalog.catalog.structure.putting import put
from catalog.product.models import Attribute, Category, Product, View
from catalog.search.steering.models import MerchandisingRule, SearchRedirect, Synonym
from catalog.search.words import normalised, raw
from chassis.ids import new_id
from chassis.unit_of_work import publish, unit_of_work
from contracts.catalog import PagesChanged

MOST = 200
LONGEST = 200


@dataclass(frozen=True, kw_only=True)
class DefineSynonym:
    """Words or phrases of a locale that find each other; with `also`, those find these and not the reverse."""

    code: str
    locale: str
    words: tuple[str, ...]
    also: tuple[str, ...] = ()
    active: bool = True
    id: UUID | None = None
    external_id: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DefineRedirect:
    """Where a query leads, in one view or in all: a path of the storefront or a whole address."""

    code: str
    query: str
    address: str
    view: str = ""
    active: bool = True
    id: UUID | None = None
    external_id: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DefineMerchandising:
    """A rule for a query or for a category (its code): pin products from a place on, boost or bury some.

    Boosted and buried are products by `skus`, or all that have `value` of `attribute`.
    """

    code: str
    action: str
    query: str = ""
    category: str = ""
    view: str = ""
    place: int | None = None
    skus: tuple[str, ...] = ()
    attribute: str = ""
    value: str = ""
    active: bool = True
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    id: UUID | None = None
    external_id: Mapping[str, Any] = field(default_factory=dict)


def define_synonym(command: DefineSynonym) -> UUID:
    """Make or change synonyms. Raises InvalidValue."""
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", command.locale):
        raise InvalidValue("locale must be one as in BCP 47: de or de-DE.", field="/locale")
    for name, phrases in (("words", command.words), ("also", command.also)):
        if len(phrases) > MOST or not all(_is_text(phrase) and raw().analyze(phrase) for phrase in phrases):
            raise InvalidValue(f"{name} must be at most {MOST} words or phrases.", field=f"/{name}")
    if len(command.words) + len(command.also) < 2 or not command.words:
        raise InvalidValue("A word needs another that it finds.", field="/words")
    facts = {"locale": command.locale, "words": list(command.words), "also": list(command.also)}
    with unit_of_work("catalog"):
        before = Synonym.objects.filter(code=command.code).values_list("locale", flat=True).first()
        row = _put(Synonym, command, facts)
        _follow([view for view in View.objects.all() if _speaks(view.locale, {command.locale, before})])
    return row


def define_redirect(command: DefineRedirect) -> UUID:
    """Make or change a redirect. Raises InvalidValue, UnknownReference."""
    if not _is_address(command.address):
        raise InvalidValue("address must be a path as /sale, or start with https://.", field="/address")
    query = _query(command.query)
    if not query:
        raise InvalidValue("A redirect needs a query.", field="/query")
    with unit_of_work("catalog"):
        views = _views(command.view)
        same = SearchRedirect.objects.filter(view=command.view, query=query).exclude(code=command.code)
        if same.exclude(id=command.id).exists():
            raise InvalidValue("This query leads somewhere already.", field="/query")
        row = _put(SearchRedirect, command, {"view": command.view, "query": query, "address": command.address})
        _follow(views)
    return row


def define_merchandising(command: DefineMerchandising) -> UUID:
    """Make or change a merchandising rule. Raises InvalidValue, UnknownReference."""
    query = _query(command.query)
    _check(command, query)
    with unit_of_work("catalog"):
        views = _views(command.view)
        category = Category.objects.filter(code=command.category).first()
        if command.category:
            all_known([command.category], {category.code} if category else set(), "category")
        keys = [sku_key(sku) for sku in command.skus]
        all_known(keys, set(Product.objects.filter(sku_key__in=keys).values_list("sku_key", flat=True)), "product")
        if command.attribute:
            known = Attribute.objects.filter(code=command.attribute, filterable=True).values_list("code", flat=True)
            all_known([command.attribute], set(known), "filterable attribute")
        facts = {
            **{name: getattr(command, name) for name in ("view", "action", "attribute", "value")},
            "query": query,
            "category_id": category.id if category else None,
            "skus": keys,
            "starts_at": command.starts_at,
            "ends_at": command.ends_at,
            "place": command.place if command.action == MerchandisingRule.PIN else None,
        }
        row = _put(MerchandisingRule, command, facts)
        _follow(views, also=[f"category-{category.id}"] if category else [])
    return row


def _check(command: DefineMerchandising, query: str) -> None:
    if command.action not in dict(MerchandisingRule.ACTIONS):
        raise InvalidValue("action must be pin, boost or bury.", field="/action")
    if bool(query) == bool(command.category):
        raise InvalidValue("A rule is for a query or for a category.", field="/query")
    if len(command.skus) > MOST or not all(map(_is_text, command.skus)):
        raise InvalidValue(f"A rule has at most {MOST} products.", field="/skus")
    if bool(command.attribute) != bool(command.value) or not _is_text(command.value, empty=True):
        raise InvalidValue("An attribute needs the value that is meant.", field="/value")
    if command.action == MerchandisingRule.PIN:
        if command.place is None or not 1 <= command.place <= 10_000:
            raise InvalidValue("A pin needs a place from 1 to 10000.", field="/place")
        if command.attribute or not command.skus:
            raise InvalidValue("Products are pinned one by one.", field="/skus")
    elif bool(command.skus) == bool(command.attribute):
        raise InvalidValue("A rule names products, or an attribute and its value.", field="/skus")
    for moment in (command.starts_at, command.ends_at):
        if moment is not None and moment.tzinfo is None:
            raise InvalidValue("A moment needs a time zone.", field="/starts_at")
    if command.starts_at and command.ends_at and command.starts_at >= command.ends_at:
        raise InvalidValue("It must end after it starts.", field="/ends_at")


def _put(model: type[Any], command: Any, facts: Mapping[str, Any]) -> UUID:
    if not _is_text(command.code) or len(command.code) > 100:
        raise InvalidValue("code must be 1 to 100 characters.", field="/code")
    row, _ = put(model, command, {**facts, "active": command.active})
    found: UUID = row.id
    return found


def _follow(views: Sequence[View], *, also: Sequence[str] = ()) -> None:
    """Have every process and every cache ask again what holds in these views."""
    codes = sorted(view.code for view in views)
    if not codes:
        return
    with connections["catalog"].cursor() as cursor:
        cursor.execute("UPDATE catalog_view SET steering = steering + 1 WHERE code = ANY(%s)", [codes])
    publish(PagesChanged(keys=(*(f"search-{code}" for code in codes), *also)), aggregate_id=new_id())


def _views(code: str) -> list[View]:
    views = [view for view in View.objects.order_by("code") if code in ("", view.code)]
    if code:
        all_known([code], {view.code for view in views}, "view")
    return views


def _speaks(locale: str, wanted: set[str | None]) -> bool:
    return any(w is not None and (locale == w or locale.startswith(f"{w}-")) for w in wanted)


def _query(text: str) -> str:
    if not _is_text(text, empty=True):
        raise InvalidValue(f"query has at most {LONGEST} characters.", field="/query")
    return normalised(text)


def _is_text(text: str, *, empty: bool = False) -> bool:
    return (empty or bool(text.strip())) and len(text) <= LONGEST and "\0" not in text


def _is_address(address: str) -> bool:
    if len(address) > 2000 or re.search(r"[\x00-\x20\\]", address):
        return False
    if address.startswith("/"):
        return not address.startswith("//")
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)

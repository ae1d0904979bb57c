"""What staff and importers do with rules: write them, and let them run, pause and end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from catalog.promotion.actions import actions_from, needs_currency
from catalog.promotion.changes import catalog_rules_changed
from catalog.promotion.conditions import ALWAYS, condition_from, nodes_of
from catalog.promotion.errors import InvalidRule, RuleRunning, UnknownRule
from catalog.promotion.models import PromotionRule, RuleUsage
from catalog.promotion.numbers import as_data
from catalog.promotion.recounting import recount
from catalog.promotion.states import DRAFT, PAUSED
from chassis import clock
from chassis.ids import new_id
from chassis.unit_of_work import publish, unit_of_work
from contracts.catalog import PromotionChanged

MOST = 2_000_000_000


@dataclass(frozen=True, kw_only=True)
class SaveRule:
    """A rule as it shall be; with the id of one that is there, that one. See `models.PromotionRule`."""

    name: str
    actions: Sequence[Mapping[str, Any]]
    condition: Mapping[str, Any] = field(default_factory=lambda: as_data(ALWAYS))
    kind: str = PromotionRule.CART
    labels: Mapping[str, str] = field(default_factory=dict)
    priority: int = 0
    exclusive_group: str = ""
    stop: bool = False
    currency: str = ""
    channels: tuple[str, ...] = ()
    customer_groups: tuple[str, ...] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    needs_coupon: bool = False
    uses_limit: int | None = None
    uses_per_customer: int | None = None
    budget: Decimal | None = None
    id: UUID | None = None
    external_id: Mapping[str, str] = field(default_factory=dict)


def save_rule(command: SaveRule) -> UUID:
    """Write a rule that is a draft or paused, and return its id. Raises InvalidRule or RuleRunning."""
    values = checked(command)
    with unit_of_work("catalog"):
        rule = PromotionRule.objects.select_for_update().filter(id=command.id).first() if command.id else None
        if rule is None:
            rule = PromotionRule(id=command.id or new_id(), external_id=dict(command.external_id))
        elif rule.state not in (DRAFT, PAUSED):
            raise RuleRunning(state=rule.state)
        else:
            rule.version += 1
        for name, value in values.items():
            setattr(rule, name, value)
        _write(rule)
        RuleUsage.objects.get_or_create(rule=rule)
        recount(rule)
    return rule.id


def publish_rule(rule: UUID) -> PromotionRule:
    """Let a draft apply from now on, within its dates."""
    return _transition(rule, "publish")


def pause_rule(rule: UUID) -> PromotionRule:
    """Let it not apply for a while; it can be edited then."""
    return _transition(rule, "pause")


def resume_rule(rule: UUID) -> PromotionRule:
    """Let a paused rule apply again."""
    return _transition(rule, "resume")


def end_rule(rule: UUID) -> PromotionRule:
    """Let it never apply again."""
    return _transition(rule, "end")


def promotion_changed(rule: PromotionRule) -> PromotionChanged:
    """The event that tells a rule as it is now."""
    return PromotionChanged(
        rule=rule.id,
        kind=rule.kind,
        name=rule.name,
        state=rule.state,
        channels=tuple(rule.channels),
        starts_at=rule.starts_at,
        ends_at=rule.ends_at,
    )


def _transition(rule_id: UUID, name: str) -> PromotionRule:
    with unit_of_work("catalog"):
        rule = PromotionRule.objects.select_for_update().filter(id=rule_id).first()
        if rule is None:
            raise UnknownRule()
        rule.transition(name)
        rule.version += 1
        _write(rule)
        if rule.kind == PromotionRule.CATALOG:
            catalog_rules_changed()
    return rule


def _write(rule: PromotionRule) -> None:
    rule.changed_at = clock.now()
    rule.save()
    publish(promotion_changed(rule), aggregate_id=rule.id, aggregate_version=rule.version)


def checked(command: SaveRule) -> dict[str, Any]:
    """The columns of a rule that makes sense. Raises InvalidRule."""
    catalog = command.kind == PromotionRule.CATALOG
    if not catalog and command.kind != PromotionRule.CART:
        raise InvalidRule("A rule's kind is cart or catalog.", field="/kind")
    if not command.name.strip():
        raise InvalidRule("A rule needs a name.", field="/name")
    condition = condition_from(command.condition, of="line" if catalog else "cart")
    given = actions_from(command.actions, catalog=catalog)
    money = needs_currency(given) or any(_is_money(node) for node in nodes_of(condition))
    if money and not command.currency:
        raise InvalidRule("A rule with amounts of money needs their currency.", field="/currency")
    if command.currency and not (
        len(command.currency) == 3 and command.currency.isascii() and command.currency.isupper()
    ):
        raise InvalidRule("A currency is three capital letters.", field="/currency")
    _check_window(command)
    _check_limits(command, catalog=catalog)
    return {
        **{name: getattr(command, name) for name in _AS_THEY_ARE},
        "labels": dict(command.labels),
        "channels": list(command.channels),
        "customer_groups": list(command.customer_groups),
        "condition": as_data(condition),
        "actions": as_data(given),
    }


_AS_THEY_ARE = (
    *("kind", "name", "priority", "exclusive_group", "stop", "currency", "starts_at", "ends_at"),
    *("needs_coupon", "uses_limit", "uses_per_customer", "budget"),
)


def _is_money(node: Any) -> bool:
    return getattr(node, "fact", "") in ("subtotal", "total", "unit_price", "regular_unit_price")


def _check_window(command: SaveRule) -> None:
    for name in ("starts_at", "ends_at"):
        moment = getattr(command, name)
        if moment is not None and moment.tzinfo is None:
            raise InvalidRule("A window needs moments with a time zone.", field=f"/{name}")
    if command.starts_at and command.ends_at and command.starts_at >= command.ends_at:
        raise InvalidRule("A window ends after it starts.", field="/ends_at")


def _check_limits(command: SaveRule, *, catalog: bool) -> None:
    for name in ("uses_limit", "uses_per_customer", "budget"):
        limit = getattr(command, name)
        if limit is not None and not 0 < limit <= MOST:
            raise InvalidRule("A limit is above nothing.", field=f"/{name}")
        if limit is not None and catalog:
            raise InvalidRule("Prices are not redeemed: a catalog rule has no limit.", field=f"/{name}")
    if catalog and command.needs_coupon:
        raise InvalidRule("A catalog rule has no coupon.", field="/needs_coupon")
    if command.budget is not None and not command.currency:
        raise InvalidRule("A budget needs its currency.", field="/currency")
    if not -MOST <= command.priority <= MOST:
        raise InvalidRule("A priority is a number of nine digits at most.", field="/priority")

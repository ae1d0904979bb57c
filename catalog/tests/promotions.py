"""Carts and rules for tests of promotions, with defaults for all that a test does not care about."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from catalog.commands import SaveRule, publish_rule, save_rule
from catalog.promotion.actions import actions_from
from catalog.promotion.conditions import condition_from
from catalog.promotion.evaluation import CartRule
from catalog.promotion.facts import CartFacts, LineFacts
from chassis import clock, domains
from chassis.ids import new_id
from chassis.inbox import receive
from chassis.messages import Envelope, Lane, Message, encode, type_of
from contracts.commerce import RedeemedPromotion, RedemptionRequested

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
TEN_OFF = {"type": "percent", "percent": "10"}


def line(key: str, quantity: str = "1", price: str = "10", **more: Any) -> LineFacts:
    wanted: dict[str, Any] = {"sku": key.upper(), "regular_unit_price": Decimal(price)}
    return LineFacts(key=key, quantity=Decimal(quantity), unit_price=Decimal(price), **{**wanted, **more})


def cart(*lines: LineFacts, **more: Any) -> CartFacts:
    return CartFacts(**{"channel": "eu", "currency": "EUR", "at": NOON, "lines": lines, **more})


def rule(number: int, *actions: dict[str, Any], when: dict[str, Any] | None = None, **more: Any) -> CartRule:
    wanted: dict[str, Any] = {"name": f"rule {number}", "priority": number}
    return CartRule(
        id=UUID(int=number),
        actions=actions_from(list(actions or (TEN_OFF,))),
        condition=condition_from(when or {"type": "all"}, of="cart"),
        **{**wanted, **more},
    )


def saved(name: str, *actions: dict[str, Any], publish: bool = True, **more: Any) -> UUID:
    """A rule in the database, running unless told otherwise."""
    rule = save_rule(SaveRule(**{"name": name, "actions": list(actions or (TEN_OFF,)), **more}))
    if publish:
        publish_rule(rule)
    return rule


def request(
    *rules: UUID, code: str = "", amount: str = "5", shopper: str = "s", saga: UUID | None = None
) -> RedemptionRequested:
    promotions = tuple(RedeemedPromotion(rule=rule, amount=Decimal(amount), code=code) for rule in rules)
    return RedemptionRequested(
        saga=saga or new_id(), cart=new_id(), channel="eu", currency="EUR", shopper=shopper, promotions=promotions
    )


def deliver(*events: Any) -> None:
    """Put events through JSON and catalog's inbox, as one envelope; AssertionError for what could not be handled."""
    messages = [_message(event) for event in events]
    receive(Envelope(id=new_id(), producer="commerce", subscriber="catalog", lane=Lane.FAST, messages=messages))
    letters = domains.get("catalog").tables.letter._default_manager.using("catalog")
    assert not [letter.reason for letter in letters.filter(event__in=[message.id for message in messages])]


def _message(event: Any) -> Message:
    kind = type_of(type(event))
    return Message(
        id=new_id(),
        type=kind.name,
        version=kind.version,
        occurred_at=clock.now(),
        aggregate_type=kind.aggregate,
        aggregate_id=str(event.saga),
        aggregate_version=1,
        correlation="test",
        body=msgspec.Raw(encode(event)),
    )

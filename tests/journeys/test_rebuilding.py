"""Every copy that a domain keeps of another's data is rebuilt by `manage.py events republish`, whatever befell it."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Model

import catalog.messaging as catalog_groups
import catalog.product.models as catalog
import commerce.checkout.models as checkout
import commerce.messaging as commerce_groups
import identity.customer.models as identity
import logistics.fulfillment.models as fulfillment
import logistics.shipping.models as shipping
import logistics.warehouse.models as logistics
import operations.analytics.models as analytics
import operations.notification.models as notification
import postpurchase.messaging as postpurchase_groups
import postpurchase.returns.models as returns
from chassis import clock, domains
from chassis.ids import new_id
from chassis.testing import drain
from chassis.unit_of_work import publish, unit_of_work
from commerce.history.announcing import tell_carried
from commerce.history.models import HistoricalLine
from commerce.order.announcing import order_cancelled, order_placed
from commerce.order.commands import hold_order, release_order
from commerce.order.models import Order, OrderLine
from contracts.routes import ROUTES
from identity.customer.commands import join_channel_group
from tests import seed

pytestmark = pytest.mark.django_db(
    databases=["commerce", "catalog", "logistics", "postpurchase", "identity", "platform"]
)

Damage = tuple[type[Model], dict[str, Any]]
COPIES: dict[tuple[str, str], Damage] = {
    ("catalog.channel_changed", "commerce"): (checkout.ChannelCopy, {"currency": "XXX"}),
    ("catalog.channel_changed", "identity"): (identity.ChannelCopy, {"name": "x"}),
    ("catalog.channel_changed", "logistics"): (logistics.Channel, {"countries": []}),
    ("catalog.product_changed", "logistics"): (shipping.Article, {"weight": Decimal(99)}),
    ("catalog.channel_changed", "platform"): (analytics.Channel, {"time_zone": "Asia/Tokyo"}),
    ("catalog.view_changed", "commerce"): (checkout.ViewCopy, {"locale": "xx"}),
    ("catalog.view_changed", "identity"): (identity.ViewCopy, {"channel": "x"}),
    ("catalog.view_changed", "logistics"): (logistics.View, {"active": False}),
    ("catalog.view_changed", "postpurchase"): (returns.ViewCopy, {"channel": "x"}),
    ("commerce.order_placed", "platform"): (notification.OrderContact, {"locale": "xx", "names": {}}),
    ("commerce.order_placed", "postpurchase"): (returns.BoughtLine, {"quantity": Decimal(99)}),
    ("commerce.order_carried", "platform"): (notification.OrderContact, {"locale": "xx", "names": {}}),
    ("commerce.order_carried", "postpurchase"): (returns.BoughtLine, {"cancelled": Decimal(0)}),
    ("commerce.order_cancelled", "postpurchase"): (returns.BoughtOrder, {"cancelled": False}),
    ("commerce.order_held", "logistics"): (fulfillment.OrderHold, {"held": False}),
    ("commerce.order_released", "logistics"): (fulfillment.OrderHold, {"held": True}),
    ("identity.channel_group_changed", "catalog"): (catalog_groups.ChannelGroup, {"name": "x"}),
    ("identity.channel_group_changed", "commerce"): (commerce_groups.ChannelGroup, {"name": "x"}),
    ("identity.channel_group_changed", "postpurchase"): (postpurchase_groups.ChannelGroup, {"name": "x"}),
    ("logistics.availability_changed", "catalog"): (catalog.Availability, {"available": Decimal(99), "in_stock": True}),
}
"""The copy that each subscriber keeps of each event, and values that are wrong in it."""

REST = {
    "commerce.order_cancelled": ("commerce.order_placed", "commerce.order_carried"),
    "commerce.order_held": ("commerce.order_released",),
    "commerce.order_released": ("commerce.order_held",),
    "commerce.order_placed": ("commerce.order_carried",),
    "commerce.order_carried": ("commerce.order_placed",),
}
"""The other events that a copy is made of, where one alone does not tell all of it."""

OTHERWISE = {
    "magento": "extraction tells every row again: `strangle extract`",
    "identity.sessions_revoked": "access tokens live ten minutes: before a copy could be rebuilt, they have run out",
}
"""Copies that are made whole in another way."""


@pytest.fixture
def shop(db: None) -> None:
    """A channel with its view, goods with and without stock, orders held, released and cancelled; all copies made."""
    seed.main(["MUG=5", "TENT=0"])
    for state in ("placed", "held", "cancelled"):
        order = Order.objects.create(
            number=f"A-{state}", state="cancelled" if state == "cancelled" else "placed", cart=new_id(), saga=new_id(),
            channel="home", view="en", locale="en",
            email="ann@example.org", currency="EUR", base_currency="EUR", subtotal=20, shipping=5, tax=4, total=25,
            base_total=25, shipping_method="parcel", placed_at=clock.now(),
            delivery={"name": "Ann", "street": "1 Main St", "city": "Bonn", "postcode": "53111", "country": "DE"},
        )  # fmt: skip
        line = OrderLine.objects.create(
            order=order, sku="MUG", product=new_id(), name="Mug", quantity=1, unit_price=20, total=20, tax=3
        )
        with unit_of_work("commerce"):
            publish(order_placed(order, [line], ()), aggregate_id=order.id, aggregate_version=1, channel="home")
            if state == "cancelled":
                publish(order_cancelled(order, reason=""), aggregate_id=order.id, aggregate_version=2, channel="home")
            else:
                hold_order(order.id)
        if state == "placed":
            release_order(order.id)
    _history()
    drain()


def _history() -> None:
    """An order of an older shop, of which one of two mugs was sent."""
    order = Order.objects.create(
        number="000000001", historical=True, state="completed", cart=new_id(), saga=new_id(), channel="home", view="en",
        locale="en", email="old@example.org", currency="EUR", base_currency="EUR", subtotal=20, shipping=5, tax=4,
        total=25, base_total=25, captured=25, shipping_method="parcel", placed_at=clock.now(), external_id="x:order:1",
        delivery={"name": "Old", "street": "2 Main St", "city": "Bonn", "postcode": "53111", "country": "DE"},
    )  # fmt: skip
    line = OrderLine.objects.create(
        order=order, sku="MUG", product=new_id(), name="Mug", quantity=2, shipped=1, unit_price=10, total=20, tax=3
    )
    HistoricalLine.objects.create(line=line)
    with unit_of_work("commerce"):
        tell_carried(order, [line], {})


def held(model: type[Model]) -> list[dict[str, Any]]:
    """What a copy says, without how often it was told."""
    rows = [{k: v for k, v in row.items() if "version" not in k} for row in model._default_manager.values()]
    return sorted(rows, key=str)


def test_every_copy_is_known_to_this_test_and_has_a_source() -> None:
    kept = {
        (type_, label)
        for type_, labels in ROUTES.items()
        for label in labels
        if any(handler.kind == "projection" for handler in domains.get(label).handlers[type_])
        and not OTHERWISE.keys() & {type_, type_.partition(".")[0]}
    }
    assert kept == set(COPIES)


@pytest.mark.parametrize(("type_", "to"), sorted(COPIES))
@pytest.mark.parametrize("harm", ["spoilt", "lost"])
def test_a_damaged_copy_is_restored(shop: None, type_: str, to: str, harm: str) -> None:
    model, wrong = COPIES[type_, to]
    if type_ == "identity.channel_group_changed":  # identity's own word, beside its copy of the channel
        join_channel_group("home", "north")
        drain()
    before = held(model)
    assert before
    if harm == "lost":
        model._default_manager.all().delete()
    else:
        model._default_manager.update(**wrong)
    assert held(model) != before
    for other in REST.get(type_, ()):
        call_command("events", "republish", other, "--to", to)
    call_command("events", "republish", type_, "--to", to)
    drain()
    assert held(model) == before


def test_republishing_causes_no_reaction(shop: None) -> None:
    written = notification.Message.objects.count()
    points = domains.get("postpurchase").tables.outbox._default_manager.using("postpurchase").count()
    call_command("events", "republish", "commerce.order_placed", "--to", "platform")
    call_command("events", "republish", "commerce.order_placed", "--to", "postpurchase")
    drain()
    assert notification.Message.objects.count() == written
    assert domains.get("postpurchase").tables.outbox._default_manager.using("postpurchase").count() == points

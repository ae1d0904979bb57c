"""The tax and totals of every order of the real shop, worked out again from its own lines."""

from dataclasses import replace
from decimal import Decimal

import pytest

from catalog.pricing.taxation import Rounding
from tests.magento.orders import Orders
from tests.magento.server import MagentoServer

pytestmark = pytest.mark.magento

CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def orders(magento: MagentoServer) -> Orders:
    return Orders.read(magento.url)


def test_every_order_agrees_to_the_cent_by_the_rounding_that_the_shop_has_chosen(orders: Orders) -> None:
    assert (len(orders.orders), orders.rounding) == (168, Rounding.TOTAL)
    assert {order["order_currency_code"] for order in orders.orders} == {"USD", "EUR"}
    assert orders.differences(orders.rounding) == []


@pytest.mark.parametrize("rounding", [Rounding.UNIT, Rounding.LINE])
def test_another_rounding_differs_by_cents_only_and_only_in_what_tax_is_part_of(
    orders: Orders, rounding: Rounding
) -> None:
    found = orders.differences(rounding)
    assert found
    lines = {str(order["increment_id"]): orders.lines[int(order["entity_id"])] for order in orders.orders}
    for one in found:
        pieces = sum(Decimal(str(line["qty_ordered"])) for line in lines[one.order])
        # Each piece, each line and the total are rounded by half a cent at most, before and after a discount.
        assert abs(one.ours - one.theirs) <= CENT * pieces, one
        assert "tax" in one.figure or "total" in one.figure, one


def test_an_order_that_disagrees_is_reported(orders: Orders) -> None:
    first = orders.orders[0]
    wrong = replace(orders, orders=[{**first, "grand_total": Decimal(str(first["grand_total"])) + CENT}])
    assert [(one.order, one.figure) for one in wrong.differences(orders.rounding)] == [
        (str(first["increment_id"]), "grand_total")
    ]

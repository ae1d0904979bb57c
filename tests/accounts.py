"""The books of the shop and of the provider held against each other: what must be true whatever happened."""

from decimal import Decimal

from tests.stack import Stack


def unsettled(stack: Stack) -> list[str]:
    """What is still under way: open sagas, and money jobs that are due."""
    sagas = stack.query(
        "commerce", "SELECT key, state FROM commerce_sagainstance WHERE state NOT IN ('completed', 'compensated')"
    )
    jobs = stack.query(
        "commerce",
        "SELECT kind, key FROM commerce_job WHERE state = 'due' AND kind IN"
        " ('commerce.authorise', 'commerce.void', 'commerce.capture')",
    )
    return [f"saga {key} {state}" for key, state in sagas] + [f"job {kind} {key}" for kind, key in jobs]


def contradictions(stack: Stack) -> list[str]:
    """Every way in which orders, money and stock do not fit, a sentence each; empty when all is well."""
    wrong = []
    orders = {
        str(saga): (number, total)
        for saga, number, total in stack.query("commerce", "SELECT saga, number, total FROM commerce_order")
    }
    held = {}
    for payment in stack.books():
        if payment["status"] in ("authorised", "captured", "partially_captured"):
            held[payment["reference"]] = Decimal(payment["amount"])
    wrong += [f"money of {reference} is held without an order" for reference in held.keys() - orders.keys()]
    for saga, (number, total) in orders.items():
        if saga not in held:
            wrong.append(f"order {number} has no money")
        elif held[saga] != total:
            wrong.append(f"order {number} of {total} holds {held[saga]}")
    carts = stack.query("commerce", "SELECT cart, count(*) FROM commerce_order GROUP BY cart HAVING count(*) > 1")
    wrong += [f"cart {cart} gave {count} orders" for cart, count in carts]
    frozen = stack.query("commerce", "SELECT id FROM commerce_cart WHERE state = 'placing'")
    wrong += [f"cart {cart} is frozen without a saga" for (cart,) in frozen]
    sold = dict(stack.query("commerce", "SELECT sku, sum(quantity) FROM commerce_orderline GROUP BY sku"))
    reserved = dict(
        stack.query(
            "logistics", "SELECT sku, sum(reserved) FROM logistics_stockitem GROUP BY sku HAVING sum(reserved) <> 0"
        )
    )
    for sku in sold.keys() | reserved.keys():
        if sold.get(sku, 0) != reserved.get(sku, 0):
            wrong.append(f"{sku}: {sold.get(sku, 0)} sold, {reserved.get(sku, 0)} reserved")
    over = stack.query("logistics", "SELECT sku, on_hand, reserved FROM logistics_stockitem WHERE reserved > on_hand")
    wrong += [f"{sku}: {reserved} reserved of {on_hand}" for sku, on_hand, reserved in over]
    return wrong

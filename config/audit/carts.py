"""Carts, their checkouts and the orders that came of them."""

from collections.abc import Iterator

from config.audit.books import Books
from config.audit.findings import Finding


def orders_and_sagas(books: Books) -> Iterator[Finding]:
    """A cart is ordered, frozen or open as its checkout ended."""
    for (cart,) in books.query(
        "commerce",
        """SELECT c.id FROM commerce_cart c LEFT JOIN commerce_sagainstance s ON s.id = c.saga
           WHERE c.state = 'placing' AND coalesce(s.state, 'completed') IN ('completed', 'compensated')""",
    ):
        yield Finding(str(cart), f"cart {cart} is frozen and its saga has ended")
    for (cart,) in books.query(
        "commerce",
        """SELECT id FROM commerce_cart c
           WHERE (state = 'ordered') <> EXISTS (SELECT 1 FROM commerce_order o WHERE o.cart = c.id)""",
    ):
        yield Finding(str(cart), f"cart {cart} is ordered without an order, or the reverse")
    for number, cart in books.query(
        "commerce",
        """SELECT number, cart FROM commerce_order o
           WHERE NOT historical AND NOT EXISTS (SELECT 1 FROM commerce_cart c WHERE c.id = o.cart)""",
    ):
        yield Finding(str(cart), f"order {number} has lost its cart, by whose secret a guest looks at it")

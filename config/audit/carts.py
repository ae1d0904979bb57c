"""Carts, their checkouts and the orders that came of them."""

from collections.abc import Iterator

from config.audit.books import Books


def orders_and_sagas(books: Books) -> Iterator[str]:
    """A cart gives one order at most, and is ordered, frozen or open as its checkout ended."""
    for cart, count in books.query(
        "commerce", "SELECT cart, count(*) FROM commerce_order GROUP BY cart HAVING count(*) > 1"
    ):
        yield f"cart {cart} gave {count} orders"
    for (cart,) in books.query(
        "commerce",
        """SELECT c.id FROM commerce_cart c JOIN commerce_sagainstance s ON s.id = c.saga
           WHERE c.state = 'placing' AND s.state IN ('completed', 'compensated')""",
    ):
        yield f"cart {cart} is frozen and its saga has ended"
    for (cart,) in books.query(
        "commerce",
        """SELECT id FROM commerce_cart c
           WHERE (state = 'ordered') <> EXISTS (SELECT 1 FROM commerce_order o WHERE o.cart = c.id)""",
    ):
        yield f"cart {cart} is ordered without an order, or the reverse"

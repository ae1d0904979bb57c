"""The order's state machines as data. The transition methods in models.py are the only writers of a state."""

from commerce.order.errors import IllegalTransition

ORDER = {
    "placed": {"hold": "held", "request_cancel": "cancelling", "complete": "completed"},
    "held": {"release": "placed", "request_cancel": "cancelling"},
    # Logistics decides whether the goods are still there; an order that was on hold stays so when they are not.
    "cancelling": {"cancel": "cancelled", "keep": "placed", "keep_held": "held"},
    "completed": {},
    "cancelled": {},
}
PAYMENT = {
    # Awaited from outside: nobody holds it yet.
    "pending": {"capture": "paid", "void": "voided"},
    "authorised": {"capture": "paid", "void": "voided"},
    "paid": {"refund_part": "partially_refunded", "refund": "refunded"},
    "partially_refunded": {"refund_part": "partially_refunded", "refund": "refunded"},
    # Money that came late to a cancelled order, and goes back.
    "refunded": {"capture": "partially_refunded"},
    "voided": {"capture": "paid"},
}
UNPAID = ("pending", "authorised")
PAID = ("paid", "partially_refunded")
FULFILMENT = {
    "unfulfilled": {"ship_part": "partially_fulfilled", "ship": "fulfilled", "cancel": "cancelled"},
    "partially_fulfilled": {"ship_part": "partially_fulfilled", "ship": "fulfilled"},
    "fulfilled": {},
    "not_needed": {"cancel": "cancelled"},
    "cancelled": {},
}


def move(machine: dict[str, dict[str, str]], state: str, transition: str) -> str:
    """The state after a transition; IllegalTransition when the machine has none of that name there."""
    try:
        return machine[state][transition]
    except KeyError:
        raise IllegalTransition(f"{transition} is not possible while {state}", state=state) from None

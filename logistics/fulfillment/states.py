"""The life of a fulfilment order, as data.

    awaiting_stock -> open -> picking -> picked -> partly_sent -> sent

It waits for stock until its reservation is confirmed; an order without goods to send is `not_needed`.
It can be cancelled until the first parcel left, and after that what is left of it (`rest_cancelled`).
"""

from enum import StrEnum

from logistics.fulfillment.errors import IllegalTransition


class State(StrEnum):
    AWAITING_STOCK = "awaiting_stock"
    OPEN = "open"
    PICKING = "picking"
    PICKED = "picked"
    PARTLY_SENT = "partly_sent"
    SENT = "sent"
    NOT_NEEDED = "not_needed"
    CANCELLED = "cancelled"
    REST_CANCELLED = "rest_cancelled"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.AWAITING_STOCK: frozenset({State.OPEN, State.NOT_NEEDED, State.CANCELLED}),
    State.OPEN: frozenset({State.PICKING, State.PICKED, State.CANCELLED}),
    # From picking to sent: what was not picked yet may be cancelled.
    State.PICKING: frozenset({State.PICKED, State.PARTLY_SENT, State.SENT, State.CANCELLED}),
    # Back, where goods are added to the order.
    State.PICKED: frozenset({State.PICKING, State.PARTLY_SENT, State.SENT, State.CANCELLED}),
    State.PARTLY_SENT: frozenset({State.SENT, State.REST_CANCELLED}),
    State.SENT: frozenset({State.PARTLY_SENT}),
    State.NOT_NEEDED: frozenset({State.CANCELLED}),
    State.CANCELLED: frozenset(),
    State.REST_CANCELLED: frozenset(),
}

OPEN_AGAIN = {State.PICKED: State.PICKING, State.SENT: State.PARTLY_SENT}
"""What becomes of a list that was done when goods are added to it."""

PICKABLE = frozenset({State.OPEN, State.PICKING, State.PARTLY_SENT})
SENDABLE = frozenset({State.PICKING, State.PICKED, State.PARTLY_SENT})


def check(current: str, target: State) -> None:
    """Raise IllegalTransition unless a fulfilment order may go from `current` to `target`."""
    if target not in TRANSITIONS[State(current)]:
        raise IllegalTransition(f"A fulfilment that is {current} cannot become {target}.")


def demand(current: str, allowed: frozenset[State]) -> None:
    """Raise IllegalTransition unless the present state is one of `allowed`."""
    if current not in allowed:
        raise IllegalTransition(f"This is {current}; it must be {' or '.join(sorted(allowed))}.")

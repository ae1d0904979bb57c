"""The life of a reservation, as data.

    requested -> reserved -> confirmed -> consumed
                    |   \\-> expired -> reserved or confirmed (claimed again)
                    \\-> released

An order has one reservation: that of goods that are added to it hands over what it holds and is `consumed`; the order's
own is `confirmed` again if it was consumed.

A release that arrives before its request makes a row that is `released` from the start: the tombstone
that turns the late request into a no-op.
"""

from enum import StrEnum

from logistics.reservation.errors import IllegalTransition


class State(StrEnum):
    REQUESTED = "requested"
    RESERVED = "reserved"
    FAILED = "failed"
    EXPIRED = "expired"
    RELEASED = "released"
    CONFIRMED = "confirmed"
    CONSUMED = "consumed"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.REQUESTED: frozenset({State.RESERVED, State.FAILED}),
    State.RESERVED: frozenset({State.CONFIRMED, State.EXPIRED, State.RELEASED}),
    State.FAILED: frozenset({State.RELEASED}),
    State.EXPIRED: frozenset({State.RESERVED, State.CONFIRMED, State.RELEASED}),
    State.CONFIRMED: frozenset({State.CONSUMED, State.RELEASED}),
    State.RELEASED: frozenset(),
    # Goods were added to an order of which all had left.
    State.CONSUMED: frozenset({State.CONFIRMED}),
}


def check(current: str, target: State) -> None:
    """Raise IllegalTransition unless a reservation may go from `current` to `target`."""
    if target not in TRANSITIONS[State(current)]:
        raise IllegalTransition(f"A reservation that is {current} cannot become {target}.")

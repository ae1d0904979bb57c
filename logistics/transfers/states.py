"""The life of a transfer, as data.

    draft -> sent -> receiving -> received
      \\-> cancelled

It is changed only as a draft, and ends when all has come or the rest is given up.
"""

from enum import StrEnum

from logistics.transfers.errors import IllegalTransition


class State(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    RECEIVING = "receiving"
    RECEIVED = "received"
    CANCELLED = "cancelled"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.SENT, State.CANCELLED}),
    State.SENT: frozenset({State.RECEIVING, State.RECEIVED}),
    State.RECEIVING: frozenset({State.RECEIVING, State.RECEIVED}),
    State.RECEIVED: frozenset(),
    State.CANCELLED: frozenset(),
}

UNDER_WAY = frozenset({State.SENT, State.RECEIVING})


def check(current: str, target: State) -> None:
    """Raise IllegalTransition unless a transfer may go from `current` to `target`."""
    if target not in TRANSITIONS[State(current)]:
        raise IllegalTransition(f"A transfer that is {current} cannot become {target}.")

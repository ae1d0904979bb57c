"""The life of a stock take, as data: it is counted, then booked as a whole, or given up.

counting -> booked
    \\-> cancelled
"""

from enum import StrEnum

from logistics.counting.errors import IllegalTransition


class State(StrEnum):
    COUNTING = "counting"
    BOOKED = "booked"
    CANCELLED = "cancelled"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.COUNTING: frozenset({State.BOOKED, State.CANCELLED}),
    State.BOOKED: frozenset(),
    State.CANCELLED: frozenset(),
}


def check(current: str, target: State) -> None:
    """Raise IllegalTransition unless a stock take may go from `current` to `target`."""
    if target not in TRANSITIONS[State(current)]:
        raise IllegalTransition(f"A stock take that is {current} cannot become {target}.")

"""The states of a review, as data."""

import enum

from catalog.catalog.errors import IllegalReview


class State(enum.StrEnum):
    """Whether a review is shown."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


TRANSITIONS: dict[State, dict[str, State]] = {
    State.PENDING: {"approve": State.APPROVED, "reject": State.REJECTED, "rewrite": State.PENDING},
    State.APPROVED: {"reject": State.REJECTED, "rewrite": State.PENDING},
    State.REJECTED: {"approve": State.APPROVED, "rewrite": State.PENDING},
}


def moved(state: State, name: str) -> State:
    """The state after a move. Raises IllegalReview."""
    try:
        return TRANSITIONS[state][name]
    except KeyError:
        raise IllegalReview(f"What is {state} cannot be moved by {name}.", state=state) from None

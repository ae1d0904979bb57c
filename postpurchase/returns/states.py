"""The life of a return request, as data.

requested -> approved -> received -> refunded
        \\-> declined          \\-> refund_failed -> received (asked again)
"""

from enum import StrEnum

from postpurchase.returns.errors import IllegalTransition


class State(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    DECLINED = "declined"
    RECEIVED = "received"
    REFUND_FAILED = "refund_failed"
    REFUNDED = "refunded"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.REQUESTED: frozenset({State.APPROVED, State.DECLINED}),
    State.APPROVED: frozenset({State.RECEIVED, State.DECLINED}),
    State.RECEIVED: frozenset({State.REFUNDED, State.REFUND_FAILED}),
    # A refund believed to have failed may turn out to have been made.
    State.REFUND_FAILED: frozenset({State.RECEIVED, State.REFUNDED}),
    State.REFUNDED: frozenset(),
    State.DECLINED: frozenset(),
}


def check(current: str, target: State) -> None:
    """Raise IllegalTransition unless a return may go from `current` to `target`."""
    if target not in TRANSITIONS[State(current)]:
        raise IllegalTransition(f"A return that is {current} cannot become {target}.")

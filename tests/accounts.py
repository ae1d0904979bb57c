"""When a shop is at rest, and what its books then say against each other (`config/audit`)."""

from config.audit import contradictions, effects
from tests.processes import eventually
from tests.stack import Stack


def settle(stack: Stack, *, within: float = 240, hurry: bool = False) -> list[str]:
    """Wait until nothing is under way and the books fit; what they still say against each other.

    A job whose worker was killed waits for its lease to end, a minute, and may be killed again; money that came late
    is looked for half a minute after: `within` is for both. In a `hurry` leases of the dead end sooner.
    """

    def at_rest() -> bool:
        stack.processes.restart_dead()
        if hurry:
            stack.hasten_leases()
        return not unsettled(stack) and not contradictions(stack)

    try:
        eventually(at_rest, "the shop at rest", within=within)
    except AssertionError:
        return unsettled(stack) + contradictions(stack)
    return []


def unsettled(stack: Stack) -> list[str]:
    """What is still under way: open sagas, money jobs that are due, orders that wait for their money."""
    sagas = stack.query(
        "commerce", "SELECT key, state FROM commerce_sagainstance WHERE state NOT IN ('completed', 'compensated')"
    )
    jobs = stack.query(
        "commerce",
        "SELECT kind, key FROM commerce_job WHERE state = 'due' AND kind IN"
        " ('commerce.authorise', 'commerce.void', 'commerce.capture')",
    )
    unpaid = stack.query("commerce", "SELECT number, payment_state FROM commerce_order WHERE payment_state <> 'paid'")
    return (
        [f"saga of cart {key} is {state}" for key, state in sagas]
        + [f"job {kind} {key} is due" for kind, key in jobs]
        + [f"order {number} is {state}" for number, state in unpaid]
    )


def missing_effects(stack: Stack) -> list[str]:
    """Every effect that an order did not have exactly once."""
    return [finding.sentence for finding in effects.missing(stack)]

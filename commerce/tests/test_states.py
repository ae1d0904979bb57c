"""State machines: every pair of state and transition, not only the ones that are allowed."""

import pytest

from commerce.addition.states import ADDITION
from commerce.cancellation.states import CANCELLATION
from commerce.delivery.states import DELIVERY_CHANGE
from commerce.order.errors import IllegalTransition
from commerce.order.states import FULFILMENT, ORDER, PAYMENT, move
from commerce.payment.states import PAYMENT as PROVIDER_PAYMENT

MACHINES = {
    "order": ORDER,
    "payment": PAYMENT,
    "fulfilment": FULFILMENT,
    "provider": PROVIDER_PAYMENT,
    "cancellation": CANCELLATION,
    "delivery change": DELIVERY_CHANGE,
    "addition": ADDITION,
}
PAIRS = [
    (name, state, transition)
    for name, machine in MACHINES.items()
    for state in machine
    for transition in sorted({t for moves in machine.values() for t in moves})
]


@pytest.mark.parametrize(("name", "state", "transition"), PAIRS)
def test_a_transition_leads_where_the_table_says_or_raises(name: str, state: str, transition: str) -> None:
    machine = MACHINES[name]
    if transition in machine[state]:
        assert move(machine, state, transition) in machine
    else:
        with pytest.raises(IllegalTransition):
            move(machine, state, transition)

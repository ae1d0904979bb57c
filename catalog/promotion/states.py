"""The lives of a rule and of a redemption, as data. The transition methods in models.py are the only writers.

    rule        draft -> active <-> paused, and ended from both
    redemption  requested -> reserved -> confirmed, released from each; or refused

A release that comes before its request makes a redemption that is `released` from the start: the tombstone that turns
the late request into a no-op.
"""

from collections.abc import Mapping

from catalog.promotion.errors import IllegalTransition

Machine = Mapping[str, Mapping[str, str]]

DRAFT, ACTIVE, PAUSED, ENDED = "draft", "active", "paused", "ended"
RULE: Machine = {
    DRAFT: {"publish": ACTIVE},
    ACTIVE: {"pause": PAUSED, "end": ENDED},
    PAUSED: {"resume": ACTIVE, "end": ENDED},
    ENDED: {},
}

REQUESTED, RESERVED, REFUSED, CONFIRMED, RELEASED = "requested", "reserved", "refused", "confirmed", "released"
REDEMPTION: Machine = {
    REQUESTED: {"reserve": RESERVED, "refuse": REFUSED},
    RESERVED: {"confirm": CONFIRMED, "release": RELEASED},
    CONFIRMED: {"release": RELEASED},
    REFUSED: {"release": RELEASED},
    RELEASED: {},
}


def move(machine: Machine, state: str, transition: str) -> str:
    """The state after a transition; IllegalTransition when the machine has none of that name there."""
    try:
        return machine[state][transition]
    except KeyError:
        raise IllegalTransition(f"{transition} is not possible while {state}.", state=state) from None

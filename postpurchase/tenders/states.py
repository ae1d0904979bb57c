"""The life of a reservation of tenders, as data. The transition method in models.py is the only writer.

    requested -> reserved -> confirmed
                    |   \\-> expired -> confirmed (claimed again)
                    \\-> released, as from expired and refused

A release that comes before its request makes a reservation that is `released` from the start: the tombstone that turns
the late request into a no-op.
"""

from collections.abc import Mapping

from postpurchase.tenders.errors import IllegalTransition

REQUESTED, RESERVED, REFUSED, EXPIRED = "requested", "reserved", "refused", "expired"
CONFIRMED, RELEASED = "confirmed", "released"
RESERVATION: Mapping[str, Mapping[str, str]] = {
    REQUESTED: {"reserve": RESERVED, "refuse": REFUSED},
    RESERVED: {"confirm": CONFIRMED, "expire": EXPIRED, "release": RELEASED},
    REFUSED: {"release": RELEASED},
    EXPIRED: {"confirm": CONFIRMED, "release": RELEASED},
    CONFIRMED: {},
    RELEASED: {},
}


def move(state: str, transition: str) -> str:
    """The state after a transition; IllegalTransition when there is none of that name."""
    try:
        return RESERVATION[state][transition]
    except KeyError:
        raise IllegalTransition(f"{transition} is not possible while {state}.", state=state) from None

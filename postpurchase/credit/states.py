"""The life of a gift card, as data. What pays must be active and before its day of expiry.

    active <-> blocked, expired from both, active again when it is extended
    withdrawn from each, for good: what was paid for it went back as far as it was not spent

Value that goes back to a card does so in every state: whether it can be spent then is for staff to decide.
"""

from collections.abc import Mapping

from postpurchase.credit.errors import IllegalTransition

ACTIVE, BLOCKED, EXPIRED, WITHDRAWN = "active", "blocked", "expired", "withdrawn"
GIFT_CARD: Mapping[str, Mapping[str, str]] = {
    ACTIVE: {"block": BLOCKED, "expire": EXPIRED, "extend": ACTIVE, "withdraw": WITHDRAWN},
    BLOCKED: {"unblock": ACTIVE, "expire": EXPIRED, "withdraw": WITHDRAWN},
    EXPIRED: {"extend": ACTIVE, "withdraw": WITHDRAWN},
    WITHDRAWN: {"withdraw": WITHDRAWN},
}


def move(state: str, transition: str) -> str:
    """The state after a transition; IllegalTransition when there is none of that name."""
    try:
        return GIFT_CARD[state][transition]
    except KeyError:
        raise IllegalTransition(f"{transition} is not possible while {state}.", state=state) from None

"""The life of a parcel, as data.

    packed -> labelling -> labelled -> sent -> delivered
       ^          |                      \\-> returned
       \\----------/ (the carrier refused)

With a carrier that makes no labels a packed parcel is sent as it is. Until it is handed over it can be cancelled.
"""

from enum import StrEnum

from logistics.fulfillment.parcels.errors import IllegalTransition


class Parcel(StrEnum):
    PACKED = "packed"
    LABELLING = "labelling"
    LABELLED = "labelled"
    SENT = "sent"
    DELIVERED = "delivered"
    RETURNED = "returned"
    CANCELLED = "cancelled"


TRANSITIONS: dict[Parcel, frozenset[Parcel]] = {
    Parcel.PACKED: frozenset({Parcel.LABELLING, Parcel.SENT, Parcel.CANCELLED}),
    Parcel.LABELLING: frozenset({Parcel.LABELLED, Parcel.PACKED, Parcel.CANCELLED}),
    Parcel.LABELLED: frozenset({Parcel.SENT, Parcel.CANCELLED}),
    Parcel.SENT: frozenset({Parcel.DELIVERED, Parcel.RETURNED}),
    Parcel.DELIVERED: frozenset(),
    Parcel.RETURNED: frozenset(),
    Parcel.CANCELLED: frozenset(),
}

HERE = frozenset({Parcel.PACKED, Parcel.LABELLING, Parcel.LABELLED})
"""Not handed over yet."""
READY = frozenset({Parcel.PACKED, Parcel.LABELLED})


def demand(current: str, allowed: frozenset[Parcel]) -> None:
    """Raise IllegalTransition unless the present state is one of `allowed`."""
    if current not in allowed:
        raise IllegalTransition(f"This parcel is {current}; it must be {' or '.join(sorted(allowed))}.")


def check(current: str, target: Parcel) -> None:
    """Raise IllegalTransition unless a parcel may go from `current` to `target`."""
    if target not in TRANSITIONS[Parcel(current)]:
        raise IllegalTransition(f"A parcel that is {current} cannot become {target}.")

"""What every carrier can be asked, in this domain's words. Only jobs ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol


class Unanswered(Exception):
    """No answer, or one that says nothing about what was booked: the job asks again with the same key."""


class Refused(Exception):
    """The carrier says no for good; its sentence is for staff."""


@dataclass(frozen=True, kw_only=True)
class Consignment:
    """A parcel as a carrier needs it. `reference` is the same for the same parcel, whatever is lost between."""

    reference: str
    sender: Mapping[str, Any]
    to: Mapping[str, Any]
    weight: Decimal


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What a service of a carrier would cost."""

    service: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class Label:
    """A booked parcel: its number, where it can be followed, and what is stuck onto it."""

    number: str
    tracking_url: str
    pdf: bytes


@dataclass(frozen=True, kw_only=True)
class Tracked:
    """Something that happened to a parcel; `id` is the carrier's, the same however often it is told."""

    id: str
    status: str
    at: datetime
    place: str = ""


STATUSES = ("accepted", "in_transit", "out_for_delivery", "delivered", "failed", "returned")


class Carrier(Protocol):
    """`labels` and `tracks` say what a carrier can do at all; what it cannot is not asked of it."""

    title: str
    labels: bool
    tracks: bool

    def rates(self, consignment: Consignment) -> Sequence[Offer]: ...

    def label(self, consignment: Consignment, *, key: str) -> Label: ...

    def cancel(self, number: str, *, key: str) -> None: ...

    def track(self, number: str) -> Sequence[Tracked]: ...

    def verify(self, headers: Mapping[str, str], body: bytes) -> tuple[str, Tracked]: ...

    def address(self, number: str) -> str: ...

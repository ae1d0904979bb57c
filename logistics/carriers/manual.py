"""A carrier of which staff know the number only: no call goes out."""

from collections.abc import Mapping, Sequence

from logistics.carriers.errors import BadSignature
from logistics.carriers.interface import Consignment, Label, Offer, Refused, Tracked


class Manual:
    """Tracking numbers typed in when a parcel leaves."""

    title = "Tracking number by hand"
    labels = tracks = False

    def rates(self, consignment: Consignment) -> Sequence[Offer]:
        """None: nobody is asked."""
        return ()

    def label(self, consignment: Consignment, *, key: str) -> Label:
        """Refused: there is nobody who would print one."""
        raise Refused("No labels are made here.")

    def cancel(self, number: str, *, key: str) -> None:
        """Nothing was booked."""

    def track(self, number: str) -> Sequence[Tracked]:
        """Nothing is known."""
        return ()

    def verify(self, headers: Mapping[str, str], body: bytes) -> tuple[str, Tracked]:
        """Nobody sends webhooks in its name."""
        raise BadSignature()

    def address(self, number: str) -> str:
        """No page to follow it."""
        return ""

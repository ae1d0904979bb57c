"""What every payment provider can be asked, in this domain's words. Only jobs ask; webhooks are read as they come.

An answer is the provider's present picture of a payment (`ProviderPayment`), or one of two exceptions. They are what
keeps money safe: a provider that is in doubt whether something was booked must raise ProviderUnanswered.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Protocol


class ProviderUnanswered(Exception):
    """No answer, or one that says nothing about what was booked: the outcome is in doubt."""


class ProviderRefused(Exception):
    """The provider says no: nothing was booked by this call. `code` is its own word for why."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class OurPayment:
    """A payment of ours as a provider needs it. `provider_id` is empty until the provider has said its own."""

    reference: str
    amount: Decimal
    currency: str
    asked_at: datetime
    provider_id: str = ""
    source: str = field(default="", repr=False)
    """The shopper's card token; only an authorisation has it."""


@dataclass(frozen=True, kw_only=True)
class ProviderPayment:
    """A payment as the provider's books have it. Amounts are in the payment's currency.

    `status`: requires_action, authorised, partially_captured, captured, declined, voided or refunded.
    """

    id: str
    reference: str
    status: str
    currency: str
    amount: Decimal
    captured: Decimal
    decline_code: str = ""
    action_url: str = ""
    pending: Decimal = Decimal(0)
    """What the provider is moving right now: neither taken nor free to be given back."""

    @property
    def holding(self) -> bool:
        """Whether it may still take money, or holds some that is not taken."""
        return self.status in ("requires_action", "authorised", "partially_captured")


@dataclass(frozen=True, kw_only=True)
class Booked(ProviderPayment):
    """A payment on a provider's statement."""

    refunded: Decimal
    lost: Decimal = Decimal(0)
    """What the shopper's bank has taken back."""

    @property
    def kept(self) -> Decimal:
        """What the provider holds of it, taken or not."""
        return self.amount - self.refunded if self.holding else self.captured - self.refunded - self.lost


@dataclass(frozen=True, kw_only=True)
class FailedRefund:
    """A refund that was made and has come back: the money is with the provider again. Ids are the provider's."""

    id: str
    payment: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Disputed:
    """A payment that the shopper's bank asks back. `status`: open, won or lost. Ids are the provider's."""

    id: str
    payment: str
    amount: Decimal
    currency: str
    status: str
    reason: str
    answer_by: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A webhook that was signed correctly. All but its id is None where it is about nothing of ours."""

    id: str
    payment: ProviderPayment | None = None
    refund: FailedRefund | None = None
    dispute: Disputed | None = None


class Provider(Protocol):
    """All methods but the last call out: with no transaction open, after `calling_out`, and with a time limit.

    Each raises ProviderUnanswered in doubt and ProviderRefused when nothing was booked. `key` is the same for the same
    intention: the provider does it once, whatever is lost between. Nothing that a provider raises or logs holds its
    secrets or the shopper's card token.
    """

    @property
    def ready(self) -> bool:
        """Whether the environment has what it needs, so that a channel may choose it."""

    @property
    def public_key(self) -> str:
        """What a storefront needs to let the provider ask for the card itself; empty where it needs nothing."""

    def find(self, ours: OurPayment) -> ProviderPayment | None:
        """What was booked under a reference, or None when nothing was. Must see what was booked a moment ago."""

    def authorise(self, ours: OurPayment, *, key: str) -> ProviderPayment:
        """Hold the amount without taking it. A repeated reference answers with the first payment.

        A decline is an answer, not a refusal; so is a payment that first requires the shopper's action.
        """

    def capture(self, ours: OurPayment, *, amount: Decimal, key: str) -> ProviderPayment:
        """Take held money, or a part of it. If less is captured in the answer, a webhook says so later."""

    def void(self, ours: OurPayment, *, key: str) -> ProviderPayment:
        """Let go of what is held and not taken."""

    def refund(self, ours: OurPayment, *, amount: Decimal, reference: str, key: str) -> str:
        """Give taken money back, once per `reference`; returns the provider's id of the refund."""

    def statement(self, since: datetime) -> Iterable[Booked]:
        """Every payment of this shop that was made since then, as it stands now: for audits."""

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """A webhook, its header names in lower case. Raises BadSignature, and Invalid for what is not understood."""

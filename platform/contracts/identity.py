"""Events and query protocols of identity: customers, staff, sessions."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.messages import Personal, event


@event("identity.customer_registered", aggregate="customer")
@dataclass(frozen=True, kw_only=True)
class CustomerRegistered:
    """A customer account exists; `channel_group` is where its e-mail is unique."""

    customer: UUID
    channel_group: str
    email: Personal
    name: Personal
    locale: str
    group: str = "general"


@event("identity.customer_changed", aggregate="customer")
@dataclass(frozen=True, kw_only=True)
class CustomerChanged:
    """A customer's profile as it is now."""

    customer: UUID
    channel_group: str
    name: Personal
    locale: str
    group: str


@event("identity.customer_blocked", aggregate="customer")
@dataclass(frozen=True, kw_only=True)
class CustomerBlocked:
    """A customer may not sign in any more; sessions_revoked ends what is open."""

    customer: UUID
    channel_group: str


@event("identity.customer_unblocked", aggregate="customer")
@dataclass(frozen=True, kw_only=True)
class CustomerUnblocked:
    """A blocked customer may sign in again."""

    customer: UUID
    channel_group: str


@event("identity.address_added", aggregate="address")
@dataclass(frozen=True, kw_only=True)
class AddressAdded:
    """A customer's address book has one more; what it says stays in identity."""

    customer: UUID
    address: UUID


@event("identity.address_changed", aggregate="address")
@dataclass(frozen=True, kw_only=True)
class AddressChanged:
    """An address of a customer's book says something else."""

    customer: UUID
    address: UUID


@event("identity.address_removed", aggregate="address")
@dataclass(frozen=True, kw_only=True)
class AddressRemoved:
    """An address is no longer in a customer's book."""

    customer: UUID
    address: UUID


@event("identity.channel_group_changed", aggregate="channel_group")
@dataclass(frozen=True, kw_only=True)
class ChannelGroupChanged:
    """A channel lets in the customers of `group`. Of a channel that nothing was said about: its own code's."""

    channel: str
    group: str


@event("identity.sessions_revoked", aggregate="principal")
@dataclass(frozen=True, kw_only=True)
class SessionsRevoked:
    """Tokens of this principal issued before `before` are void everywhere."""

    principal: UUID
    before: datetime

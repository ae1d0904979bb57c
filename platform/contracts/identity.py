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

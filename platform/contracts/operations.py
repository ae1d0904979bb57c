"""Events of the platform domain."""

from dataclasses import dataclass
from uuid import UUID

from chassis.messages import event


@event("platform.message_sent", aggregate="message")
@dataclass(frozen=True, kw_only=True)
class MessageSent:
    """A notification was handed to its channel."""

    message: UUID
    template: str
    about: UUID

"""What staff may do to a message."""

from operations.notification.models import Message
from operations.notification.reactions import request_sending


def resend(message: Message) -> None:
    """Send a sent or failed message once more, as a new mail; `message` is locked by the open unit of work."""
    message.transition("resend")
    message.dispatch += 1
    message.failure = ""
    message.save(update_fields=["state", "dispatch", "failure"])
    request_sending(message)

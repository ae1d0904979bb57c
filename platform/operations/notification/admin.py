"""Messages in the admin: looked at, and sent again."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin

from chassis.admin import LookOnly, Transition, site
from operations.notification.commands import resend
from operations.notification.models import Message
from operations.notification.states import MESSAGE


def _resend(message: Message, data: Mapping[str, Any]) -> None:
    resend(message)


def _may_be_resent(message: Message) -> bool:
    return "resend" in MESSAGE[message.state]


@admin.register(Message, site=site)
class MessageAdmin(LookOnly):
    """The log of what was written to whom. The list hides addresses; opening a message shows it."""

    list_display = ("subject", "template", "locale", "state", "to_in_short", "created_at", "sent_at")
    list_filter = ("state", "template", "locale", "channel")
    search_fields = ("subject",)
    ordering = ("-created_at",)
    fields = (
        "template", "about", "event", "channel", "locale", "state", "dispatch", "failure", "created_at", "sent_at",
        "recipient", "subject", "text",
    )  # fmt: skip
    state_fields = ("state", "dispatch", "failure", "sent_at")
    transitions = (
        Transition(
            name="resend",
            title="Send again",
            run=_resend,
            when=_may_be_resent,
            explanation="The recipient gets the same text as a new mail.",
        ),
    )

    @admin.display(description="to")
    def to_in_short(self, message: Message) -> str:
        name, _, domain = message.recipient.rpartition("@")
        return f"{name[:1]}•••@{domain}"

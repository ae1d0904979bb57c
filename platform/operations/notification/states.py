"""The message's state machine as data."""

MESSAGE = {
    "queued": {"send": "sent", "give_up": "failed"},
    "sent": {"resend": "queued"},
    "failed": {"resend": "queued"},
}

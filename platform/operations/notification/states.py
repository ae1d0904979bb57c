"""The message's state machine as data."""

MESSAGE = {
    "queued": {"send": "sent", "skip": "skipped", "give_up": "failed"},
    "sent": {"resend": "queued"},
    "skipped": {"resend": "queued"},
    "failed": {"resend": "queued"},
}

"""The payment's state machine as data."""

PAYMENT = {
    "requested": {
        "authorise": "authorised",
        "challenge": "requires_action",
        "decline": "declined",
        "abandon": "voiding",
    },
    "requires_action": {"authorise": "authorised", "decline": "declined", "abandon": "voiding"},
    "authorised": {"capture": "captured", "abandon": "voiding"},
    # "abandon" again is staff's retry; money that was taken while voiding is recorded, then goes back as a refund.
    "voiding": {"void": "voided", "abandon": "voiding", "capture": "captured"},
    "captured": {"refund_part": "captured", "refund": "refunded"},
    "refunded": {},
    "declined": {"abandon": "voiding"},
    "voided": {"capture": "captured"},
}

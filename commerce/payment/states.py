"""The payment's state machine as data."""

PAYMENT = {
    "requested": {
        "authorise": "authorised",
        "challenge": "requires_action",
        "decline": "declined",
        "abandon": "voiding",
    },
    "requires_action": {"authorise": "authorised", "decline": "declined", "abandon": "voiding"},
    # Money that comes by itself and is booked by staff; "settle" where a part has come and no more is awaited.
    "awaiting": {"capture": "captured", "settle": "captured", "void": "voided"},
    "authorised": {"capture": "captured", "abandon": "voiding"},
    # "abandon" again is staff's retry; money that was taken while voiding is recorded, then goes back as a refund.
    "voiding": {"void": "voided", "abandon": "voiding", "capture": "captured"},
    "captured": {"refund_part": "captured", "refund": "refunded"},
    "refunded": {},
    "declined": {"abandon": "voiding"},
    "voided": {"capture": "captured"},
}

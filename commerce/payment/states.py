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
    # "lapse": the provider does not hold it any more, though nobody here has let it go.
    "authorised": {"capture": "captured", "abandon": "voiding", "lapse": "voided"},
    # "abandon" again is staff's retry; money that was taken while voiding is recorded, then goes back as a refund.
    "voiding": {"void": "voided", "abandon": "voiding", "capture": "captured"},
    # "refund_back": a refund has come back to the provider days after it was made, and is due once more.
    "captured": {"refund_part": "captured", "refund": "refunded", "refund_back": "captured"},
    "refunded": {"refund_back": "captured"},
    "declined": {"abandon": "voiding"},
    "voided": {"capture": "captured"},
}

"""The state machine of a cancellation as data."""

CANCELLATION = {
    "requested": {"confirm": "confirmed", "refuse": "refused"},
    "confirmed": {},
    "refused": {},
}

"""The state machine of a change of delivery as data."""

DELIVERY_CHANGE = {
    "requested": {"confirm": "confirmed", "refuse": "refused"},
    "confirmed": {},
    "refused": {},
}

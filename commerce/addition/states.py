"""The state machine of an addition as data."""

ADDITION = {
    "open": {"charge": "charging", "withdraw": "withdrawn"},
    # Its saga runs: refused goods or money lead back, and may be tried again.
    "charging": {"reopen": "open", "add": "added"},
    # On the order; logistics has yet to say that it is on the list.
    "added": {"finish": "done"},
    "done": {},
    "withdrawn": {},
}
UNDER_WAY = ("charging", "added")

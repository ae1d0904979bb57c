"""A dispute's state machine as data. One that is lost may be decided anew, never one that is won."""

DISPUTE = {
    "open": {"win": "won", "lose": "lost"},
    "lost": {"win": "won"},
    "won": {},
}

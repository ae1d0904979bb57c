"""The life of a staff account, as data: state -> what may happen -> next state."""

ACTIVE, SUSPENDED = "active", "suspended"

TRANSITIONS: dict[str, dict[str, str]] = {
    ACTIVE: {"suspend": SUSPENDED},
    SUSPENDED: {"reinstate": ACTIVE},
}
